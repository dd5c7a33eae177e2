/** Tests of the Gaussian mixture task: the laws, how often each position is drawn, and its checker. */
import { describe, expect, test } from "vitest";
import { gaussianMixture } from "../../src/tasks/gaussian-mixture.ts";
import { taskLaws } from "../laws/task.laws.ts";

const components = [
  { mean: 0.3, deviation: 0.08, weight: 3 },
  { mean: 0.8, deviation: 0.04, weight: 1 },
];

taskLaws((seed) => gaussianMixture.create({ components, train: 300, test: 40 }, { seed }));

/** Where on the line: the characters are in the order of ASCII. */
const positionOf = (character: string): number =>
  ("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz".indexOf(character) + 0.5) / 64;

describe("positions", () => {
  const { train } = gaussianMixture.create({ components, train: 20_000, test: 1 }, { seed: 4 });
  const positions = train.map(({ reference }) => positionOf(reference));

  test("come from each Gaussian by its weight, with its mean and its deviation", () => {
    const [left, right] = [positions.filter((position) => position < 0.6), positions.filter((position) => position >= 0.6)];
    // A standard error of 0.003.
    expect(Math.abs(left.length / positions.length - 0.75)).toBeLessThan(0.012);
    for (const [found, { mean, deviation }] of [
      [left, components[0]!],
      [right, components[1]!],
    ] as const) {
      const average = found.reduce((sum, position) => sum + position, 0) / found.length;
      const variance = found.reduce((sum, position) => sum + (position - average) ** 2, 0) / found.length;
      expect(Math.abs(average - mean)).toBeLessThan(0.003);
      // What is outside of three deviations takes 1.4 % of the deviation, and rounding to positions adds (1/64)^2 / 12 to the variance.
      const expected = Math.sqrt((0.986 * deviation) ** 2 + 1 / (12 * 64 ** 2));
      expect(Math.abs(Math.sqrt(variance) - expected)).toBeLessThan(0.02 * expected);
    }
  });

  test("are within three deviations of a mean and on the line", () => {
    const deviations = positions.map((position) => Math.min(Math.abs(position - 0.3) / 0.08, Math.abs(position - 0.8) / 0.04));
    const farthest = Math.max(...deviations);
    expect([farthest > 2.8, farthest <= 3]).toEqual([true, true]);
    const edge = gaussianMixture.create({ components: [{ mean: 0, deviation: 1, weight: 1 }], train: 200, test: 1 }, { seed: 0 });
    expect(edge.train.every(({ reference }) => positionOf(reference) > 0)).toBe(true);
  });
});

test("the checker takes positions that the mixture gives, and no other text", () => {
  const task = gaussianMixture.create({ components, train: 1, test: 1 }, { seed: 0 });
  const [prompt] = task.test;
  const wellFormed = (completion: string): boolean => task.check(prompt!, completion).wellFormed;
  // Positions 19, 32 and 51, at 0.30, 0.51 and 0.80; 38 and 63, at 0.60 and 0.99.
  expect(["I", "V", "n"].map(wellFormed)).toEqual([true, true, true]);
  expect(["a", "z", "", "II", "é", "I "].map(wellFormed)).toEqual([false, false, false, false, false, false]);
  expect(task.check({ ...prompt!, reference: "I" }, "I").correct).toBe(true);
  expect(task.check({ ...prompt!, reference: "I" }, "J").correct).toBe(false);
});

test("the test split does not depend on the training split, whose beginning does not depend on its size", () => {
  const [small, large] = [50, 200].map((train) => gaussianMixture.create({ components, train, test: 20 }, { seed: 5 }));
  expect(small!.test).toEqual(large!.test);
  expect(small!.train).toEqual(large!.train.slice(0, 50));
});
