/** Tests of how metrics came about, setting by setting. */
import { expect, test } from "vitest";
import { curveMeans } from "../../../src/reports/means/curve-means.ts";
import { madeCurves, madeSteps } from "../made-curves.ts";

const { trials } = madeCurves;

test("a setting's line has the means of its seeds, over its tokens and its minutes", () => {
  const [rouge, entailment, ...others] = curveMeans(trials, ["rouge-2", "entailment", "unknown"], madeSteps);
  expect([rouge!.metric, entailment!.metric, others]).toEqual(["rouge-2", "entailment", []]);
  expect(rouge!.axes).toBe("alpha");
  expect(rouge!.lines.map(({ name, points }) => [name, points.length])).toEqual([
    ["0", 3],
    ["0.5", 3],
    ["1", 3],
  ]);
  const { points } = rouge!.lines[0]!;
  expect(points.map(({ step, tokens }) => [step, tokens])).toEqual([
    [0, 0],
    [50, 20_100],
    [100, 40_200],
  ]);
  // A step takes 6, 6.6 and 7.2 seconds.
  expect(points.map(({ minutes }) => Number(minutes!.toFixed(9)))).toEqual([0, 5.5, 11]);
  expect(points.at(-1)!.value).toMatchObject({ n: 3, mean: 10 });
  expect(points.at(-1)!.value.interval![0]).toBeCloseTo(9.9, 9);
});

test("minutes of a setting are of those seeds that were timed, and not known where none was", () => {
  const steps = Object.fromEntries(Object.entries(madeSteps).filter(([id]) => !id.startsWith("0.5-") && id !== "0-0"));
  const [rouge] = curveMeans(trials, ["rouge-2"], steps);
  // Of the first setting steps of 6.6 and 7.2 seconds are left.
  expect(rouge!.lines.map(({ points }) => points[1]!.minutes)).toEqual([expect.closeTo(5.75, 9), undefined, expect.any(Number)]);
});

test("there is none without curves, and none of more settings than can be told apart", () => {
  const plain = trials.map(({ curve: _curve, ...trial }) => trial);
  expect(curveMeans(plain, ["rouge-2"], madeSteps)).toEqual([]);
  const many = [0, 1, 2, 3, 4, 5, 6].map((alpha) => ({ ...trials[0]!, id: String(alpha), axes: { "/objective/alpha": alpha } }));
  expect(curveMeans(many, ["rouge-2"], {})).toEqual([]);
  expect(curveMeans(many.slice(1), ["rouge-2"], {})[0]!.lines).toHaveLength(6);
});

test("of a metric that is not finite at a step there is no point", () => {
  const [trial] = trials;
  const broken = {
    ...trial!,
    curve: trial!.curve!.map((point) => (point.step === 50 ? { ...point, metrics: { "rouge-2": NaN } } : point)),
  };
  const longer = { ...broken, curve: [...broken.curve, { ...broken.curve[2]!, step: 150 }] };
  expect(curveMeans([longer], ["rouge-2"], {})[0]!.lines[0]!.points.map(({ step }) => step)).toEqual([0, 100, 150]);
});
