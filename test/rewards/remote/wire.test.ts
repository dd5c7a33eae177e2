/** Tests of what goes between a reward over HTTP and its server. */
import { Value } from "@sinclair/typebox/value";
import { expect, test } from "vitest";
import { receivedRollout, wireFailure, WireRollout, wireRollout, wireScore, wireScores } from "../../../src/rewards/remote/wire.ts";
import { rolloutAt } from "../../fixtures/rollouts.ts";

test("a rollout is sent with its texts, tokens and coordinates", () => {
  const sent: unknown = JSON.parse(JSON.stringify(wireRollout(rolloutAt(3, 1), true)));
  expect(sent).toEqual({
    prompt: "3+1=",
    completion: "4",
    reference: "4",
    index: 3,
    sample: 1,
    finish: "stop",
    promptTokens: [3, 1],
    tokens: [1, 3, 1],
    version: 0,
    source: "student",
  });
  expect(Value.Check(WireRollout, sent)).toBe(true);
  expect(wireRollout(rolloutAt(3, 1), false).reference).toBeNull();
});

test("what arrives is the rollout, but for its log-probs and its step's coordinates", () => {
  const { rawLogProbs: _raw, ...rollout } = { ...rolloutAt(3, 1), rawLogProbs: undefined };
  const prompt = { ...rollout.prompt, tests: ["assert(true)"], fields: { source: "a book" } };
  const sent = JSON.parse(JSON.stringify(wireRollout({ ...rollout, prompt }, true))) as Parameters<typeof receivedRollout>[0];
  expect(Value.Check(WireRollout, sent)).toBe(true);
  expect(receivedRollout(sent, 5)).toEqual({ ...rollout, prompt, order: { prompt: 5, sample: 1 }, behaviorLogProbs: new Float32Array(3) });
  const unanswered = receivedRollout(wireRollout(rollout, false), 0);
  expect(unanswered.prompt).toEqual({ index: 3, text: "3+1=", reference: "" });
});

test("a failure is sent instead of a score", () => {
  expect(wireFailure({ error: "no" })).toEqual({ error: "no", retryable: true });
  expect(wireFailure({ error: "no", retryable: false, value: 1 })).toEqual({ error: "no", retryable: false });
  for (const score of [1, null, {}, { value: 1 }, { error: 3 }]) expect(wireFailure(score)).toBeUndefined();
});

test("as many scores as rollouts, or none", () => {
  expect(wireScores({ scores: [1, null], more: true }, 2)).toEqual([1, null]);
  for (const answer of [{ scores: [1] }, { scores: { 0: 1, 1: 2, length: 2 } }, { score: [1, 2] }, [1, 2], null, 3, "ab"]) {
    expect(wireScores(answer, 2)).toBeUndefined();
  }
});

test.each([
  [0.5, { value: 0.5, parts: {} }],
  [{ value: -1 }, { value: -1, parts: {} }],
  [
    { value: 2, parts: { form: 1, content: 0.25 }, why: "so" },
    { value: 2, parts: { form: 1, content: 0.25 } },
  ],
])("%j is a score", (given, score) => {
  expect(wireScore(given)).toEqual(score);
});

test.each([
  [null],
  [undefined],
  ["0.5"],
  [true],
  [[1]],
  [Number.NaN],
  [Infinity],
  [{}],
  [{ value: "1" }],
  [{ value: null }],
  [{ value: 1, parts: { a: "1" } }],
  [{ value: 1, parts: { a: Infinity } }],
  [{ value: 1, parts: [1] }],
  [{ value: 1, parts: null }],
  [{ value: 1, parts: { ["x".repeat(65)]: 1 } }],
  [{ value: 1, parts: Object.fromEntries(Array.from({ length: 65 }, (_, k) => [`p${k}`, 1])) }],
])("%j is none", (given) => {
  expect(wireScore(given)).toBeUndefined();
});
