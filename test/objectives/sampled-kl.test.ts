/** Tests of the sampled KL: its laws, and the expected gradient of each estimator by enumeration. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { averages, weighted } from "../../src/objectives/arithmetic/averages.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import { reverseKl as reverseKlDivergence } from "../../src/objectives/divergences/reverse-kl.ts";
import type { Objective } from "../../src/objectives/objective.ts";
import { sampledKl, type SampledKlParameters } from "../../src/objectives/sampled-kl.ts";
import { tokenLogProbs } from "../../src/objectives/arithmetic/token-log-probs.ts";
import { engines, type Evaluate } from "../laws/evaluate.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import {
  atPrefixes,
  cosine,
  ending,
  expectation,
  expectedGradient,
  expectSame,
  forms,
  gradientOf,
  gradientOfScores,
  logProbsOf,
  near,
  probabilitiesOf,
  rowGradients,
  sequenceKl,
  tableOf,
  targetSignal,
  teacherSignal,
  tokenLogProbsOf,
  variance,
  type Completion,
} from "./enumeration.ts";
import { forwardKl, logSoftmax, reverseKl } from "./reference.ts";

const student = tableOf("student");
const target = tableOf("target");
const behavior = near(student, "behavior", 0.5);

/** The gradients of all completions; the target is teacher and reference at once. */
const gradients = (evaluate: Evaluate, settings: Partial<SampledKlParameters>, completions: readonly Completion[]) =>
  rowGradients(evaluate, sampledKl({ to: "reference", average: averages.sum, ...settings }), student, completions, {
    teacherLogProbs: teacherSignal(target, completions),
    referenceLogProbs: targetSignal(target, completions),
    behaviorLogProbs: targetSignal(behavior, completions),
  });

const named = (to: string) => ["objective/sampled-kl", `policy/${to}-kl`];

describe.each(engines)("sampled KL on $name", ({ evaluate }) => {
  objectiveLaws(sampledKl({ to: "reference", average: averages.token }), { evaluate, metrics: named("reference"), surrogate: true });
  objectiveLaws(sampledKl({ to: "teacher", estimator: "k2", studentTemperature: 2 }), { evaluate, metrics: named("teacher") });
  objectiveLaws(sampledKl({ to: "reference", estimator: "k3", average: averages.constant }), { evaluate, metrics: named("reference") });
  objectiveLaws(sampledKl({ to: "teacher", estimator: "k3", importance: "sequence" }), {
    evaluate,
    metrics: named("teacher"),
    surrogate: true,
  });

  describe.each(forms)("with %s", (_, completions) => {
    const q = probabilitiesOf(student, completions);
    const b = probabilitiesOf(behavior, completions);
    const ofSequences = gradientOf((table) => sequenceKl(table, target, completions), student);
    const prefixes = (divergence: typeof reverseKl, drawnBy = student): number[] =>
      gradientOf((table) => atPrefixes(divergence, { drawnBy, teacher: target, student: table }, completions), student);
    const expected = async (settings: Partial<SampledKlParameters>, weights = q): Promise<number[]> =>
      expectedGradient(weights, await gradients(evaluate, settings, completions));

    test.each(["reference", "teacher"] as const)("k1 to the %s is the gradient of the KL of whole sequences", async (to) => {
      expectSame(await expected({ to }), ofSequences);
      expectSame(await expected({ to, discount: 1 }), ofSequences);
    });

    test("k1 without later tokens, and k2, are the reverse KL at every prefix, which is another gradient", async () => {
      expectSame(await expected({ discount: 0 }), prefixes(reverseKl));
      expectSame(await expected({ estimator: "k2" }), prefixes(reverseKl));
      expect(cosine(prefixes(reverseKl), ofSequences)).toBeLessThan(0.995);
    });

    test("k1 between the two weighs what comes later by the discount", async () => {
      const [own, others] = [tokenLogProbsOf(student, completions), tokenLogProbsOf(target, completions)];
      const coefficients = own.map((logProbs, i) =>
        logProbs.map((__, t) =>
          logProbs.slice(t).reduce((sum, logProb, ahead) => sum + 0.5 ** ahead * (logProb - others[i]![t + ahead]!), 0),
        ),
      );
      expectSame(await expected({ discount: 0.5 }), gradientOfScores(student, completions, q, coefficients));
    });

    test("k3 is the forward KL at every prefix, and not the reverse KL", async () => {
      expectSame(await expected({ estimator: "k3" }), prefixes(forwardKl));
      expect(cosine(prefixes(forwardKl), prefixes(reverseKl))).toBeLessThan(0.97);
    });

    test("the log-ratio itself, differentiated as a loss, has an expected gradient of zero", async () => {
      const asLoss: Objective<"referenceLogProbs"> = {
        name: "k1-as-loss",
        needs: ["referenceLogProbs"],
        learnsFrom: ["student"],
        loss(logits, { targets, completionMask, referenceLogProbs }) {
          const differences = tf.sub(tokenLogProbs(logits, targets), referenceLogProbs);
          return { loss: weighted(differences, averages.sum(completionMask)), metrics: {} };
        },
      };
      const found = await rowGradients(evaluate, asLoss, student, completions, { referenceLogProbs: targetSignal(target, completions) });
      expectSame(
        expectedGradient(q, found),
        student.map(() => 0),
      );
      expect(Math.max(...found[0]!.map(Math.abs))).toBeGreaterThan(0.1);
    });

    test("stale tokens weighed by their own ratio keep the behavior's prefixes; without a weight they are biased there too", async () => {
      const stale = prefixes(reverseKl, behavior);
      expectSame(await expected({ discount: 0, importance: "token" }, b), stale);
      expectSame(await expected({ estimator: "k2", importance: "token" }, b), stale);
      expectSame(await expected({ estimator: "k3", importance: "token" }, b), prefixes(forwardKl, behavior));
      expect(cosine(await expected({ discount: 0 }, b), stale)).toBeLessThan(0.99);
    });

    test("stale sequences weighed by their whole ratio are unbiased", async () => {
      expectSame(await expected({ importance: "sequence" }, b), ofSequences);
      expectSame(await expected({ discount: 0, importance: "sequence" }, b), prefixes(reverseKl));
      expectSame(await expected({ estimator: "k2", importance: "sequence" }, b), prefixes(reverseKl));
      expectSame(await expected({ estimator: "k3", importance: "sequence" }, b), prefixes(forwardKl));
    });

    test("the whole vocabulary has less variance than sampled tokens, and those less than whole sequences", async () => {
      const exact = await rowGradients(
        evaluate,
        distillation({ divergence: reverseKlDivergence, average: averages.sum }),
        student,
        completions,
        {
          teacherLogProbs: teacherSignal(target, completions),
        },
      );
      expectSame(expectedGradient(q, exact), prefixes(reverseKl));
      const [tokens, sequences] = await Promise.all([0, 1].map((discount) => gradients(evaluate, { discount }, completions)));
      expect(variance(q, exact)).toBeLessThan(0.5 * variance(q, tokens!));
      expect(variance(q, tokens!)).toBeLessThan(variance(q, sequences!));
    });
  });

  test("averaged by sequence, completions weigh by their lengths, which biases it where lengths differ", async () => {
    const q = probabilitiesOf(student, ending);
    const [own, others] = [tokenLogProbsOf(student, ending), tokenLogProbsOf(target, ending)];
    const coefficients = own.map((logProbs, i) =>
      logProbs.map(
        (_, t) => logProbs.slice(t).reduce((sum, logProb, ahead) => sum + logProb - others[i]![t + ahead]!, 0) / logProbs.length,
      ),
    );
    const found = expectedGradient(q, await gradients(evaluate, { average: averages.sequence }, ending));
    expectSame(found, gradientOfScores(student, ending, q, coefficients));
    const logP = logProbsOf(target, ending);
    const perToken = gradientOf(
      (table) =>
        expectation(
          probabilitiesOf(table, ending),
          ending.map((tokens, i) => (logProbsOf(table, ending)[i]! - logP[i]!) / tokens.length),
        ),
      student,
    );
    expect(cosine(found, perToken)).toBeLessThan(0.999);
  });
});

/** [2, 2, 3]; the student drew the first row. */
const batch = {
  studentLogits: Float32Array.of(0.5, -1, 2, 0, 1, 0, -2, 0.3, 1, 9, 9, 9),
  targets: Int32Array.of(0, 1, 2, 0),
  completionMask: Float32Array.of(1, 1, 1, 0),
  referenceLogProbs: Float32Array.of(-2, -0.3, -0.2, 0),
  fromStudent: Float32Array.of(1, 0),
};
const difference = (position: number): number =>
  logSoftmax(batch.studentLogits.slice(3 * position, 3 * position + 3))[batch.targets[position]!]! - batch.referenceLogProbs[position]!;

describe.each(engines)("sampled KL of one batch on $name", ({ evaluate }) => {
  const run = (settings: Partial<SampledKlParameters>, changed: Partial<typeof batch> = {}) =>
    evaluate(objectiveProgram(sampledKl({ to: "reference", average: averages.sum, ...settings }), [2, 2, 3]), { ...batch, ...changed });
  const [a, b] = [difference(0), difference(1)];

  test.each([
    ["k1", a + b],
    ["k2", (a * a + b * b) / 2],
    ["k3", Math.exp(-a) - 1 + a + Math.exp(-b) - 1 + b],
  ] as const)("%s: the estimate over the student's tokens, all sequences counted", async (estimator, expected) => {
    const { loss, gradient, ...reported } = await run({ estimator });
    expect(loss![0]).toBeCloseTo(expected / 2, 5);
    expect(reported["policy/reference-kl"]![0]).toBeCloseTo((a + b) / 2, 5);
    expect([...gradient!].map((g) => g !== 0)).toEqual(Array.from({ length: 12 }, (_, i) => i < 6));
  });

  test("stale tokens are weighed in the value too", async () => {
    const behaviorLogProbs = Float32Array.of(-1.5, -0.9, 0, 0);
    const objective = sampledKl({ to: "reference", estimator: "k2", importance: "token", average: averages.sum });
    const { loss } = await evaluate(objectiveProgram(objective, [2, 2, 3]), { ...batch, behaviorLogProbs });
    const ratio = (position: number): number =>
      Math.exp(difference(position) + batch.referenceLogProbs[position]! - behaviorLogProbs[position]!);
    expect(loss![0]).toBeCloseTo((ratio(0) * a * a + ratio(1) * b * b) / 4, 5);
  });

  test("nothing overflows where student or target finds the token all but impossible", async () => {
    for (const estimator of ["k1", "k2", "k3"] as const) {
      for (const [logit, logProb] of [
        [-80, -0.001],
        [80, -200],
      ] as const) {
        const studentLogits = batch.studentLogits.map((_, i) => (i % 3 === 2 ? -logit : logit));
        const outputs = await run({ estimator }, { studentLogits, referenceLogProbs: new Float32Array(4).fill(logProb) });
        for (const value of Object.values(outputs)) expect([...value].every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe("its settings", () => {
  test("decide what it needs", () => {
    expect(sampledKl({ to: "reference" }).needs).toEqual(["referenceLogProbs", "fromStudent"]);
    expect(sampledKl({ to: "teacher" }).needs).toEqual(["teacherLogProbs", "fromStudent"]);
    expect(sampledKl({ to: "teacher", importance: "token" }).needs).toEqual(["teacherLogProbs", "fromStudent", "behaviorLogProbs"]);
  });

  test("are refused outside their ranges", () => {
    for (const discount of [-0.1, 1.1, Number.NaN])
      expect(() => sampledKl({ to: "teacher", discount })).toThrow(/sampled-kl: expected a discount in/);
    expect(() => sampledKl({ to: "teacher", estimator: "k2", discount: 0 })).toThrow(/discount with k1 alone, got one with k2/);
    expect(() => sampledKl({ to: "teacher", studentTemperature: -1 })).toThrow(/sampled-kl: expected a student temperature/);
  });
});
