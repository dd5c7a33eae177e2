/** Tests of which trials continue after a rung. */
import { expect, test } from "vitest";
import { survivors, type Contender } from "../../../src/sweeps/planning/survivors.ts";

const trial = (alpha: number, seed: number, score: number | undefined, name = "trial"): Contender => ({
  id: `${name} ${alpha} ${seed}`,
  name,
  axes: { "/alpha": alpha, "/seed": seed },
  score,
});
const best = { keep: 0.5, direction: "maximize", over: ["/seed"] } as const;

test("the best settings by the mean over their seeds, whose trials continue together", () => {
  const all = [trial(1, 0, 0.9), trial(2, 0, 0.5), trial(3, 0, 0.1), trial(1, 1, 0.1), trial(2, 1, 0.6), trial(3, 1, 0.8)];
  // Means 0.5, 0.55, 0.45: two of three.
  expect([...survivors(all, best)]).toEqual(["trial 2 0", "trial 2 1", "trial 1 0", "trial 1 1"]);
  expect([...survivors(all, { ...best, direction: "minimize" })]).toEqual(["trial 3 0", "trial 3 1", "trial 1 0", "trial 1 1"]);
  expect([...survivors(all, { ...best, keep: 0.1 })]).toEqual(["trial 2 0", "trial 2 1"]);
});

test("with one seed all seeds are one setting", () => {
  const all = [trial(1, 0, 0.9), trial(2, 0, 0.5), trial(1, 1, 0.1), trial(2, 1, 0.6)].map((one) => ({
    ...one,
    axes: { ...one.axes, "/task/seed": one.axes["/seed"]! },
  }));
  expect([...survivors(all, best)]).toEqual(["trial 2 0", "trial 2 1"]);
});

test("each trial by itself where no axis is one setting, variants apart", () => {
  const all = [trial(1, 0, 0.9), trial(1, 1, 0.1), trial(1, 0, 0.2, "other"), trial(1, 1, 0.3, "other")];
  expect([...survivors(all, { ...best, over: [] })]).toEqual(["trial 1 0", "other 1 1"]);
});

test("of equals the first continues, whatever the order in which they are told", () => {
  const all = [trial(1, 0, 0.5), trial(2, 0, 0.5), trial(3, 0, 0.5)];
  expect([...survivors(all, { ...best, keep: 0.2 })]).toEqual(["trial 1 0"]);
});

test("what has no score comes last, and still one continues", () => {
  expect([...survivors([trial(1, 0, undefined), trial(1, 1, 1), trial(2, 0, 0), trial(2, 1, 0)], best)]).toEqual([
    "trial 2 0",
    "trial 2 1",
  ]);
  expect([...survivors([trial(1, 0, undefined), trial(2, 0, Number.NaN)], best)]).toEqual(["trial 1 0"]);
});

test("a share that is a whole number but for rounding is that number", () => {
  const all = Array.from({ length: 30 }, (_, i) => trial(i, 0, i));
  expect(survivors(all, { ...best, keep: 0.1 }).size).toBe(3);
});
