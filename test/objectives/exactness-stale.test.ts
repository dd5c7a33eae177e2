/** Stale completions against enumeration: what RL with GKD learns from what an older student drew. */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { averages } from "../../src/objectives/arithmetic/averages.ts";
import { noBaseline } from "../../src/objectives/baselines/none.ts";
import { reverseKl } from "../../src/objectives/divergences/reverse-kl.ts";
import { reinforceGkd, type ReinforceGkdParameters } from "../../src/objectives/reinforce-gkd.ts";
import { engines } from "../laws/evaluate.ts";
import {
  atPrefixes,
  expectedGradient,
  expectedValue,
  expectSame,
  forms,
  gradientOf,
  near,
  probabilitiesOf,
  rewardsOf,
  rowGradients,
  tableOf,
  targetSignal,
  teacherSignal,
} from "./enumeration.ts";
import * as reference from "./reference.ts";

const [student, teacher] = [tableOf("student"), tableOf("teacher")];
/** The student some steps ago. */
const older = near(student, "behavior", 0.5);
const alpha = 0.25;

describe.each(engines)("RL with GKD on what an older student drew, on $name", ({ evaluate }) => {
  test.each(forms)("with %s", async (_, completions) => {
    const rewards = rewardsOf(completions);
    const drawn = probabilitiesOf(older, completions);
    const signals = {
      advantages: Float32Array.from(rewards),
      behaviorLogProbs: targetSignal(older, completions),
      teacherLogProbs: teacherSignal(teacher, completions),
    };
    const expected = async (importance?: NonNullable<ReinforceGkdParameters["importance"]>): Promise<number[]> => {
      const sums = { policyAverage: averages.sum, divergenceAverage: averages.sum };
      const weighed = importance === undefined ? {} : { importance };
      const advantages = shapedAdvantages({ baseline: noBaseline });
      const objective = reinforceGkd({ alpha, advantages, divergence: reverseKl, ...sums, ...weighed });
      return expectedGradient(drawn, await rowGradients(evaluate, objective, student, completions, signals));
    };
    const onPolicy = gradientOf((table) => expectedValue(table, completions, rewards), student);
    const prefixesOf = (drawnBy: readonly number[]): number[] =>
      gradientOf((table) => atPrefixes(reference.reverseKl, { drawnBy, teacher, student: table }, completions), student);
    const sum = (divergences: readonly number[]): number[] => onPolicy.map((g, x) => -(1 - alpha) * g + alpha * divergences[x]!);

    // The reward's term is that of the student of now; the divergence is averaged over the prefixes of the older one.
    const exact = sum(prefixesOf(older));
    expectSame(await expected({ ratio: "sequence" }), exact);
    expectSame(await expected({ ratio: "sequence", truncate: 1000 }), exact);
    expect(Math.max(...sum(prefixesOf(student)).map((g, x) => Math.abs(g - exact[x]!)))).toBeGreaterThan(1e-3);
    // Truncated below what occurs it is biased, and without weights it is another gradient altogether.
    for (const importance of [{ ratio: "sequence", truncate: 1.1 } as const, undefined]) {
      const biased = await expected(importance);
      expect(Math.max(...biased.map((g, x) => Math.abs(g - exact[x]!)))).toBeGreaterThan(0.01);
    }
  });
});
