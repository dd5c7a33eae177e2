/** Tests of which checks watch a run, and that a healthy step trips none. */
import { expect, test } from "vitest";
import { Value } from "@sinclair/typebox/value";
import type { EngineName } from "../../../src/engine/names.ts";
import { checksOn, stepChecks } from "../../../src/training/checks/all.ts";
import { CheckSettings } from "../../../src/training/recipe/check-settings.ts";
import { watch } from "../../../src/training/checks/watch.ts";
import { healthyFacts } from "../../fixtures/facts.ts";
import { checks as standard } from "../../fixtures/recipes.ts";

const names = [
  "negativeDivergence",
  "teacherScores",
  "samplingAgreement",
  "rewardRange",
  "truncated",
  "cut",
  "noGradient",
  "noAdvantage",
  "constantReward",
];
const ranges = { "exact-match": [0, 1], brevity: [0, 1] } as const;

test("all are on by default", () => {
  expect(Value.Create(CheckSettings)).toEqual(standard);
  expect(stepChecks(standard, {}).map(({ name }) => name)).toEqual(names);
});

test("each can be turned off alone, and gets its own threshold", () => {
  for (const name of names) {
    expect(stepChecks({ ...standard, [name]: 0 }, {}).map((check) => check.name)).toEqual(names.filter((other) => other !== name));
  }
  const patient = stepChecks({ ...standard, rewardRange: 2, truncated: 3, cut: 4, noGradient: 5, noAdvantage: 6 }, {});
  expect(patient.map(({ patience }) => patience)).toEqual([1, 1, 1, 2, 3, 4, 5, 6, Infinity]);
  const metrics = { "divergence/forward-kl": -0.5 };
  const found = (negativeDivergence: number) =>
    stepChecks({ ...standard, negativeDivergence }, {})[0]?.inspect({ ...healthyFacts(), metrics });
  expect([found(0.4), found(0.6)].map((finding) => finding?.count)).toEqual([1, undefined]);
});

test("a healthy step trips none", () => {
  const { metrics, warnings, failure } = watch(stepChecks(standard, ranges), healthyFacts(), {});
  expect(Object.values(metrics)).toEqual(names.map(() => 0));
  expect([warnings, failure]).toEqual([[], undefined]);
});

test("a reward outside of its range trips that of ranges", () => {
  const facts = healthyFacts(() => ({ parts: { brevity: 2 } }));
  expect(watch(stepChecks(standard, ranges), facts, {}).failure?.message).toMatch(/training\.checks\.rewardRange/u);
});

test("in bfloat16 sampling and learning may differ by what its rounding brings, unless the check is off", () => {
  const agreement = (engine: EngineName, samplingAgreement: number): number =>
    checksOn(engine, { ...standard, samplingAgreement }).samplingAgreement;
  expect([agreement("tensorflow", 1e-3), agreement("onnx", 1e-3)]).toEqual([1e-3, 1e-3]);
  expect([1e-3, 0.5, 0].map((tolerance) => agreement("tensorflow-bfloat16", tolerance))).toEqual([0.25, 0.5, 0]);
});
