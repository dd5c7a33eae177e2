/** A training in micro-batches beside one of whole batches: the same steps and inspections, to rounding. */
import { expect, test } from "vitest";
import type { StepReport } from "../../src/training/recipe/step-report.ts";
import { recipe, trained, weightsOf } from "../fixtures/recipes.ts";

type Step = Extract<StepReport, { kind: "step" }>;

const stepsOf = (reports: readonly StepReport[]): readonly Step[] => reports.filter((report): report is Step => report.kind === "step");

const tokensOf = (reports: readonly StepReport[]): readonly (readonly number[])[] =>
  reports.flatMap((report) => (report.kind === "rollouts" ? report.rollouts.map(({ divergences = [] }) => divergences) : []));

/** What is only measured of a whole batch. */
const ofWholes = /^gradient\/.+(?:\/norm|cosine)$|^weight\//u;

const training = { ...recipe().training, steps: 2, inspectEvery: 1 };
const sgd = { type: "sgd", learningRate: 0.1, momentum: 0, nesterov: false, weightDecay: 0 } as const;

test.each([3, 4])("parts of %i rows of 8 learn what the whole does", async (microBatch) => {
  const settings = { ...training, optimizer: sgd };
  const [whole, parts] = [await trained(recipe({ training: settings })), await trained(recipe({ training: { ...settings, microBatch } }))];
  expect(stepsOf(parts)).toHaveLength(2);
  for (const [i, { metrics }] of stepsOf(whole).entries()) {
    const own = stepsOf(parts)[i]!.metrics;
    const shared = Object.keys(metrics).filter((name) => !ofWholes.test(name) || name === "gradient/norm");
    expect(Object.keys(own).toSorted()).toEqual(shared.toSorted());
    expect(shared.some((name) => name.startsWith("inspection/own-prefixes/"))).toBe(true);
    for (const name of shared)
      expect(Math.abs(own[name]! - metrics[name]!), name).toBeLessThan(1e-4 * Math.max(1, Math.abs(metrics[name]!)));
  }
  const [expected, found] = [weightsOf(whole), weightsOf(parts)];
  for (const [name, data] of Object.entries(expected))
    expect(Math.max(...data.map((x, at) => Math.abs(x - found[name]![at]!))), name).toBeLessThan(1e-5);
  expect(tokensOf(parts).flat()).toHaveLength(tokensOf(whole).flat().length);
  for (const [row, divergences] of tokensOf(whole).entries())
    for (const [t, nats] of divergences.entries()) expect(Math.abs(tokensOf(parts)[row]![t]! - nats)).toBeLessThan(2e-4);
});
