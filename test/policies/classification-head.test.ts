/** The sequence-classification head: scores of the last token's hidden state, and their gradient. */
import { describe, expect, test } from "vitest";
import type { NamedTensors } from "../../src/engine/program.ts";
import { withAdapters } from "../../src/policies/adapters/lora.ts";
import { classifierOf, isScoring, rewardModelFrom, scoringPolicy, type Classifier } from "../../src/policies/classification-head.ts";
import { policies } from "../../src/policies/families/index.ts";
import { initialWeights } from "../../src/policies/initialize.ts";
import type { Sequences } from "../../src/policies/policy.ts";
import { compute, engines, expectGradients, farthest, floats, ints, noise, type Value } from "../laws/evaluate.ts";

const policy = policies.create(
  { type: "llama", layers: 1, width: 8, heads: 2, keyValueHeads: 1, hidden: 6, tied: false, ropeTheta: 10_000, normEpsilon: 1e-5 },
  { vocabularySize: 7, contextLength: 16 },
);
const classifier = classifierOf(policy, 2);
const weights: Record<string, Value> = Object.fromEntries(
  Object.entries(classifier.parameters).map(([name, { shape }]) => [name, noise(name, shape, 0.5)]),
);

/** Two rows of 3 and 1 tokens in 4 positions, padded left or right. */
const sequences = (side: "left" | "right"): Record<string, Value> => {
  const rows = [[2, 5, 3], [4]];
  const at = (row: readonly number[], of: (token: number, t: number) => number, rest: number): number[] => {
    const padding = Array.from({ length: 4 - row.length }, () => rest);
    const own = row.map(of);
    return side === "left" ? [...padding, ...own] : [...own, ...padding];
  };
  const mask = floats(
    [2, 4],
    rows.flatMap((row) => at(row, () => 1, 0)),
  );
  return {
    tokens: ints(
      [2, 4],
      rows.flatMap((row) => at(row, (token) => token, 6)),
    ),
    positions: ints(
      [2, 4],
      rows.flatMap((row) => at(row, (_, t) => t, 0)),
    ),
    mask,
    prompt: mask,
  };
};

const scoresOf = (of: Classifier) => (inputs: NamedTensors) => of.scores(inputs, inputs as NamedTensors & Sequences);

describe("a classifier", () => {
  test("has the policy's parameters without its language head, and one row for each label", () => {
    const { "lm_head.weight": _, ...body } = policy.parameters;
    const { "score.weight": head, ...rest } = classifier.parameters;
    expect(rest).toEqual(body);
    expect(head?.shape).toEqual([2, 8]);
    expect(classifier.config).toMatchObject({
      architectures: ["LlamaForSequenceClassification"],
      id2label: { 0: "LABEL_0", 1: "LABEL_1" },
    });
  });

  test.each(engines)("gives a linear function of the last token's hidden state on $name, padded left or right", async ({ evaluate }) => {
    const { hidden } = await compute(evaluate, { ...weights, ...sequences("right") }, (inputs) => ({
      hidden: policy.hidden(inputs, inputs as NamedTensors & Sequences),
    }));
    const head = weights["score.weight"]!.data;
    const expected = [2, 4].flatMap((position) =>
      [0, 1].map((label) =>
        Array.from({ length: 8 }, (_, d) => hidden[position * 8 + d]! * head[label * 8 + d]!).reduce((sum, x) => sum + x, 0),
      ),
    );
    for (const side of ["left", "right"] as const) {
      const { scores } = await compute(evaluate, { ...weights, ...sequences(side) }, (inputs) => ({
        scores: scoresOf(classifier)(inputs),
      }));
      expect(farthest(scores, expected)).toBeLessThan(1e-5);
    }
  });

  test.each(engines)("has gradients that agree with finite differences on $name", async ({ evaluate }) => {
    const values = { ...weights, ...sequences("left") };
    const names = ["score.weight", "model.norm.weight", "model.layers.0.mlp.down_proj.weight", "model.embed_tokens.weight"];
    await expectGradients(evaluate, values, names, noise("sum", [2, 2]), scoresOf(classifier));
  });

  test("may be on a policy with adapters", async () => {
    const adapted = withAdapters(policy, { rank: 1, alpha: 2, targets: ["q_proj"] });
    const head = classifierOf(adapted, 2);
    const more = Object.fromEntries(Object.entries(adapted.adapters).map(([name, { shape }]) => [name, noise(name, shape, 0.5)]));
    const { evaluate } = engines[0]!;
    const run = async (of: Classifier, values: Record<string, Value>) =>
      (await compute(evaluate, { ...values, ...sequences("left") }, (inputs) => ({ scores: scoresOf(of)(inputs) }))).scores;
    expect(farthest(await run(head, { ...weights, ...more }), await run(classifier, weights))).toBeGreaterThan(1e-4);
  });

  test.each([0, -1, 1.5, Number.NaN])("of %d labels is refused", (labels) => {
    expect(() => classifierOf(policy, labels)).toThrow(`classifier: expected at least one label, got ${labels}`);
  });

  test("of an encoder-decoder is refused", () => {
    const other = { ...policy, config: { model_type: "t5", is_encoder_decoder: true } };
    expect(() => classifierOf(other, 1)).toThrow("classifier: expected a decoder, got the encoder-decoder t5");
  });
});

describe("a reward model", () => {
  const model = scoringPolicy(policy);

  test("is a policy whose only logit is the score", () => {
    expect([isScoring(model), isScoring(policy)]).toEqual([true, false]);
    expect(model.parameters).toEqual(classifierOf(policy, 1).parameters);
    expect(model.config["architectures"]).toEqual(["LlamaForSequenceClassification"]);
  });

  test.each(engines)("has the classifier's score as its logits on $name, and its head at every position", async ({ evaluate }) => {
    const values = { ...weights, "score.weight": noise("score", [1, 8], 0.5), ...sequences("right") };
    const one = classifierOf(policy, 1);
    const { scores, logits, everywhere } = await compute(evaluate, values, (inputs) => {
      const given = inputs as NamedTensors & Sequences;
      return {
        scores: one.scores(inputs, given),
        logits: model.logits(inputs, given),
        everywhere: model.head(inputs, model.hidden(inputs, given)),
      };
    });
    expect(logits).toHaveLength(2);
    expect(farthest(logits, Array.from(scores))).toBe(0);
    expect(everywhere).toHaveLength(8);
    expect(farthest([everywhere[2]!, everywhere[4]!], Array.from(scores))).toBeLessThan(1e-6);
  });

  test("begins as a policy's body with a head that is drawn by the seed", () => {
    const language = initialWeights(policy, 1);
    const [first, again, other] = [1, 1, 2].map((seed) => rewardModelFrom(policy, language, seed).weights);
    const { "lm_head.weight": _, ...body } = language;
    const { "score.weight": head, ...rest } = first!;
    expect(rest).toEqual(body);
    expect(head).toHaveLength(8);
    expect(again).toEqual(first);
    expect(other!["score.weight"]).not.toEqual(head);
  });
});
