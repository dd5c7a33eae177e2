/** Tests of weighted sums of objectives. */
import { describe, expect, expectTypeOf, test } from "vitest";
import { leaveOneOut } from "../../src/objectives/baselines/leave-one-out.ts";
import { movingAverage } from "../../src/objectives/baselines/moving-average.ts";
import { noBaseline } from "../../src/objectives/baselines/none.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import { forwardKl } from "../../src/objectives/divergences/forward-kl.ts";
import { reverseKl } from "../../src/objectives/divergences/reverse-kl.ts";
import { objectives } from "../../src/objectives/index.ts";
import type { Objective } from "../../src/objectives/objective.ts";
import { reinforce } from "../../src/objectives/reinforce.ts";
import { sft } from "../../src/objectives/sft.ts";
import { definitionOver, weightedSum } from "../../src/objectives/weighted-sum.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import { engines } from "../laws/evaluate.ts";

const policy = reinforce({ baseline: leaveOneOut });
const covering = distillation({ divergence: forwardKl });
const seeking = distillation({ divergence: reverseKl });

describe.each(engines)("weighted sum on $name", ({ evaluate }) => {
  const sum = weightedSum([
    { weight: 0.5, objective: sft() },
    { weight: 2, objective: covering },
    { weight: 0.25, objective: policy },
  ]);
  objectiveLaws(sum, {
    evaluate,
    metrics: ["objective/sft", "objective/distillation", "objective/reinforce", "divergence/forward-kl", "policy/entropy"],
  });

  test("loss and gradient are the sums of the terms' times their weights; terms are reported without", async () => {
    const batch = {
      studentLogits: Float32Array.of(0.5, -1, 2, 0, 1, 0),
      targets: Int32Array.of(0, 1),
      completionMask: Float32Array.of(1, 1),
      teacherLogProbs: Float32Array.of(0.2, 0.3, 0.5, 0.6, 0.2, 0.2).map(Math.log),
      advantages: Float32Array.of(1.5),
    };
    const run = (objective: Parameters<typeof objectiveProgram>[0]) => evaluate(objectiveProgram(objective, [1, 2, 3]), batch);
    const [whole, a, b, c] = await Promise.all([run(sum), run(sft()), run(covering), run(policy)]);
    for (const name of ["loss", "gradient"]) {
      for (const [i, x] of whole[name]!.entries()) {
        expect(x).toBeCloseTo(0.5 * a[name]![i]! + 2 * b[name]![i]! + 0.25 * c[name]![i]!, 6);
      }
    }
    expect(whole["objective/distillation"]![0]).toBeCloseTo(b["loss"]![0]!, 6);
  });

  objectiveLaws(
    weightedSum([
      { weight: 0.5, objective: covering },
      { weight: 0.5, objective: seeking },
    ]),
    {
      evaluate,
      metrics: ["objective/distillation", "objective/distillation-2", "divergence/forward-kl", "divergence/reverse-kl", "policy/entropy"],
    },
  );
});

describe("needs", () => {
  test("are those of the terms, once each; terms of weight zero need nothing", () => {
    const terms = [
      { weight: 1, objective: policy },
      { weight: 1, objective: covering },
      { weight: 1, objective: seeking },
    ];
    expect(weightedSum(terms).needs).toEqual(["advantages", "teacherLogProbs"]);
    const withoutReward = weightedSum(terms.map((term) => (term.objective === policy ? { ...term, weight: 0 } : term)));
    expect(withoutReward.needs).toEqual(["teacherLogProbs"]);
    expect(withoutReward.baseline).toBeUndefined();
  });

  test("are in the type", () => {
    expectTypeOf(weightedSum([{ weight: 1, objective: sft() }])).toEqualTypeOf<Objective>();
    const both = weightedSum([
      { weight: 1, objective: policy },
      { weight: 1, objective: covering },
    ]);
    expectTypeOf(both).toEqualTypeOf<Objective<"advantages" | "teacherLogProbs">>();
  });
});

describe("the baseline", () => {
  test("is that of the term that has one", () => {
    const sum = weightedSum([
      { weight: 1, objective: sft() },
      { weight: 1, objective: policy },
      { weight: 2, objective: reinforce({ baseline: leaveOneOut }) },
    ]);
    expect(sum.baseline).toBe(leaveOneOut);
  });

  test("must be one", () => {
    const different = [noBaseline, movingAverage()].map((baseline) => ({ weight: 1, objective: reinforce({ baseline }) }));
    expect(() => weightedSum(different)).toThrow(/expected one baseline, got none and moving-average/);
  });
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("a weight of %d is refused", (weight) => {
  expect(() => weightedSum([{ weight, objective: sft() }])).toThrow(/expected a weight of at least 0 for sft/);
});

test("a sum without a term of positive weight is refused", () => {
  expect(() => weightedSum([])).toThrow(RangeError);
  expect(() => weightedSum([{ weight: 0, objective: sft() }])).toThrow(/at least one term of positive weight/);
});

test("in a file it is over the objectives of a family", () => {
  const sum = definitionOver(objectives).create({ terms: [{ weight: 2, objective: { type: "sft", average: "token" } }] }, undefined);
  expect([sum.name, sum.needs]).toEqual(["weighted-sum", []]);
});
