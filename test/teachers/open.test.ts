/** Tests of teachers as experiments name them. */
import { describe, expect, test } from "vitest";
import { openTeacher, type TeacherSetting } from "../../src/teachers/open.ts";
import { context } from "../fixtures/recipes.ts";
import { serverAt } from "../fixtures/served-task.ts";

const setting: TeacherSetting = {
  engine: () => Promise.reject(new Error("no engine is needed")),
  batch: 1,
  length: 8,
  completion: 5,
  padId: 0,
  detail: "all",
  vocabularySize: context.vocabularySize,
};

describe("a teacher on a server", () => {
  test("needs no engine", async () => {
    const teacher = await openTeacher({ server: serverAt("http://127.0.0.1:1"), temperature: 1 }, setting);
    expect(teacher.vocabularySize).toBe(context.vocabularySize);
    expect(teacher).not.toHaveProperty("load");
    const [answer] = await teacher.score([], new AbortController().signal);
    expect(answer).toBeUndefined();
    await teacher.close?.();
  });

  test("is not translated", async () => {
    const source = { server: serverAt("http://127.0.0.1:1"), temperature: 1 };
    await expect(openTeacher(source, { ...setting, translatesFrom: {} })).rejects.toThrow(
      "teacher: expected the student's tokens of a teacher on a server, got an objective for unlike vocabularies",
    );
  });
});
