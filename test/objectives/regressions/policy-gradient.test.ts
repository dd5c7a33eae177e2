/**
 * Mistakes that public implementations of policy gradients and of their KL terms made. Each test shows the mistake's effect beside ours, at positions
 * where the two differ.
 */
import { describe, expect, test } from "vitest";
import { actorCritic } from "../../../src/objectives/actor-critic.ts";
import { shapedAdvantages } from "../../../src/objectives/advantages/shaped.ts";
import { averages } from "../../../src/objectives/arithmetic/averages.ts";
import { groupMean } from "../../../src/objectives/baselines/group-mean.ts";
import { noBaseline } from "../../../src/objectives/baselines/none.ts";
import { grpo } from "../../../src/objectives/grpo.ts";
import type { Objective, Signal } from "../../../src/objectives/objective.ts";
import { onPolicyDistillation } from "../../../src/objectives/on-policy-distillation.ts";
import { policyGradient } from "../../../src/objectives/policy-gradient.ts";
import { reinforce } from "../../../src/objectives/reinforce.ts";
import { sampledKl } from "../../../src/objectives/sampled-kl.ts";
import { engines, type Evaluate } from "../../laws/evaluate.ts";
import { objectiveProgram, type HostBatch } from "../../laws/objective.laws.ts";
import {
  cosine,
  ending,
  expectedGradient,
  expectedValue,
  expectSame,
  gradientOf,
  probabilitiesOf,
  rewardsOf,
  rowGradients,
  sequenceKl,
  tableOf,
  targetSignal,
} from "../enumeration.ts";

const advantages = shapedAdvantages({ baseline: noBaseline });
const student = tableOf("student");
const other = tableOf("target");

/** [3, 4, 2]: a prompt and two tokens; a prompt, one token and padding; and a sequence of the data. */
const batch: Partial<HostBatch> = {
  studentLogits: Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
  targets: Int32Array.of(0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0),
  completionMask: Float32Array.of(0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1),
  teacherLogProbs: Float32Array.from({ length: 24 }, (_, i) => Math.log(i % 2 === 0 ? 0.3 : 0.7)),
  referenceLogProbs: Float32Array.of(-9, -0.5, -0.9, -9, -9, -0.4, -9, -9, -9, -9, -0.5, -0.6),
  behaviorLogProbs: Float32Array.of(-9, -0.8, -0.6, -9, -9, -0.7, -9, -9, 0, 0, 0, 0),
  fromStudent: Float32Array.of(1, 1, 0),
  rewards: Float32Array.of(1, -1, 0),
  advantages: Float32Array.of(1, -1, 0),
  values: Float32Array.from({ length: 12 }, (_, i) => Math.cos(i)),
};

const members: readonly (readonly [string, Objective<Signal>])[] = [
  ["reinforce", reinforce({ advantages })],
  ...(["token", "sequence", "geometric"] as const).map(
    (ratio) => [`policy-gradient of ${ratio}`, policyGradient({ advantages, ratio })] as const,
  ),
  ...(["k1", "k2", "k3"] as const).map((estimator) => [estimator, sampledKl({ to: "reference", estimator })] as const),
  ["on-policy-distillation", onPolicyDistillation({ discount: 1 })],
  ["grpo", grpo()],
  ["actor-critic", actorCritic()],
];

const run = (evaluate: Evaluate, objective: Objective<Signal>, given: Partial<HostBatch>, rows = 3) =>
  evaluate(objectiveProgram(objective, [rows, 4, 2]), given as HostBatch as unknown as Record<string, Float32Array>);

describe.each(engines)("not repeated on $name:", ({ evaluate }) => {
  test.each(members)(
    "%s: advantages on tokens of the prompt, on padding, or on the data (huggingface/trl pulls 2058, 6006)",
    async (_, objective) => {
      const { gradient } = await run(evaluate, objective, batch);
      const learned = Array.from({ length: 12 }, (__, position) => [0, 1].some((i) => gradient![2 * position + i] !== 0));
      expect(learned.map(Number)).toEqual([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    },
  );

  test("the length of padding in the mean ratio of a sequence", async () => {
    const objective = policyGradient({ advantages, ratio: "geometric" });
    const { loss } = await run(evaluate, objective, batch);
    const more = { ...batch, behaviorLogProbs: batch.behaviorLogProbs!.map((x, i) => (batch.completionMask![i] === 1 ? x : -100)) };
    expect((await run(evaluate, objective, more)).loss![0]).toBe(loss![0]);
  });

  test("a mean of the means of micro-batches, in which a token's weight depends on its neighbours (huggingface/trl issue 4719)", async () => {
    const half = (row: number): Partial<HostBatch> =>
      Object.fromEntries(
        Object.entries(batch).map(([name, data]) => [name, data.slice((row * data.length) / 3, ((row + 1) * data.length) / 3)]),
      );
    const two = Object.fromEntries(
      Object.entries(batch).map(([name, data]) => [name, data.slice(0, (2 * data.length) / 3)]),
    ) as Partial<HostBatch>;
    const lossOf = async (average: keyof typeof averages, given: Partial<HostBatch>, rows: number): Promise<number> =>
      (await run(evaluate, reinforce({ advantages, average: averages[average] }), given, rows)).loss![0]!;
    for (const average of ["sequence", "sum", "constant"] as const) {
      const apart = ((await lossOf(average, half(0), 1)) + (await lossOf(average, half(1), 1))) / 2;
      expect(await lossOf(average, two, 2)).toBeCloseTo(apart, 6);
    }
    // Two tokens and one: by token they weigh 2/3 and 1/3, whatever batch they came in.
    const [first, second] = [await lossOf("token", half(0), 1), await lossOf("token", half(1), 1)];
    expect(await lossOf("token", two, 2)).toBeCloseTo((2 * first + second) / 3, 6);
    expect(Math.abs((first + second) / 2 - (2 * first + second) / 3)).toBeGreaterThan(0.05);
  });

  test("the log-ratio differentiated as a loss, which teaches nothing: ours is the gradient of the KL", async () => {
    const q = probabilitiesOf(student, ending);
    const found = await rowGradients(evaluate, sampledKl({ to: "reference", average: averages.sum }), student, ending, {
      referenceLogProbs: targetSignal(other, ending),
    });
    const exact = gradientOf((table) => sequenceKl(table, other, ending), student);
    expect(Math.max(...exact.map(Math.abs))).toBeGreaterThan(0.1);
    expectSame(expectedGradient(q, found), exact);
  });

  test("the sampling temperature left out of the log-probs (huggingface/trl issue 6847, OpenRLHF issue 853)", async () => {
    const temperature = 2;
    const drawing = student.map((logit) => logit / temperature);
    const q = probabilitiesOf(drawing, ending);
    const rewards = rewardsOf(ending);
    const exact = gradientOf(
      (table) =>
        expectedValue(
          table.map((logit) => logit / temperature),
          ending,
          rewards,
        ),
      student,
    );
    const signals = { advantages: Float32Array.from(rewards), behaviorLogProbs: targetSignal(drawing, ending) };
    const expected = async (studentTemperature: number): Promise<number[]> => {
      const objective = policyGradient({ advantages, ratio: "sequence", average: averages.sum, studentTemperature });
      return expectedGradient(q, await rowGradients(evaluate, objective, student, ending, signals));
    };
    expectSame(await expected(temperature), exact, -1);
    expect(cosine(await expected(1), exact)).toBeGreaterThan(-0.99);
  });

  test("a KL to itself that is not zero: the student against itself gives none, in every estimate", async () => {
    for (const estimator of ["k1", "k2", "k3"] as const) {
      const objective = sampledKl({ to: "reference", estimator, average: averages.sum });
      const found = await rowGradients(evaluate, objective, student, ending, { referenceLogProbs: targetSignal(student, ending) });
      expect(Math.max(...found.flat().map(Math.abs))).toBeLessThan(1e-5);
    }
  });

  test("nor at a sampling temperature of .7, at which the reference is scored too: unless the loss stays at temperature 1", async () => {
    const sharpened = student.map((logit) => logit / 0.7);
    for (const estimator of ["k1", "k2", "k3"] as const) {
      const largest = async (studentTemperature: number): Promise<number> => {
        const objective = sampledKl({ to: "reference", estimator, average: averages.sum, studentTemperature });
        const found = await rowGradients(evaluate, objective, student, ending, { referenceLogProbs: targetSignal(sharpened, ending) });
        return Math.max(...found.flat().map(Math.abs));
      };
      expect(await largest(0.7)).toBeLessThan(1e-5);
      expect(await largest(1)).toBeGreaterThan(0.05);
    }
  });

  test("equal rewards of a group divided by their deviation of zero: no advantage, no gradient, nothing that is not a number", async () => {
    const estimator = shapedAdvantages({ baseline: groupMean, normalize: "group" });
    for (const reward of [0, 1, 0.1]) {
      const { advantages: none } = estimator.estimate(Float32Array.of(reward, reward, reward), 3, null);
      expect(Math.max(...none.map(Math.abs))).toBeLessThan(1e-3);
      const { gradient } = await run(evaluate, grpo({ beta: 0 }), { ...batch, advantages: none });
      expect(Math.max(...gradient!.map(Math.abs))).toBeLessThan(1e-3);
    }
  });
});

test("a group of one normalised by itself: it is refused, and not a silent zero or an advantage of ten thousand", () => {
  expect(() => grpo().advantages!.estimate(Float32Array.of(1, 0), 1, null)).toThrow(RangeError);
});
