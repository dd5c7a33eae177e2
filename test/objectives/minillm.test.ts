/** Tests of MiniLLM: the laws, its surrogate worked out by hand, and proof by enumeration of what it estimates. */
import { describe, expect, test } from "vitest";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import { reverseKl as reverseKlDivergence } from "../../src/objectives/divergences/reverse-kl.ts";
import { miniLlm, type MiniLlmParameters } from "../../src/objectives/minillm.ts";
import { engines, type Evaluate } from "../laws/evaluate.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import {
  atPrefixes,
  expectedGradient,
  expectSame,
  forms,
  gradientOf,
  gradientOfScores,
  probabilitiesOf,
  rowGradients,
  sequenceKl,
  tableOf,
  targetSignal,
  teacherSignal,
  tokenLogProbsOf,
  V,
  variance,
  type Completion,
  type Table,
} from "./enumeration.ts";
import { logSoftmax, reverseKl } from "./reference.ts";

const student = tableOf("student");
const teacher = tableOf("teacher");

/** Each token drawn from the teacher with probability .2, from the student otherwise. */
const mixed: Table = Array.from({ length: student.length / V }, (_, row) => {
  const [q, p] = [student, teacher].map((table) => logSoftmax(table.slice(row * V, (row + 1) * V)));
  return q!.map((logQ, i) => Math.fround(Math.log(0.8 * Math.exp(logQ) + 0.2 * Math.exp(p![i]!))));
}).flat();

/** The gradients of every completion; summed over tokens, and not normalised by length, unless told otherwise. */
const rows = (evaluate: Evaluate, completions: readonly Completion[], parameters: MiniLlmParameters, drawnBy: Table = student) =>
  rowGradients(evaluate, miniLlm({ average: averages.sum, lengthNormalization: false, ...parameters }), student, completions, {
    teacherLogProbs: teacherSignal(teacher, completions),
    behaviorLogProbs: targetSignal(drawnBy, completions),
  });

/** log P - log Q of every token, in nats. */
const rewardsOf = (completions: readonly Completion[]): number[][] => {
  const [logP, logQ] = [tokenLogProbsOf(teacher, completions), tokenLogProbsOf(student, completions)];
  return logP.map((tokens, i) => tokens.map((value, t) => value - logQ[i]![t]!));
};

/** The gradient of -E over y ~ `drawnBy` of sum over t of `push`(y, t) log Q(y_t), in the student, the pushes being constants. */
const pushed = (
  completions: readonly Completion[],
  push: (rewards: readonly number[], t: number, row: number) => number,
  drawnBy: Table,
): number[] =>
  gradientOfScores(
    student,
    completions,
    probabilitiesOf(drawnBy, completions),
    rewardsOf(completions).map((rewards, row) => rewards.map((_, t) => -push(rewards, t, row))),
  );

/** The gradient of the reverse KL at the prefixes that `drawnBy` draws, in the student. */
const atPositions = (completions: readonly Completion[], drawnBy: Table): number[] =>
  gradientOf((table) => atPrefixes(reverseKl, { drawnBy, teacher, student: table }, completions), student);

const sumFrom = (rewards: readonly number[], start: number): number => rewards.slice(start).reduce((sum, reward) => sum + reward, 0);
const added = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);
const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

/** Largest difference of two gradients, in units of the largest number of the second. */
const distance = (actual: readonly number[], expected: readonly number[]): number =>
  largest(actual.map((value, i) => value - expected[i]!)) / largest(expected);

const rewards = [Math.log(1.6), Math.log(0.4), Math.log(1.6), Math.log(0.4)];
const four = {
  studentLogits: new Float32Array(8),
  targets: new Int32Array(4),
  completionMask: new Float32Array(4).fill(1),
  teacherLogProbs: Float32Array.of(0.8, 0.2, 0.2, 0.8, 0.8, 0.2, 0.2, 0.8).map(Math.log),
  behaviorLogProbs: Float32Array.of(0.5 / 1.5, 0.5 / 1.5, 1, 1).map(Math.log),
  fromStudent: new Float32Array(4).fill(1),
};

const metrics = ["objective/minillm", "policy/cut", "divergence/reverse-kl", "policy/entropy"];

describe.each(engines)("MiniLLM on $name", ({ evaluate }) => {
  for (const parameters of [
    {},
    { importance: "prefix", lengthNormalization: false, discount: 0.5 },
    { singleStep: false, clip: { low: 0.2, high: 0.2 }, studentTemperature: 0.7 },
  ] as const) {
    objectiveLaws(miniLlm(parameters), { evaluate, metrics, surrogate: true });
  }

  describe.each(forms)("with %s", (_, completions) => {
    const exact = gradientOf((table) => sequenceKl(table, teacher, completions), student);
    const [q, b] = [probabilitiesOf(student, completions), probabilitiesOf(mixed, completions)];

    test.each([true, false])(
      "on the student's samples, single step %s: the exact gradient of the divergence of sequences",
      async (singleStep) => {
        expect(largest(exact)).toBeGreaterThan(0.1);
        expectSame(expectedGradient(q, await rows(evaluate, completions, { singleStep })), exact);
      },
    );

    test.each([true, false])("on mixed samples with weights by prefix, single step %s: the exact gradient as well", async (singleStep) => {
      expectSame(expectedGradient(b, await rows(evaluate, completions, { singleStep, importance: "prefix" }, mixed)), exact);
    });

    test("on mixed samples with weights by token: each token's own is weighed, prefixes and later rewards are the behavior's", async () => {
      const found = expectedGradient(b, await rows(evaluate, completions, {}, mixed));
      const [logQ, logB] = [tokenLogProbsOf(student, completions), tokenLogProbsOf(mixed, completions)];
      const later = pushed(completions, (rewards, t, i) => Math.exp(logQ[i]![t]! - logB[i]![t]!) * sumFrom(rewards, t + 1), mixed);
      expectSame(found, added(atPositions(completions, mixed), later));
      expect(distance(found, exact)).toBeGreaterThan(0.02);
    });

    test("normalised by length, each return is divided by its number of tokens: biased", async () => {
      const mean = (rewards: readonly number[], start: number): number => sumFrom(rewards, start) / Math.max(1, rewards.length - start);
      const sampled = expectedGradient(q, await rows(evaluate, completions, { singleStep: false, lengthNormalization: true }));
      expectSame(sampled, pushed(completions, mean, student));
      const single = expectedGradient(q, await rows(evaluate, completions, { lengthNormalization: true }));
      const later = pushed(completions, (rewards, t) => mean(rewards, t + 1), student);
      expectSame(single, added(atPositions(completions, student), later));
      for (const found of [sampled, single]) expect(distance(found, exact)).toBeGreaterThan(0.05);
    });

    test("discounted, later rewards count less: biased, at 0 on-policy distillation whichever way", async () => {
      for (const singleStep of [true, false]) {
        const myopic = expectedGradient(q, await rows(evaluate, completions, { singleStep, discount: 0 }));
        expectSame(myopic, atPositions(completions, student));
        expect(distance(myopic, exact)).toBeGreaterThan(0.1);
      }
      const half = expectedGradient(q, await rows(evaluate, completions, { discount: 0.5 }));
      const later = pushed(
        completions,
        (rewards, t) => rewards.slice(t + 1).reduce((sum, reward, k) => sum + 0.5 ** (k + 1) * reward, 0),
        student,
      );
      expectSame(half, added(atPositions(completions, student), later));
    });

    test("the single step has less variance; weights by prefix have more than weights by token", async () => {
      const [single, sampled] = [await rows(evaluate, completions, {}), await rows(evaluate, completions, { singleStep: false })];
      expect(variance(q, single)).toBeGreaterThan(0);
      expect(variance(q, single)).toBeLessThan(0.9 * variance(q, sampled));
      const [prefix, token] = [
        await rows(evaluate, completions, { singleStep: false, importance: "prefix" }, mixed),
        await rows(evaluate, completions, { singleStep: false }, mixed),
      ];
      expect(variance(b, prefix)).toBeGreaterThan(variance(b, token));
    });
  });

  /** Four sequences of one token: likelier and less likely to the teacher than to the student, and drawn by what said it less or more often. */
  const weighed = (parameters: MiniLlmParameters, changes: Partial<typeof four> = {}) =>
    evaluate(objectiveProgram(miniLlm({ singleStep: false, ...parameters }), [4, 1, 2]), { ...four, ...changes });

  test.each([
    ["as they are", {}, [1.5, 1.5, 0.5, 0.5], []],
    ["truncated", { truncate: 0.75 }, [0.75, 0.75, 0.5, 0.5], []],
    ["truncated, by prefix", { truncate: 0.75, importance: "prefix" }, [0.75, 0.75, 0.5, 0.5], []],
    ["clipped", { clip: { low: 0.2, high: 0.3 } }, [1.3, 1.5, 0.5, 0.8], [0, 3]],
    ["truncated, then clipped", { truncate: 1.4, clip: { low: 0.2, high: 0.3 } }, [1.3, 1.4, 0.5, 0.8], [0, 3]],
  ] as const)("importance weights %s", async (_, parameters, weights, still: readonly number[]) => {
    const { loss, gradient, ...reported } = await weighed(parameters);
    // A weight is cut where it is not what it was, or no longer pushes.
    const cut = [1.5, 1.5, 0.5, 0.5].filter((whole, i) => ("truncate" in parameters && whole > parameters.truncate) || still.includes(i));
    expect(reported["policy/cut"]![0]).toBeCloseTo(cut.length / 4, 6);
    expect(loss![0]).toBeCloseTo(-weights.reduce((sum, weight, i) => sum + weight * rewards[i]!, 0) / 4, 5);
    for (const [i, weight] of weights.entries()) {
      expect(gradient![2 * i]).toBeCloseTo(still.includes(i) ? 0 : (-weight * rewards[i]! * 0.5) / 4, 5);
    }
  });

  test.each(["token", "prefix"] as const)(
    "the first token's own divergence has no weight, by %s: its prefix is the prompt",
    async (importance) => {
      const [own, distilled] = await Promise.all([
        weighed({ singleStep: true, importance }),
        evaluate(objectiveProgram(distillation({ divergence: reverseKlDivergence }), [4, 1, 2]), four),
      ]);
      for (const [i, g] of distilled["gradient"]!.entries()) expect(own["gradient"]![i]).toBeCloseTo(g, 6);
    },
  );

  test("sequences that others wrote are masked out, and do not count in the average", async () => {
    const { loss, gradient, ...reported } = await weighed({}, { fromStudent: Float32Array.of(0, 1, 0, 1) });
    expect(loss![0]).toBeCloseTo(-(1.5 * rewards[1]! + 0.5 * rewards[3]!) / 2, 5);
    expect([0, 1, 4, 5].map((i) => Math.abs(gradient![i]!))).toEqual([0, 0, 0, 0]);
    expect(reported["divergence/reverse-kl"]![0]).toBeCloseTo(-Math.log(0.4 * 1.6) / 2, 5);
  });

  test("logits of 80, teacher log-probs and behavior log-probs of -200 give finite numbers", async () => {
    for (const parameters of [{ singleStep: true }, { importance: "prefix" }, { clip: { low: 0.2, high: 0.2 } }] as const) {
      const { loss, gradient } = await weighed(parameters, {
        studentLogits: Float32Array.of(80, -80, -80, 80, 80, -80, -80, 80),
        teacherLogProbs: Float32Array.of(-200, 0, -200, 0, 0, -200, 0, -200),
        behaviorLogProbs: Float32Array.of(-200, -200, 0, 0),
      });
      expect([...loss!, ...gradient!].every(Number.isFinite)).toBe(true);
    }
  });
});

test.each([
  [{ discount: -0.1 }, /minillm: expected a discount in \[0, 1\], got -0.1/u],
  [{ discount: 1.1 }, /discount/u],
  [{ truncate: 0 }, /minillm: expected truncate above 0, got 0/u],
  [{ clip: { low: 0, high: 1 } }, /minillm: expected clip.low in \(0, 1\] and clip.high above 0, got 0 and 1/u],
  [{ clip: { low: 1.1, high: 1 } }, /clip.low/u],
  [{ clip: { low: 1, high: 0 } }, /clip.high/u],
  [{ clip: { low: 0.2, high: 0.2 }, importance: "prefix" }, /expected importance "token" beside clip, got "prefix"; leave clip out/u],
  [{ studentTemperature: 0 }, /minillm: expected a student temperature above 0/u],
] as const)("%j is refused", (parameters, message) => {
  expect(() => miniLlm(parameters)).toThrow(message);
});
