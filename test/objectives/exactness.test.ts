/** The policy gradient against enumeration: a bigram policy over 4 tokens and completions of 3, so that expectations are sums over 64. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, int32, type Program } from "../../src/engine/program.ts";
import { averages, type Average } from "../../src/objectives/averages.ts";
import type { Baseline } from "../../src/objectives/baselines/baseline.ts";
import { leaveOneOut } from "../../src/objectives/baselines/leave-one-out.ts";
import { movingAverage } from "../../src/objectives/baselines/moving-average.ts";
import { noBaseline } from "../../src/objectives/baselines/none.ts";
import { reinforce } from "../../src/objectives/reinforce.ts";
import { normal, stream } from "../../src/random/stream.ts";
import { engines, type Evaluate } from "../laws/evaluate.ts";
import { finiteDifferences, logSoftmax } from "./reference.ts";

const V = 4;
const length = 3;
/** Rows of the table: the start, and each token as the one before. */
const contexts = V + 1;

const uniforms = stream(5, "test", "bigram");
const table = Array.from(Float32Array.from({ length: contexts * V }, () => normal(uniforms)));

const completions: readonly (readonly number[])[] = Array.from({ length: V ** length }, (_, i) => [
  Math.floor(i / (V * V)),
  Math.floor(i / V) % V,
  i % V,
]);

const contextsOf = (completion: readonly number[]): number[] => [0, ...completion.slice(0, -1).map((token) => token + 1)];

/** Depends on the whole completion, and is above zero on average. */
const rewards = completions.map(([a, b, c]) => 1 + (a === c ? 2 : 0) + (b! > a! ? 0.5 : 0) - 0.25 * c!);

/** p(y) of every completion under a table, in double precision. */
const probabilities = (parameters: readonly number[]): number[] => {
  const rows = Array.from({ length: contexts }, (_, row) => logSoftmax(parameters.slice(row * V, (row + 1) * V)));
  return completions.map((completion) => {
    const before = contextsOf(completion);
    return Math.exp(completion.reduce((sum, token, t) => sum + rows[before[t]!]![token]!, 0));
  });
};

const p = probabilities(table);

const exactGradient = finiteDifferences(
  (parameters) => probabilities(parameters).reduce((sum, probability, i) => sum + probability * rewards[i]!, 0),
  table,
);

/** The gradient of REINFORCE's loss with respect to the table, for a batch of completions with these advantages. */
const gradient = async (
  evaluate: Evaluate,
  batch: readonly (readonly number[])[],
  advantages: readonly number[],
  average: Average = averages.sum,
): Promise<Float32Array> => {
  const B = batch.length;
  const objective = reinforce({ baseline: noBaseline, average });
  const program: Program<"table" | "contexts" | "targets" | "mask" | "advantages", "gradient"> = {
    name: "bigram",
    inputs: {
      table: float32(contexts, V),
      contexts: int32(B * length),
      targets: int32(B, length),
      mask: float32(B, length),
      advantages: float32(B),
    },
    build: (inputs) => {
      const before = tf.oneHot(inputs.contexts, contexts, 1, 0, "float32") as tf.Tensor2D;
      const tokens = { targets: inputs.targets as tf.Tensor2D, completionMask: inputs.mask as tf.Tensor2D };
      const loss = (parameters: tf.Tensor): tf.Scalar => {
        const logits = tf.reshape(tf.matMul(before, parameters as tf.Tensor2D), [B, length, V]) as tf.Tensor3D;
        return objective.loss(logits, { ...tokens, advantages: inputs.advantages as tf.Tensor1D }).loss;
      };
      return { gradient: tf.grad(loss)(inputs.table) };
    },
  };
  const outputs = await evaluate(program, {
    table: Float32Array.from(table),
    contexts: Int32Array.from(batch.flatMap(contextsOf)),
    targets: Int32Array.from(batch.flat()),
    mask: new Float32Array(B * length).fill(1),
    advantages: Float32Array.from(advantages),
  });
  return outputs.gradient as Float32Array;
};

/** Every ordered pair of completions: all that a group of two can be. */
const pairs = completions.flatMap((_, i) => completions.map((__, j) => [i, j] as const));

const pairProbabilities = pairs.map(([i, j]) => p[i]! * p[j]!);

/** Rewards minus baselines of one group, in double precision but for the baseline itself. */
const advantagesOf = (baseline: Baseline<unknown>, group: readonly number[], state: unknown): number[] => {
  const { baselines } = baseline.estimate(Float32Array.from(group), group.length, state);
  return group.map((reward, i) => reward - baselines[i]!);
};

/** After a batch of mean 1.7: a constant, as far as the next batch is concerned. */
const earlier = movingAverage();
const constantState = earlier.estimate(Float32Array.of(1.5, 1.9), 2, earlier.initial).state;

const cases: readonly (readonly [string, Baseline<unknown>, unknown])[] = [
  ["no baseline", noBaseline, noBaseline.initial],
  ["a baseline from earlier batches", earlier, constantState],
  ["leave-one-out", leaveOneOut, leaveOneOut.initial],
];

const expectOpposite = (actual: ArrayLike<number>, expected: readonly number[]): void => {
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i]! + value), `at ${i}`).toBeLessThan(1e-6);
};

test("the enumeration is complete", () => {
  expect(p.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 12);
  expect(Math.max(...exactGradient.map(Math.abs))).toBeGreaterThan(0.05);
});

describe.each(engines)("REINFORCE on $name", ({ evaluate }) => {
  test.each(cases)("%s: the expected gradient over all groups of two is that of the expected reward", async (_, baseline, state) => {
    const batch = pairs.flatMap(([i, j]) => [completions[i]!, completions[j]!]);
    // The loss is a mean over sequences and linear in the advantages: weights times their number make it the expectation over groups.
    const advantages = pairs.flatMap(([i, j], k) =>
      advantagesOf(baseline, [rewards[i]!, rewards[j]!], state).map((advantage) => advantage * pairProbabilities[k]! * pairs.length),
    );
    expectOpposite(await gradient(evaluate, batch, advantages), exactGradient);
  });

  test("a constant added to every advantage changes nothing in expectation", async () => {
    for (const constant of [0, -2.5]) {
      const advantages = completions.map((_, i) => (rewards[i]! + constant) * p[i]! * completions.length);
      expectOpposite(await gradient(evaluate, completions, advantages), exactGradient);
    }
  });

  test("with completions of one length, the averages by sequence and by token are the same gradient divided by that length", async () => {
    const advantages = completions.map((_, i) => rewards[i]! * p[i]! * completions.length);
    for (const average of [averages.sequence, averages.token, averages.constant]) {
      const divided = await gradient(evaluate, completions, advantages, average);
      expectOpposite(
        divided.map((g) => g * length),
        exactGradient,
      );
    }
  });

  test("leave-one-out has less variance than no baseline, and neither has none", async () => {
    const scores = await Promise.all(completions.map((completion) => gradient(evaluate, [completion], [-1])));
    const variance = (baseline: Baseline<unknown>): number =>
      pairs.reduce((sum, [i, j], k) => {
        const [a, b] = advantagesOf(baseline, [rewards[i]!, rewards[j]!], null) as [number, number];
        const squares = exactGradient.reduce((total, mean, x) => {
          const estimate = (a * scores[i]![x]! + b * scores[j]![x]!) / 2;
          return total + (estimate - mean) ** 2;
        }, 0);
        return sum + pairProbabilities[k]! * squares;
      }, 0);
    const [without, withOthers] = [variance(noBaseline), variance(leaveOneOut)];
    expect(withOthers).toBeGreaterThan(0);
    expect(withOthers).toBeLessThan(0.8 * without);
  });
});
