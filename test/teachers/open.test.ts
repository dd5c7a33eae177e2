/** Tests of teachers as experiments name them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openEngine } from "../../src/engine/choose.ts";
import type { Weights } from "../../src/policies/policy.ts";
import type { TeacherScore } from "../../src/teachers/teacher.ts";
import type { Row } from "../../src/training/batch/row.ts";
import { openTeacher, type TeacherSetting } from "../../src/teachers/open.ts";
import { referenceRows } from "../fixtures/batches.ts";
import { context, smallLlama } from "../fixtures/recipes.ts";
import { serverAt } from "../fixtures/served-task.ts";
import { roughWeights } from "../laws/policy.laws.ts";

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

test("scores that are stored of rows alone are not taken where rows are read together", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-teacher-"));
  const engine = await openEngine("onnx", { threads: 1 });
  try {
    const policy = smallLlama();
    const weights: Weights = Object.fromEntries(
      Object.entries(roughWeights(policy)).map(([name, { data }]) => [name, Float32Array.from(data)]),
    );
    const source = { config: policy.config, weights, temperature: 1, scores: { folder, ask: true, mebibytes: 1 } };
    const asking = { ...setting, engine: () => Promise.resolve(engine), batch: 3, length: 12, completion: 3 };
    const [{ rollout }] = referenceRows() as [Row];
    const rows = [[1, 2, 3], [4], [5, 6]].map((tokens) => ({
      ...rollout,
      promptTokens: Int32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 1]),
      tokens: Int32Array.from(tokens),
    }));
    const stored = async (group: number) => {
      const teacher = await openTeacher(source, { ...asking, group });
      const scores = await teacher.score(rows, new AbortController().signal);
      await teacher.close?.();
      return scores.map((score) => (score as TeacherScore).stored);
    };
    expect(await stored(1)).toEqual([false, false, false]);
    expect(await stored(3)).toEqual([false, false, false]);
    expect([await stored(3), await stored(1)]).toEqual([
      [true, true, true],
      [true, true, true],
    ]);
  } finally {
    await engine.dispose();
    rmSync(folder, { recursive: true });
  }
});
