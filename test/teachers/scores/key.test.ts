/** One name for one way of scoring, and another for every other. */
import { expect, test } from "vitest";
import { scoresKey, type ScoringShape } from "../../../src/teachers/scores/key.ts";
import type { SingleSource } from "../../../src/teachers/teacher-source.ts";

const policy = { config: { model_type: "a" }, weights: { a: Float32Array.of(1, 2), b: Float32Array.of(3) }, temperature: 1 };
const shape: ScoringShape = { detail: "all", batch: 4, length: 8, completion: 5, engine: "onnx-cpu" };
const server = { server: { url: "http://127.0.0.1:1", model: "big" }, temperature: 1 } as SingleSource;

test("the key of scores is the same for the same teacher, asked in the same way", () => {
  const { a, b } = policy.weights;
  expect(scoresKey({ ...policy, weights: { b, a } }, shape)).toBe(scoresKey(policy, shape));
  // A view of other memory.
  expect(scoresKey({ ...policy, weights: { a: Float32Array.of(0, 1, 2).subarray(1), b } }, shape)).toBe(scoresKey(policy, shape));
  expect(scoresKey(policy, { ...shape, together: 1 })).toBe(scoresKey(policy, shape));
  expect(scoresKey(policy, shape)).toMatch(/^[0-9a-f]{64}$/);
});

test("and another for anything that may change a score", () => {
  const { a, b } = policy.weights;
  const others: [SingleSource, ScoringShape][] = [
    [policy, shape],
    [{ ...policy, temperature: 2 }, shape],
    [{ ...policy, config: { model_type: "b" } }, shape],
    [{ ...policy, weights: { a: Float32Array.of(1, 2.0000002), b } }, shape],
    [{ ...policy, weights: { a: b, b: a } }, shape],
    [policy, { ...shape, detail: "tokens" }],
    [policy, { ...shape, detail: { topK: 3 } }],
    [policy, { ...shape, detail: { topK: 4 } }],
    [policy, { ...shape, batch: 5 }],
    [policy, { ...shape, length: 9 }],
    [policy, { ...shape, completion: 4 }],
    [policy, { ...shape, engine: "cpu" }],
    [policy, { ...shape, together: 4 }],
    [server, { detail: "all", batch: 4, length: 8, completion: 5 }],
    [
      { ...server, temperature: 2 },
      { detail: "all", batch: 4, length: 8, completion: 5 },
    ],
    [
      { server: { url: "http://127.0.0.1:2", model: "big" }, temperature: 1 } as SingleSource,
      { detail: "all", batch: 4, length: 8, completion: 5 },
    ],
  ];
  expect(new Set(others.map(([source, asked]) => scoresKey(source, asked))).size).toBe(others.length);
});
