/** Tests of what an experiment file says of a teacher's server. */
import { Value } from "@sinclair/typebox/value";
import { expect, test } from "vitest";
import { TeacherServer } from "../../../src/teachers/remote/settings.ts";
import { serverAt } from "../../fixtures/served-task.ts";

test("an address and a model are enough", () => {
  const given = { url: "http://127.0.0.1:8000", model: "m" };
  expect(Value.Default(TeacherServer, { ...given })).toEqual({ ...given, endpoint: "completions", connections: 8, timeout: 120_000 });
});

test.each([
  [{ tokenVariable: "sk-abcdef" }, "a token where the name of a variable belongs"],
  [{ connections: 0 }, "no connections"],
  [{ endpoint: "chat" as never }, "another endpoint"],
  [{ model: "" }, "no model"],
])("%j is refused: %s", (changes, _why) => {
  expect(Value.Check(TeacherServer, serverAt("http://127.0.0.1:8000"))).toBe(true);
  expect(Value.Check(TeacherServer, serverAt("http://127.0.0.1:8000", changes))).toBe(false);
});
