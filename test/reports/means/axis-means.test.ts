/** Tests of what values of an axis came to over the others. */
import { expect, test } from "vitest";
import { axisMeans } from "../../../src/reports/means/axis-means.ts";
import { settingMeans } from "../../../src/reports/means/setting-means.ts";

const trial = (lambda: number, size: string, seed: number, accuracy: number, run = "trial") => ({
  run,
  axes: { "/lambda": lambda, "/size": size, "/seed": seed },
  initial: {},
  final: { accuracy },
});
const of = (trials: Parameters<typeof axisMeans>[0]) => axisMeans(trials, settingMeans(trials, ["accuracy"]), ["accuracy"]);

const grid = [0, 1].flatMap((lambda) =>
  ["s", "l"].flatMap((size, i) => [0, 1].map((seed) => trial(lambda, size, seed, 10 * lambda + 2 * i + seed))),
);

test("each value is taken over all settings of the others, runs far off counting less", () => {
  const values = of(grid);
  expect(values.map(({ axis, value, settings }) => [axis, value, settings])).toEqual([
    ["lambda", "0", 2],
    ["lambda", "1", 2],
    ["size", "s", 2],
    ["size", "l", 2],
  ]);
  const [first, second] = values.map(({ means }) => means.get("accuracy")!);
  expect(first).toEqual({ mean: 1.5, middle: 1.5, interval: [1, 2] });
  expect(second!.mean).toBe(11.5);
  const off = [...grid.slice(1), trial(0, "s", 0, -1000)];
  const moved = of(off)
    .find(({ value }) => value === "0")!
    .means.get("accuracy")!;
  expect(moved.mean).toBeLessThan(-200);
  expect(moved.middle).toBe(1.5);
});

test("one axis alone, and values of unlike settings, are not taken together", () => {
  expect(of(grid.filter(({ axes }) => axes["/size"] === "s"))).toEqual([]);
  const axes = new Set(
    of(grid.filter(({ axes: { "/lambda": lambda, "/size": size } }) => lambda === 0 || size === "s")).map(({ axis }) => axis),
  );
  expect([...axes]).toEqual([]);
});

test("trials that differ in more than what was swept are not taken together", () => {
  expect(of(grid.map((one) => ({ ...one, others: { version: one.axes["/seed"] } })))).toEqual([]);
});

test("a metric that a setting lacks is left out", () => {
  const lacking = grid.map((one) => (one.axes["/lambda"] === 0 && one.axes["/size"] === "s" ? { ...one, final: { accuracy: NaN } } : one));
  expect(of(lacking).map(({ value, means }) => [value, means.has("accuracy")])).toEqual([
    ["0", false],
    ["1", true],
    ["s", false],
    ["l", true],
  ]);
});
