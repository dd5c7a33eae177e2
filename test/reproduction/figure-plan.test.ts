/** Tests of what there is to do for figures. */
import { expect, test } from "vitest";
import { inRunOrder, planFigures, type KnownFigure } from "../../src/reproduction/figure-plan.ts";

const figure = (name: string) => ({ name, path: `figure-${name}.json` });

const known = (name: string, ids: readonly string[], finished: readonly string[], more: Partial<KnownFigure> = {}): KnownFigure => {
  const trials = ids.map((id) => ({ id, name, label: id, axes: {}, steps: 10 }));
  const progress = trials.map((trial) => ({
    trial,
    folder: trial.id,
    progress: {
      status: finished.includes(trial.id) ? ("done" as const) : ("waiting" as const),
      step: 0,
      metrics: {},
      milliseconds: undefined,
      error: undefined,
    },
  }));
  const sweep = { kind: "retort sweep" as const, version: "0", file: `figure-${name}.json`, cache: "", bases: {}, trials };
  return { figure: figure(name), sweep, claims: [{}], progress, shared: [], each: 1000, jobs: 2, ...more };
};

test("trials that are done are not trained, whichever figure they were done for", () => {
  const plans = planFigures([known("8", ["a", "b", "c", "d"], ["a"], { shared: ["b"] })], []);
  expect(plans).toEqual([{ figure: figure("8"), trials: 4, done: 2, claims: 1, milliseconds: 1000, hub: [] }]);
});

test("what a figure before it trains takes a figure no time", () => {
  const plans = planFigures([known("8", ["a", "b"], []), known("9", ["b", "c", "d"], ["d"]), known("10", ["a", "c"], [])], []);
  expect(plans.map(({ done, milliseconds }) => [done, milliseconds])).toEqual([
    [0, 1000],
    [1, 500],
    [0, 0],
  ]);
});

test("time that was not measured is not known, unless nothing is left", () => {
  const unmeasured = { each: undefined };
  const plans = planFigures([known("8", ["a"], [], unmeasured), known("9", ["b"], ["b"], unmeasured)], []);
  expect(plans.map(({ milliseconds }) => milliseconds)).toEqual([undefined, 0]);
});

test("of what must be downloaded first neither is known", () => {
  const outline = { figure: figure("1a"), trials: 9, claims: 3, hub: ["google/flan-t5-xl@main"] };
  expect(planFigures([known("8", ["a"], [])], [outline])[1]).toEqual({ ...outline, done: undefined, milliseconds: undefined });
});

test("figures run smallest first, ours last", () => {
  const figures = [known("7", ["a", "b", "c"], []), known("8", ["a", "b"], []), known("A.14", ["c", "d"], []), known("B.1", ["e"], [])];
  expect(inRunOrder(figures.toReversed()).map((one) => one.figure.name)).toEqual(["A.14", "8", "7", "B.1"]);
});
