/** The Gaussian mixture family. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { between } from "../../../src/objectives/divergences/between.ts";
import { divergences, type DivergenceValues } from "../../../src/objectives/divergences/index.ts";
import { gaussianMixture } from "../../../src/policies/families/gaussian-mixture.ts";
import type { Policy, Sequences } from "../../../src/policies/policy.ts";
import { compute, engines, farthest, floats, gradients, type Value } from "../../laws/evaluate.ts";
import { policyLaws } from "../../laws/policy.laws.ts";
import { padded } from "../../laws/sequences.ts";

const small = { vocabularySize: 7, contextLength: 16 };

for (const { name, evaluate } of engines) {
  for (const components of [1, 3]) {
    const policy = gaussianMixture.create({ components }, small);
    policyLaws(`gaussian-mixture of ${components} on ${name}`, policy, evaluate, "first token", "nothing");
  }
}

const positions = 64;
const context = { vocabularySize: positions + 2, contextLength: 8 };
const [one, two] = [1, 2].map((components) => gaussianMixture.create({ components }, context)) as [Policy, Policy];

/** Parameters of the policy of one component with this mean and deviation. */
const gaussian = (mean: number, deviation: number): Record<string, Value> => ({
  "mixture.offsets": floats([1], [mean - 0.5]),
  "mixture.log_deviations": floats([1], [Math.log(deviation)]),
});

interface Mixture {
  readonly means: readonly [number, number];
  readonly deviations: readonly [number, number];
  readonly weights: readonly [number, number];
}
const mixture = ({ means, deviations, weights }: Mixture): Record<string, Value> => ({
  "mixture.offsets": floats([2], [means[0] - 0.25, means[1] - 0.75]),
  "mixture.log_deviations": floats([2], deviations.map(Math.log)),
  "mixture.log_weights": floats([2], weights.map(Math.log)),
});

/** A prompt of two tokens, a position and the end. */
const sequences = padded([[5, 6, 9, 1]], [2], { length: 4, padId: 0, side: "right" });
const distributions = (policy: Policy, inputs: NamedTensors): tf.Tensor =>
  tf.logSoftmax(policy.logits(inputs, inputs as NamedTensors & Sequences));
const first = (logProbs: tf.Tensor): tf.Tensor => tf.slice(logProbs, [0, 1, 0], [1, 1, -1]);

const centers = Array.from({ length: positions }, (_, k) => (k + 0.5) / positions);

describe.each(engines)("gaussian-mixture on $name", ({ evaluate }) => {
  const peaks = { means: [0.2, 0.65], deviations: [0.1, 0.05], weights: [0.25, 0.75] } as const;

  test("its first token is a position, by the density of its components, and the next one is the end", async () => {
    const { logProbs } = await compute(evaluate, { ...mixture(peaks), ...sequences }, (inputs) => ({
      logProbs: distributions(two, inputs),
    }));
    const densities = centers.map((x) =>
      [0, 1].reduce(
        (sum, j) =>
          sum + (peaks.weights[j]! / peaks.deviations[j]!) * Math.exp(-((x - peaks.means[j]!) ** 2) / (2 * peaks.deviations[j]! ** 2)),
        0,
      ),
    );
    const total = densities.reduce((sum, density) => sum + density, 0);
    const at = (position: number): number[] =>
      Array.from(logProbs.slice(position * context.vocabularySize, (position + 1) * context.vocabularySize));
    expect(
      farthest(
        at(1).slice(2),
        densities.map((density) => Math.log(density / total)),
      ),
    ).toBeLessThan(1e-4);
    expect(Math.max(...at(1).slice(0, 2))).toBeLessThan(-29);
    expect(at(2)[1]).toBeCloseTo(0, 6);
    expect(Math.max(...at(2).filter((_, token) => token !== 1))).toBeLessThan(-29);
  });

  const divergence = async (values: DivergenceValues, teacher: Record<string, Value>, student: Record<string, Value>): Promise<number> => {
    const { value } = await compute(evaluate, { ...student, ...sequences, teacher: await teacherLogProbs(teacher) }, (inputs) => ({
      value: between(divergences.create(values, undefined), inputs["teacher"]!, first(distributions(one, inputs))),
    }));
    return value[0]!;
  };
  const teacherLogProbs = async (teacher: Record<string, Value>): Promise<Value> => {
    const policy = "mixture.log_weights" in teacher ? two : one;
    const { logProbs } = await compute(evaluate, { ...teacher, ...sequences }, (inputs) => ({
      logProbs: first(distributions(policy, inputs)),
    }));
    return floats([1, 1, context.vocabularySize], logProbs);
  };

  test("KLs of one Gaussian from another are those of the closed form", async () => {
    const [p, q] = [
      { mean: 0.45, deviation: 0.08 },
      { mean: 0.55, deviation: 0.1 },
    ] as const;
    const kl = (a: typeof p | typeof q, b: typeof p | typeof q): number =>
      Math.log(b.deviation / a.deviation) + (a.deviation ** 2 + (a.mean - b.mean) ** 2) / (2 * b.deviation ** 2) - 0.5;
    const [teacher, student] = [gaussian(p.mean, p.deviation), gaussian(q.mean, q.deviation)];
    expect(await divergence({ type: "forward-kl" }, teacher, student)).toBeCloseTo(kl(p, q), 4);
    expect(await divergence({ type: "reverse-kl" }, teacher, student)).toBeCloseTo(kl(q, p), 4);
    expect(await divergence({ type: "reverse-kl" }, teacher, teacher)).toBeCloseTo(0, 6);
  });

  /** Gradients of a divergence in the student's mean and log deviation. */
  const pull = async (values: DivergenceValues, teacher: Record<string, Value>, student: Record<string, Value>): Promise<number[]> => {
    const found = await gradients(
      evaluate,
      { ...student, ...sequences, teacher: await teacherLogProbs(teacher) },
      ["mixture.offsets", "mixture.log_deviations"],
      floats([1, 1], [1]),
      (inputs) => between(divergences.create(values, undefined), inputs["teacher"]!, first(distributions(one, inputs))),
    );
    return [found["mixture.offsets"]![0]!, found["mixture.log_deviations"]![0]!];
  };

  test("forward KL rests where one Gaussian has the moments of two, and reverse KL on either of them alone", async () => {
    const modes = { means: [0.35, 0.65], deviations: [0.04, 0.04], weights: [0.5, 0.5] } as const;
    const both = gaussian(0.5, Math.hypot(0.04, 0.15));
    const teacher = mixture(modes);
    // The line cuts off what is beyond its ends: little of the moments, not nothing.
    const found = await pull({ type: "forward-kl" }, teacher, both);
    for (const each of found) expect(Math.abs(each)).toBeLessThan(0.1);
    for (const mean of modes.means) {
      for (const each of await pull({ type: "reverse-kl" }, teacher, gaussian(mean, 0.04))) expect(Math.abs(each)).toBeLessThan(0.05);
      const [, wider] = await pull({ type: "forward-kl" }, teacher, gaussian(mean, 0.04));
      expect(wider).toBeLessThan(-10);
    }
  });
});

test("a vocabulary without two positions is refused", () => {
  expect(() => gaussianMixture.create({ components: 1 }, { vocabularySize: 3, contextLength: 8 })).toThrow(
    /expected at least 2 tokens above/,
  );
});
