/** The ladder from supervised fine-tuning to on-policy distillation with rewards: each step is a case of the next, in value and in gradient. */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { leaveOneOut } from "../../src/objectives/baselines/leave-one-out.ts";
import { contrastiveDistillation } from "../../src/objectives/contrastive-distillation.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import type { Divergence } from "../../src/objectives/divergences/divergence.ts";
import { forwardKl } from "../../src/objectives/divergences/forward-kl.ts";
import { jsd } from "../../src/objectives/divergences/jsd.ts";
import { reverseKl } from "../../src/objectives/divergences/reverse-kl.ts";
import { totalVariation } from "../../src/objectives/divergences/total-variation.ts";
import { entropyAwareDistillation } from "../../src/objectives/entropy-aware-distillation.ts";
import { miniLlm } from "../../src/objectives/minillm.ts";
import type { Objective, Signal } from "../../src/objectives/objective.ts";
import { onPolicyDistillation } from "../../src/objectives/on-policy-distillation.ts";
import { reinforceGkd } from "../../src/objectives/reinforce-gkd.ts";
import { reinforce } from "../../src/objectives/reinforce.ts";
import { sft } from "../../src/objectives/sft.ts";
import { taid } from "../../src/objectives/taid.ts";
import { engines, noise } from "../laws/evaluate.ts";
import { objectiveProgram } from "../laws/objective.laws.ts";
import {
  atPrefixes,
  expectedGradient,
  expectSame,
  forms,
  gradientOf,
  probabilitiesOf,
  rowGradients,
  sequenceKl,
  tableOf,
  teacherSignal,
  variance,
} from "./enumeration.ts";
import { forwardKl as exactForwardKl, logSoftmax, type ReferenceDivergence } from "./reference.ts";

const shape = [4, 3, 3] as const;
const [B, T, V] = shape;
const positions = Array.from({ length: B * T }, (_, position) => position);
const at = (values: ArrayLike<number>, position: number): number[] => Array.from(values).slice(V * position, V * position + V);

const studentLogits = noise("student", shape).data as Float32Array;
const teacherLogits = noise("teacher", shape).data as Float32Array;
const teacherLogProbs = Float32Array.from(positions.flatMap((position) => logSoftmax(at(teacherLogits, position))));
const targets = Int32Array.of(0, 1, 2, 2, 0, 1, 1, 2, 0, 0, 0, 1);
/** Sequences of 3, 2, 1 and 3 tokens. */
const completionMask = Float32Array.of(1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1, 1);
const batch = {
  studentLogits,
  teacherLogProbs,
  targets,
  completionMask,
  fromStudent: Float32Array.of(1, 0, 1, 0),
  advantages: Float32Array.of(1.5, 0, -1, 0),
  behaviorLogProbs: Float32Array.from(positions, (position) => logSoftmax(at(studentLogits, position))[targets[position]!]!),
  progress: Float32Array.of(0),
  controlled: Float32Array.of(1),
};
type Changes = Partial<Record<keyof typeof batch, Float32Array>>;

/** The mask of the sequences for which `kept` is 1. */
const masked = (kept: ArrayLike<number>): Float32Array =>
  completionMask.map((inside, position) => inside * kept[Math.floor(position / T)]!);

const certain = Float32Array.from({ length: B * T * V }, (_, i) => (targets[Math.floor(i / V)] === i % V ? 0 : -200));
const exactTotalVariation: ReferenceDivergence = (teacher, student) => {
  const q = logSoftmax(student);
  return Array.from(teacher).reduce((sum, logP, i) => sum + Math.abs(Math.exp(logP) - Math.exp(q[i]!)) / 2, 0);
};
const advantages = shapedAdvantages({ baseline: leaveOneOut });

/** Two objectives that are one, the second times a factor, on the batch with some changes. */
interface Identity {
  readonly name: string;
  readonly special: Objective<Signal>;
  readonly general: Objective<Signal>;
  readonly factor?: number;
  readonly changes?: Changes;
}

const distilled = (divergence: Divergence): Objective<Signal> => distillation({ divergence });
const others = new Float32Array(B);
const own = new Float32Array(B).fill(1);

const identities: readonly Identity[] = [
  {
    name: "SFT is distillation by forward KL from a teacher that is certain of each token",
    special: sft(),
    general: distilled(forwardKl),
    changes: { teacherLogProbs: certain, fromStudent: others },
  },
  {
    name: "supervised KD is GKD(0, forward KL): the same program without sequences of the student",
    special: contrastiveDistillation({ othersDivergence: forwardKl, studentWeight: 0 }),
    general: distilled(forwardKl),
    changes: { fromStudent: others },
  },
  ...[forwardKl, reverseKl, jsd(0.9)].map((divergence) => ({
    name: `on-policy KD is GKD(1, ${divergence.name}): the same program with sequences of the student only`,
    special: contrastiveDistillation({ studentDivergence: divergence, studentWeight: 1 }),
    general: distilled(divergence),
    changes: { fromStudent: own },
  })),
  {
    name: "alpha = 1 is distillation",
    special: distilled(reverseKl),
    general: reinforceGkd({ alpha: 1, advantages, divergence: reverseKl }),
  },
  {
    name: "alpha = 0 is REINFORCE",
    special: reinforce({ advantages }),
    general: reinforceGkd({ alpha: 0, advantages, divergence: reverseKl }),
  },
  {
    name: "a ramp of alpha begins with REINFORCE",
    special: reinforce({ advantages }),
    general: reinforceGkd({ alpha: { from: 0, to: 1 }, advantages, divergence: reverseKl }),
  },
  {
    name: "a ramp of alpha ends with distillation",
    special: distilled(reverseKl),
    general: reinforceGkd({ alpha: { from: 0, to: 1 }, advantages, divergence: reverseKl }),
    changes: { progress: Float32Array.of(1) },
  },
  { name: "TAID at t = 1 is distillation by forward KL", special: distilled(forwardKl), general: taid() },
  {
    name: "TAID at t = 0 is nothing",
    special: distilled(forwardKl),
    general: taid(),
    factor: 0,
    changes: { controlled: Float32Array.of(0) },
  },
  {
    name: "contrastive distillation with equal divergences and equal weights is half of distillation",
    special: distilled(forwardKl),
    general: contrastiveDistillation({ othersDivergence: forwardKl, studentDivergence: forwardKl }),
    factor: 0.5,
  },
  {
    name: "entropy-aware distillation above every entropy is on-policy distillation by reverse KL",
    special: distilled(reverseKl),
    general: entropyAwareDistillation({ threshold: Math.log(V) }),
  },
  {
    name: "MiniLLM with the single step and without later rewards is GKD(1, reverse KL)",
    special: distilled(reverseKl),
    general: miniLlm({ discount: 0 }),
    changes: { fromStudent: own },
  },
  ...[0, 0.5, 1].map((discount) => ({
    name: `MiniLLM without the single step is on-policy distillation of sampled tokens: discount ${discount}`,
    special: onPolicyDistillation({ discount }),
    general: miniLlm({ singleStep: false, lengthNormalization: false, discount }),
    changes: { fromStudent: own },
  })),
];

describe.each(engines)("on $name", ({ evaluate }) => {
  const run = (objective: Objective<Signal>, changes: Changes = {}) =>
    evaluate(objectiveProgram(objective, shape), { ...batch, ...changes });

  test.each(identities)("$name", async ({ special, general, factor = 1, changes }) => {
    const [a, b] = [await run(special, changes), await run(general, changes)];
    expect(Math.max(...a["gradient"]!.map(Math.abs))).toBeGreaterThan(1e-3);
    for (const name of ["loss", "gradient"]) {
      for (const [i, x] of a[name]!.entries()) expect(Math.abs(b[name]![i]! - factor * x)).toBeLessThan(1e-6);
    }
  });

  test.each([
    ["SFT learns from the sequences of others alone", sft(), { fromStudent: others, completionMask: masked([0, 1, 0, 1]) }],
    ["MiniLLM learns from the student's sequences alone", miniLlm(), { fromStudent: own, completionMask: masked([1, 0, 1, 0]) }],
  ])("%s, as if the rest of the batch were not there", async (_, objective, alone) => {
    const [mixed, apart] = [await run(objective), await run(objective, alone)];
    for (const name of ["loss", "gradient"]) {
      for (const [i, x] of apart[name]!.entries()) expect(mixed[name]![i]).toBeCloseTo(x, 6);
    }
    expect(Math.max(...mixed["gradient"]!.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  test.each([
    ["ImitKD is GKD(.5, forward KL)", forwardKl, exactForwardKl],
    ["f-distill is GKD(.5, total variation)", totalVariation, exactTotalVariation],
  ])("%s: half the mean divergence of others' sequences and half that of the student's", async (_, divergence, reference) => {
    const bySequence = [0, 1, 2, 3].map((row) => {
      const inside = positions.filter((position) => Math.floor(position / T) === row && completionMask[position] === 1);
      return (
        inside.reduce((sum, position) => sum + reference(at(teacherLogProbs, position), at(studentLogits, position)), 0) / inside.length
      );
    });
    const [supervised, onPolicy] = [(bySequence[1]! + bySequence[3]!) / 2, (bySequence[0]! + bySequence[2]!) / 2];
    const [whole, fixed, sampled] = [
      await run(distilled(divergence)),
      await run(distilled(divergence), { completionMask: masked([0, 1, 0, 1]) }),
      await run(distilled(divergence), { completionMask: masked([1, 0, 1, 0]) }),
    ];
    expect(whole["loss"]![0]).toBeCloseTo(supervised / 2 + onPolicy / 2, 5);
    expect([fixed["loss"]![0], sampled["loss"]![0]].map((x) => x!.toFixed(4))).toEqual([supervised, onPolicy].map((x) => x.toFixed(4)));
    for (const [i, g] of whole["gradient"]!.entries()) {
      expect(g).toBeCloseTo(fixed["gradient"]![i]! / 2 + sampled["gradient"]![i]! / 2, 6);
    }
  });

  test("MiniLLM without the single step and without later rewards is on-policy distillation of sampled tokens: A = log P - log Q", async () => {
    const { gradient } = await run(miniLlm({ singleStep: false, discount: 0, average: averages.token }), { fromStudent: own });
    for (const position of positions) {
      const [logQ, y] = [logSoftmax(at(studentLogits, position)), targets[position]!];
      const advantage = teacherLogProbs[V * position + y]! - logQ[y]!;
      for (const [i, value] of logQ.entries()) {
        const expected = (-advantage * completionMask[position]! * ((i === y ? 1 : 0) - Math.exp(value))) / 9;
        expect(gradient![V * position + i]).toBeCloseTo(expected, 6);
      }
    }
  });

  test.each(forms)(
    "SeqKD and supervised KD on the teacher's %s have the gradient of KL(p(y) || q(y)); KD has less variance",
    async (_, all) => {
      const [student, teacher] = [tableOf("student"), tableOf("teacher")];
      const p = probabilitiesOf(teacher, all);
      const exact = gradientOf((table) => sequenceKl(teacher, table, all), student);
      const signals = { fromStudent: new Float32Array(all.length), teacherLogProbs: teacherSignal(teacher, all) };
      const [seqKd, kd] = [
        await rowGradients(evaluate, sft({ average: averages.sum }), student, all, signals),
        await rowGradients(evaluate, distillation({ divergence: forwardKl, average: averages.sum }), student, all, signals),
      ];
      for (const gradients of [seqKd, kd]) expectSame(expectedGradient(p, gradients), exact);
      expect(variance(p, kd)).toBeLessThan(0.5 * variance(p, seqKd));
    },
  );

  test.each(forms)("on-policy KD of %s has the gradient at fixed prefixes, without one through the sampling", async (_, all) => {
    const [student, teacher] = [tableOf("student"), tableOf("teacher")];
    const q = probabilitiesOf(student, all);
    const gradients = await rowGradients(evaluate, distillation({ divergence: forwardKl, average: averages.sum }), student, all, {
      teacherLogProbs: teacherSignal(teacher, all),
    });
    const fixed = gradientOf((table) => atPrefixes(exactForwardKl, { drawnBy: student, teacher, student: table }, all), student);
    const through = gradientOf((table) => atPrefixes(exactForwardKl, { drawnBy: table, teacher, student: table }, all), student);
    expectSame(expectedGradient(q, gradients), fixed);
    expect(Math.max(...through.map((value, i) => Math.abs(value - fixed[i]!)))).toBeGreaterThan(0.05);
  });
});
