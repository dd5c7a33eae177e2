/** Tests of the parameters of a reward of one's own. */
import { Type } from "@sinclair/typebox";
import { expect, test } from "vitest";
import { checkedParameters } from "../../../src/rewards/own/parameters.ts";

const schema = Type.Object({ factor: Type.Number({ default: 2 }), words: Type.Optional(Type.Array(Type.String())) });

test("defaults are filled in, and what is given stays as it is", () => {
  const given = { words: ["a"] };
  expect(checkedParameters("reward r", schema, given)).toEqual({ words: ["a"], factor: 2 });
  expect(given).toEqual({ words: ["a"] });
  expect(checkedParameters("reward r", undefined, { any: 1 })).toEqual({ any: 1 });
});

test.each<[Record<string, unknown>, string]>([
  [{ factr: 3 }, 'reward r: its parameters do not fit: expected one of factor, words, got "factr"'],
  [{ factor: "3" }, "reward r: its parameters do not fit: /factor: must be number"],
  [{ words: [1], more: 1 }, 'reward r: its parameters do not fit: expected one of factor, words, got "more"; /words/0: must be string'],
])("%j is refused", (given, message) => {
  expect(() => checkedParameters("reward r", schema, given)).toThrow(new RangeError(message));
});

test("a schema may be plain JSON, say what further keys are, and must be one", () => {
  const open = { properties: { a: { type: "number" } }, required: ["a"], additionalProperties: { type: "string" } };
  expect(checkedParameters("reward r", open, { a: 1, b: "x" })).toEqual({ a: 1, b: "x" });
  expect(() => checkedParameters("reward r", open, { b: "x" })).toThrow("must have required property 'a'");
  expect(() => checkedParameters("reward r", { type: "objekt" }, {})).toThrow(
    /^reward r: expected a JSON schema of its parameters, got an error: /u,
  );
});
