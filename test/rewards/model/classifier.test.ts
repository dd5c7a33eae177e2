/** Tests of the reward from a sequence classifier: its values are those of transformers. */
import { describe, expect, onTestFinished, test } from "vitest";
import { classifier } from "../../../src/rewards/model/classifier.ts";
import { textRollout } from "../../fixtures/text-rollouts.ts";
import { expectedScores, modelContext } from "../../fixtures/reward-models.ts";
import { rewardLaws } from "../../laws/reward.laws.ts";

const { signal } = new AbortController();
const template = "{completion}";
type Parameters_ = Parameters<typeof classifier.create>[0];
const make = (parameters: Partial<Parameters_> = {}) =>
  classifier.create({ model: { checkpoint: "mistral" }, label: 1, output: "probability", template, ...parameters }, modelContext);

rewardLaws(
  make,
  ["a", "bcd", "kjihgf", "abcdefghijk"].map((text) => textRollout(text, "")),
  ["a", "k".repeat(32), "abcdefghijkabcdefghijk", "k"],
);

const valuesOf = async (parameters: Partial<Parameters_>, name: "mistral" | "qwen2" | "gpt2") => {
  const reward = make({ model: { checkpoint: name }, ...parameters });
  onTestFinished(() => reward.close?.());
  return Promise.all(expectedScores(name).map(async ({ text }) => (await reward.score(textRollout(text, ""), signal)).value));
};

const softmax = (scores: readonly number[]): number[] => {
  const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
  return scores.map((score) => Math.exp(score) / total);
};

describe.each([
  ["mistral", 3],
  ["qwen2", 2],
] as const)("%s of %i labels", (name, labels) => {
  test("gives the softmax of transformers' logits, its log-odds, and the logits", async () => {
    for (let label = 0; label < labels; label += 1) {
      const [probabilities, odds, logits] = await Promise.all(
        (["probability", "log-odds", "logit"] as const).map((output) => valuesOf({ output, label }, name)),
      );
      for (const [index, { scores }] of expectedScores(name).entries()) {
        const probability = softmax(scores)[label]!;
        expect(Math.abs(probabilities![index]! - probability)).toBeLessThan(1e-5);
        expect(Math.abs(odds![index]! - Math.log(probability / (1 - probability)))).toBeLessThan(1e-4);
        expect(Math.abs(logits![index]! - scores[label]!)).toBeLessThan(1e-5);
      }
    }
  });
});

test("a single label's probability is the sigmoid of its score", async () => {
  const probabilities = await valuesOf({ label: 0 }, "gpt2");
  for (const [index, { scores }] of expectedScores("gpt2").entries()) {
    expect(Math.abs(probabilities[index]! - 1 / (1 + Math.exp(-scores[0]!)))).toBeLessThan(1e-5);
  }
  const odds = await valuesOf({ label: 0, output: "log-odds" }, "gpt2");
  for (const [index, { scores }] of expectedScores("gpt2").entries()) expect(Math.abs(odds[index]! - scores[0]!)).toBeLessThan(1e-5);
});

test("only probabilities have a range", () => {
  expect(make().range).toEqual([0, 1]);
  for (const output of ["log-odds", "logit"] as const) expect(make({ output })).not.toHaveProperty("range");
});
