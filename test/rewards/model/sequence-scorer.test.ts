/** Tests of scores of whole sequences. */
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import { loadClassifier } from "../../../src/policies/checkpoints/classifier.ts";
import { openSequenceScorer } from "../../../src/rewards/model/sequence-scorer.ts";
import { classifiersFolder } from "../../fixtures/classifier-scores.ts";
import { expectedScores, letters } from "../../fixtures/reward-models.ts";

const { signal } = new AbortController();

const opened = async (name: string, contextLength = 32) => {
  const engine = await openEngine("onnx", { threads: 1 });
  onTestFinished(() => engine.dispose());
  const checkpoint = await loadClassifier(join(classifiersFolder, name));
  return { engine, scorer: await openSequenceScorer(engine, checkpoint, { contextLength, padId: 0 }) };
};

test.each(["llama", "mistral", "qwen2", "gpt2"] as const)("%s scores as in transformers, whoever asks at the same time", async (name) => {
  const { scorer } = await opened(name);
  const expected = expectedScores(name);
  const scores = await Promise.all(expected.map(({ text }) => scorer.score(letters.encode(text), signal)));
  for (const [index, { scores: theirs }] of expected.entries()) {
    for (const [label, score] of theirs.entries()) expect(Math.abs(scores[index]![label]! - score)).toBeLessThan(1e-5);
  }
  for (const [index, { text }] of expected.entries()) expect(await scorer.score(letters.encode(text), signal)).toEqual(scores[index]);
});

describe("bounds", () => {
  test("no token, and more than fit, are refused; the next question is answered", async () => {
    const { scorer } = await opened("llama");
    const row = (length: number) => Array.from({ length }, (_, at) => 2 + (at % 11));
    const outcomes = await Promise.allSettled([scorer.score([], signal), scorer.score(row(33), signal), scorer.score(row(32), signal)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    await expect(scorer.score(row(33), signal)).rejects.toThrow("expected 1 to 32 tokens for the classifier, got 33");
  });

  test("who has stopped waiting is not computed for", async () => {
    const { scorer } = await opened("llama");
    const controller = new AbortController();
    const reason = new Error("enough");
    const [first, second] = [scorer.score([2, 3], controller.signal), scorer.score([2, 4], controller.signal)];
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    await first.catch(() => undefined);
  });

  test("nothing grows from question to question", async () => {
    const { scorer, engine } = await opened("llama");
    await scorer.score([2, 3], signal);
    const before = engine.memory();
    for (let i = 0; i < 20; i += 1) await scorer.score([2, 3, 4 + (i % 5)], signal);
    expect(engine.memory()).toEqual(before);
  });
});
