/** Tests of weighted sums of objectives. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, expectTypeOf, test } from "vitest";
import { shapedAdvantages } from "../../src/objectives/advantages/shaped.ts";
import { leaveOneOut } from "../../src/objectives/baselines/leave-one-out.ts";
import { movingAverage } from "../../src/objectives/baselines/moving-average.ts";
import { noBaseline } from "../../src/objectives/baselines/none.ts";
import { distillation } from "../../src/objectives/distillation.ts";
import { forwardKl } from "../../src/objectives/divergences/forward-kl.ts";
import { reverseKl } from "../../src/objectives/divergences/reverse-kl.ts";
import { objectives } from "../../src/objectives/index.ts";
import type { Objective, Signal } from "../../src/objectives/objective.ts";
import { reinforce } from "../../src/objectives/reinforce.ts";
import type { Schedule } from "../../src/objectives/schedules/schedule.ts";
import { sft } from "../../src/objectives/sft.ts";
import { definitionOver, weightedSum } from "../../src/objectives/weighted-sum.ts";
import { objectiveLaws, objectiveProgram } from "../laws/objective.laws.ts";
import { engines } from "../laws/evaluate.ts";

const policy = reinforce({ advantages: shapedAdvantages({ baseline: leaveOneOut }) });
const covering = distillation({ divergence: forwardKl });
const seeking = distillation({ divergence: reverseKl });

/** One sequence of two positions. */
const small = {
  studentLogits: Float32Array.of(0.5, -1, 2, 0, 1, 0),
  targets: Int32Array.of(0, 1),
  completionMask: Float32Array.of(1, 1),
  teacherLogProbs: Float32Array.of(0.2, 0.3, 0.5, 0.6, 0.2, 0.2).map(Math.log),
  advantages: Float32Array.of(1.5),
  fromStudent: Float32Array.of(0),
};

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
    const run = (objective: Parameters<typeof objectiveProgram>[0]) => evaluate(objectiveProgram(objective, [1, 2, 3]), small);
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

  objectiveLaws(
    weightedSum([
      { weight: { from: 1, to: 0 }, objective: sft() },
      { weight: { from: 0, to: 2, end: 0.5 }, objective: covering },
    ]),
    {
      evaluate,
      metrics: ["objective/sft", "objective/distillation", "divergence/forward-kl", "policy/entropy", "weight/sft", "weight/distillation"],
    },
  );

  test("a weight that moves is reported, and is the term's factor at each moment", async () => {
    const moving = weightedSum([
      { weight: { from: 2, to: 1 }, objective: covering },
      { weight: 0.5, objective: seeking },
    ]);
    const [early, last, a, b] = await Promise.all([
      ...[0, 1].map((progress) => evaluate(objectiveProgram(moving, [1, 2, 3]), { ...small, progress: Float32Array.of(progress) })),
      ...[covering, seeking].map((objective) => evaluate(objectiveProgram(objective, [1, 2, 3]), small)),
    ]);
    expect([early!["weight/distillation"]![0], last!["weight/distillation"]![0]]).toEqual([2, 1]);
    expect(early).not.toHaveProperty("weight/distillation-2");
    for (const name of ["loss", "gradient"]) {
      for (const [i, x] of early![name]!.entries()) expect(x).toBeCloseTo(2 * a![name]![i]! + 0.5 * b![name]![i]!, 6);
      for (const [i, x] of last![name]!.entries()) expect(x).toBeCloseTo(a![name]![i]! + 0.5 * b![name]![i]!, 6);
    }
  });

  test("a sum of sums of sums is the sum of all of its terms", async () => {
    const inner = weightedSum([
      { weight: 0.5, objective: covering },
      { weight: { from: 1, to: 3 }, objective: seeking },
    ]);
    const middle = weightedSum([
      { weight: 2, objective: inner },
      { weight: 1, objective: covering },
    ]);
    const flat = weightedSum([
      { weight: 0.25, objective: covering },
      { weight: { from: 0.5, to: 1.5 }, objective: seeking },
      { weight: 0.25, objective: covering },
      { weight: 3, objective: seeking },
    ]);
    const nested = weightedSum([
      { weight: 0.25, objective: middle },
      { weight: 3, objective: seeking },
    ]);
    expect(nested.terms?.map(({ weight, objective }) => [objective.name, weight, objective.terms])).toEqual([
      ["distillation", 0.25, undefined],
      ["distillation-2", { from: 0.5, to: 1.5 }, undefined],
      ["distillation-3", 0.25, undefined],
      ["distillation-4", 3, undefined],
    ]);
    const batch = { ...small, progress: Float32Array.of(0.5) };
    const [opened, direct] = await Promise.all([nested, flat].map((sum) => evaluate(objectiveProgram(sum, [1, 2, 3]), batch)));
    expect(opened).toEqual(direct);
    expect(Object.keys(opened!).filter((name) => /^(objective|weight)/u.test(name))).toEqual([
      "objective/distillation",
      "objective/distillation-2",
      "weight/distillation-2",
      "objective/distillation-3",
      "objective/distillation-4",
    ]);
    expect(opened!["objective/distillation-3"]).toEqual(opened!["objective/distillation"]);
    expect(opened!["objective/distillation-4"]).toEqual(opened!["objective/distillation-2"]);
    expect(opened!["objective/distillation-2"]).not.toEqual(opened!["objective/distillation"]);
  });
});

test("metrics of one name are kept apart by their terms; the student's entropy is reported once", async () => {
  const { evaluate } = engines[0]!;
  const soft = weightedSum([
    { weight: 1, objective: covering },
    { weight: 1, objective: distillation({ divergence: forwardKl, studentTemperature: 3 }) },
    { weight: 1, objective: seeking },
  ]);
  const outputs = await evaluate(objectiveProgram(soft, [1, 2, 3]), small);
  expect(Object.keys(outputs).filter((name) => /^(divergence|policy)/u.test(name))).toEqual([
    "divergence/forward-kl",
    "policy/entropy",
    "divergence/forward-kl/distillation-2",
    "divergence/reverse-kl",
  ]);
  const alone = await evaluate(objectiveProgram(covering, [1, 2, 3]), small);
  expect(outputs["divergence/forward-kl"]).toEqual(alone["divergence/forward-kl"]);
  expect(outputs["divergence/forward-kl/distillation-2"]).not.toEqual(alone["divergence/forward-kl"]);
});

describe("weights that move", () => {
  const ramp = { from: 0, to: 1 };

  test("need the run's progress, and a ramp on the way to a term times a number is a ramp", () => {
    const sum = weightedSum([{ weight: ramp, objective: sft() }]);
    expect(sum.needs).toEqual(["fromStudent", "progress"]);
    expect(weightedSum([{ weight: 1, objective: sft() }]).needs).toEqual(["fromStudent"]);
    const weights = (outer: Schedule, inner: Schedule) =>
      weightedSum([{ weight: outer, objective: weightedSum([{ weight: inner, objective: sft() }]) }]).terms?.map(({ weight }) => weight);
    expect(weights({ ...ramp, end: 0.5 }, 3)).toEqual([{ from: 0, to: 3, end: 0.5 }]);
    expect(weights(3, { ...ramp, start: 0.5 })).toEqual([{ from: 0, to: 3, start: 0.5 }]);
  });

  test("a ramp of a ramp is refused", () => {
    const inner = weightedSum([{ weight: ramp, objective: sft() }]);
    expect(() => weightedSum([{ weight: ramp, objective: inner }], "outer")).toThrow(
      new RangeError("outer: expected one ramp on the way to a term, got a ramp of a ramp; make one of the weights a number"),
    );
  });

  test("a ramp that stays at 0 leaves its term out, one that begins or ends there does not", () => {
    const names = (weight: Schedule) =>
      weightedSum([
        { weight, objective: sft() },
        { weight: 1, objective: covering },
      ]).terms?.map(({ objective }) => objective.name);
    expect(names({ from: 0, to: 0 })).toEqual(["distillation"]);
    expect(names({ from: 0, to: 1 })).toEqual(["sft", "distillation"]);
    expect(names({ from: 1, to: 0 })).toEqual(["sft", "distillation"]);
  });

  test("a ramp below 0 or with its end before its start is refused with the term's name", () => {
    expect(() => weightedSum([{ weight: { from: 1, to: -1 }, objective: sft() }])).toThrow(
      "weighted-sum, weight of sft: expected a number at least 0, got 1 to -1",
    );
    expect(() => weightedSum([{ weight: { ...ramp, start: 1 }, objective: sft() }])).toThrow(/expected 0 <= start < end <= 1/);
  });
});

describe("what is one for the whole batch", () => {
  const controlled = (name: string, target: number): Objective<"controlled"> => ({
    name,
    needs: ["controlled"],
    learnsFrom: ["student"],
    controller: { name: `controller to ${target}`, initial: target, value: Number, observe: (state) => state },
    loss: (_logits, batch) => ({ loss: batch.controlled, metrics: {} }),
  });
  const scored = (topK: number): Objective<"teacherTopKLogProbs"> => ({
    name: "scored",
    needs: ["teacherTopKLogProbs"],
    learnsFrom: ["student", "others"],
    topK,
    loss: (_logits, batch) => ({ loss: tf.mean(batch.teacherTopKLogProbs), metrics: {} }),
  });
  const sumOf = (...all: readonly Objective<Signal>[]) => weightedSum(all.map((objective) => ({ weight: 1, objective })));

  test("controllers of one name are one, of different names refused", () => {
    expect(sumOf(sft() as never, controlled("a", 1), controlled("b", 1)).controller?.name).toBe("controller to 1");
    expect(sumOf(sft() as never)).not.toHaveProperty("controller");
    expect(() => sumOf(controlled("a", 1), controlled("b", 2))).toThrow(
      "expected one controller for the whole batch, got controller to 1 and controller to 2",
    );
  });

  test("so are numbers of teacher scores", () => {
    expect(sumOf(scored(8) as never, sft() as never, scored(8) as never).topK).toBe(8);
    expect(sumOf(sft() as never)).not.toHaveProperty("topK");
    expect(() => sumOf(scored(8) as never, scored(4) as never)).toThrow(
      "expected one number of teacher scores for the whole batch, got 8 and 4",
    );
  });
});

test("learns from whatever its terms learn from", () => {
  const from = (...all: readonly Objective<never>[]) => weightedSum(all.map((objective) => ({ weight: 1, objective }))).learnsFrom;
  expect(from(policy as never)).toEqual(["student"]);
  expect(from(policy as never, sft() as never, covering as never)).toEqual(["student", "others"]);
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
    expect(withoutReward.advantages).toBeUndefined();
  });

  test("are in the type", () => {
    expectTypeOf(weightedSum([{ weight: 1, objective: sft() }])).toEqualTypeOf<Objective<"fromStudent">>();
    const both = weightedSum([
      { weight: 1, objective: policy },
      { weight: 1, objective: covering },
    ]);
    expectTypeOf(both.needs).toEqualTypeOf<readonly ("advantages" | "teacherLogProbs")[]>();
  });
});

describe("the estimate of advantages", () => {
  test("is that of the term that has one", () => {
    const sum = weightedSum([
      { weight: 1, objective: sft() },
      { weight: 1, objective: policy },
      { weight: 2, objective: reinforce({ advantages: shapedAdvantages({ baseline: leaveOneOut }) }) },
    ]);
    expect(sum.advantages?.name).toBe(policy.advantages?.name);
  });

  test("must be one", () => {
    const different = [noBaseline, movingAverage()].map((baseline) => ({
      weight: 1,
      objective: reinforce({ advantages: shapedAdvantages({ baseline }) }),
    }));
    expect(() => weightedSum(different)).toThrow(/expected one estimate of advantages .*none.* and .*moving-average/);
  });
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("a weight of %d is refused", (weight) => {
  expect(() => weightedSum([{ weight, objective: sft() }])).toThrow(/weight of sft: expected a number at least 0/);
});

test("a sum without a term of positive weight is refused", () => {
  expect(() => weightedSum([])).toThrow(RangeError);
  expect(() => weightedSum([{ weight: 0, objective: sft() }])).toThrow(/at least one term of positive weight/);
});

test("in a file it is over the objectives of a family", () => {
  const sum = definitionOver(objectives).create({ terms: [{ weight: 2, objective: { type: "sft", average: "token" } }] }, undefined);
  expect([sum.name, sum.needs]).toEqual(["weighted-sum", ["fromStudent"]]);
});
