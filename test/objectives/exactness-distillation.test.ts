/** Distillation against enumeration: mixtures of sources, of divergences and of targets, and the sum with a policy gradient. */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { noBaseline } from "../../src/objectives/baselines/none.ts";
import { contrastiveDistillation } from "../../src/objectives/contrastive-distillation.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import { jsd } from "../../src/objectives/divergences/jsd.ts";
import { entropyAwareDistillation } from "../../src/objectives/entropy-aware-distillation.ts";
import type { Objective, Signal } from "../../src/objectives/objective.ts";
import { reinforceGkd } from "../../src/objectives/reinforce-gkd.ts";
import { sampledKl } from "../../src/objectives/sampled-kl.ts";
import { taid } from "../../src/objectives/taid.ts";
import { universalLogitDistillation } from "../../src/objectives/universal-logit-distillation.ts";
import { engines } from "../laws/evaluate.ts";
import { objectiveProgram } from "../laws/objective.laws.ts";
import {
  atPrefixes,
  ending,
  expectedGradient,
  expectedValue,
  expectSame,
  forms,
  gradientOf,
  probabilitiesOf,
  rewardsOf,
  rowGradients,
  sequenceKl,
  tableOf,
  targetSignal,
  teacherSignal,
  V,
  variance,
  width,
  type Completion,
  type Table,
} from "./enumeration.ts";
import * as reference from "./reference.ts";

const student = tableOf("student");
const teacher = tableOf("teacher");
const advantages = shapedAdvantages({ baseline: noBaseline });

/** The gradient of E over y ~ `drawnBy` of the sum of divergences at its prefixes, these being fixed. */
const toward = (divergence: reference.ReferenceDivergence, drawnBy: Table, completions: readonly Completion[], target = teacher) =>
  gradientOf((table) => atPrefixes(divergence, { drawnBy, teacher: target, student: table }, completions), student);

const mixed = (share: number, a: readonly number[], b: readonly number[]): number[] => a.map((x, i) => share * x + (1 - share) * b[i]!);

const entropyOf = (logProbs: ArrayLike<number>): number => -Array.from(logProbs).reduce((sum, x) => sum + x * Math.exp(x), 0);

const falling = (values: readonly number[]): number[] => values.toSorted((a, b) => b - a);

const sortedDistance: reference.ReferenceDivergence = (p, z) => {
  const q = falling(reference.logSoftmax(z).map(Math.exp));
  return falling(Array.from(p, Math.exp)).reduce((sum, x, i) => sum + Math.abs(x - q[i]!), 0);
};

describe.each(engines)("on $name", ({ evaluate }) => {
  describe.each(forms)("with %s", (_, completions) => {
    const [q, p] = [probabilitiesOf(student, completions), probabilitiesOf(teacher, completions)];
    const rows = (objective: Objective<Signal>, source: "student" | "others", signals: Parameters<typeof rowGradients>[4] = {}) =>
      rowGradients(evaluate, objective, student, completions, {
        teacherLogProbs: teacherSignal(teacher, completions),
        fromStudent: new Float32Array(completions.length).fill(source === "student" ? 1 : 0),
        ...signals,
      });

    test("GKD(lambda, D) has the gradient of (1 - lambda) E of others' D + lambda E of the student's D; a coin for each sequence has less variance than one for a step", async () => {
      const objective = distillation({ divergence: jsd(0.5), average: averages.sum });
      const [own, others] = [await rows(objective, "student"), await rows(objective, "others")];
      const [onPolicy, supervised] = [toward(reference.jsd(0.5), student, completions), toward(reference.jsd(0.5), teacher, completions)];
      const all = [...own, ...others];
      for (const lambda of [0, 0.3, 1]) {
        const weights = [...q.map((x) => lambda * x), ...p.map((x) => (1 - lambda) * x)];
        expectSame(expectedGradient(weights, all), mixed(lambda, onPolicy, supervised));
      }
      const lambda = 0.3;
      const coin = variance([lambda, 1 - lambda], [onPolicy, supervised]);
      const within = lambda * variance(q, own) + (1 - lambda) * variance(p, others);
      // Of the mean of two sequences: what is within a source halves either way, the coin's own part only if each has its own.
      const [step, sequence] = [within / 2 + coin, variance([...q.map((x) => lambda * x), ...p.map((x) => (1 - lambda) * x)], all) / 2];
      expect(sequence).toBeCloseTo((within + coin) / 2, 6);
      expect(sequence).toBeLessThan(0.99 * step);
    });

    test("contrastive distillation has (1 - b) the gradient of D_others at the teacher's sequences and b that of D_student at the student's", async () => {
      const objective = contrastiveDistillation({ studentWeight: 0.3, average: averages.sum });
      const [own, others] = [await rows(objective, "student"), await rows(objective, "others")];
      const wanted = [toward(reference.skewReverseKl(0.1), student, completions), toward(reference.skewKl(0.1), teacher, completions)];
      expectSame(expectedGradient(q, own), wanted[0]!, 0.3);
      expectSame(expectedGradient(p, others), wanted[1]!, 0.7);
    });

    test("entropy-aware distillation adds the forward KL where the teacher is undecided, and nowhere else", async () => {
      const entropies = Array.from({ length: V + 1 }, (__, row) => entropyOf(reference.logSoftmax(teacher.slice(row * V, (row + 1) * V))));
      const threshold = falling(entropies)[2]! - 1e-3;
      const both: reference.ReferenceDivergence = (logP, z) =>
        reference.reverseKl(logP, z) + (entropyOf(logP) > threshold ? 0.5 * reference.forwardKl(logP, z) : 0);
      const own = await rows(entropyAwareDistillation({ threshold, forwardWeight: 0.5, average: averages.sum }), "student");
      expectSame(expectedGradient(q, own), toward(both, student, completions));
    });

    test("TAID has the gradient of the forward KL to the interpolated teacher, held constant", async () => {
      const t = 0.4;
      const target = mixed(t, teacher, student);
      const own = await rows(taid({ interpolation: t, average: averages.sum }), "student");
      expectSame(expectedGradient(q, own), toward(reference.forwardKl, student, completions, target));
    });

    test("universal logit distillation has the gradient of the distance of sorted probabilities", async () => {
      const known = teacherSignal(teacher, completions);
      // Two more tokens that this teacher never says: the vocabularies differ.
      const foreign = Array.from({ length: known.length / V }, (__, position) => [
        ...known.subarray(position * V, (position + 1) * V),
        -200,
        -200,
      ]);
      const signals = {
        foreignTeacherLogProbs: Float32Array.from(foreign.flat()),
        foreignTeacherMask: new Float32Array(completions.length * width).fill(1),
      };
      const own = await rows(universalLogitDistillation({ average: averages.sum }), "student", signals);
      expectSame(expectedGradient(q, own), toward(sortedDistance, student, completions));
    });

    test("RL with on-policy distillation has (1 - alpha) the gradient of -E[r] and alpha that of the divergence at the student's prefixes", async () => {
      const alpha = 0.3;
      const rewards = rewardsOf(completions);
      const objective = reinforceGkd({
        alpha,
        advantages,
        divergence: jsd(0.9),
        policyAverage: averages.sum,
        divergenceAverage: averages.sum,
      });
      const rewarded = gradientOf((table) => -expectedValue(table, completions, rewards), student);
      const own = await rows(objective, "student", { advantages: Float32Array.from(rewards) });
      expectSame(expectedGradient(q, own), mixed(alpha, toward(reference.jsd(0.9), student, completions), rewarded));
    });
  });
});

test.each(["k1", "k3"] as const)("the expected value of %s is the KL of whole sequences", async (estimator) => {
  const { evaluate } = engines[0]!;
  const q = probabilitiesOf(student, ending);
  const objective = sampledKl({ to: "reference", estimator, average: averages.sum });
  const goal = targetSignal(teacher, ending);
  let expected = 0;
  for (const [row, completion] of ending.entries()) {
    const positions = Array.from({ length: width }, (_, position) => position - 1);
    const context = (t: number): number => (t <= 0 || t >= completion.length ? 0 : completion[t - 1]! + 1);
    const { loss } = await evaluate(objectiveProgram(objective, [1, width, V]), {
      studentLogits: Float32Array.from(positions.flatMap((t) => student.slice(context(t) * V, (context(t) + 1) * V))),
      targets: Int32Array.from(positions, (t) => completion[t] ?? 0),
      completionMask: Float32Array.from(positions, (t) => (completion[t] === undefined ? 0 : 1)),
      referenceLogProbs: goal.slice(row * width, (row + 1) * width),
      fromStudent: Float32Array.of(1),
    });
    expected += q[row]! * loss![0]!;
  }
  expect(Math.abs(expected - sequenceKl(student, teacher, ending))).toBeLessThan(1e-6);
});
