/** Tests of streams of numbers: what coordinates decide, and the moments of what comes out. */
import { describe, expect, test } from "vitest";
import { integer, normal, stream, type Purpose } from "../../src/random/stream.ts";

const draw = (count: number, next: () => number): number[] => Array.from({ length: count }, () => next());
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const centralMoment = (values: readonly number[], order: number): number => {
  const center = mean(values);
  return mean(values.map((value) => (value - center) ** order));
};
const correlation = (left: readonly number[], right: readonly number[]): number => {
  const [leftMean, rightMean] = [mean(left), mean(right)];
  const covariance = mean(left.map((value, index) => (value - leftMean) * ((right[index] ?? rightMean) - rightMean)));
  return covariance / Math.sqrt(centralMoment(left, 2) * centralMoment(right, 2));
};

describe("coordinates", () => {
  test("give the same numbers whatever was drawn before, in any order", () => {
    const coordinates = [
      [0, 0, 0],
      [0, 0, 1],
      [3, 1, 4],
      [1_000_000, 63, 1023],
    ] as const;
    const forwards = coordinates.map((each) => draw(8, stream(7, "sampling", ...each)));
    const backwards = coordinates.toReversed().map((each) => draw(8, stream(7, "sampling", ...each)));
    expect(backwards.toReversed()).toEqual(forwards);
  });

  test("give the same numbers when streams are drawn in turns", () => {
    const alone = [draw(4, stream(1, "task", 0)), draw(4, stream(1, "task", 1))];
    const [first, second] = [stream(1, "task", 0), stream(1, "task", 1)];
    const turns = Array.from({ length: 4 }, () => [first(), second()] as const);
    expect([turns.map((pair) => pair[0]), turns.map((pair) => pair[1])]).toEqual(alone);
  });

  test("that differ in any coordinate give different numbers", () => {
    const purposes: readonly Purpose[] = ["initialization", "task", "sampling", "data-order", "coin", "test"];
    const streams = [
      ...purposes.map((purpose) => stream(7, purpose, 1, 2)),
      stream(8, "task", 1, 2),
      stream(7, "task", 2, 1),
      stream(7, "task", 12),
      stream(7, "task", 1),
      stream(7, "task", 1, 2, 0),
      stream(7, "task", "a", 2),
      stream(-7, "task", 1, 2),
    ];
    expect(new Set(streams.map((uniforms) => draw(3, uniforms).join())).size).toBe(streams.length);
  });

  test.each([Number.NaN, 0.5, Number.POSITIVE_INFINITY])("refuse %s", (value) => {
    expect(() => stream(value, "coin")).toThrow(RangeError);
    expect(() => stream(1, "coin", 0, value)).toThrow(
      new RangeError(`stream: expected whole numbers as coordinates, got ${value} for coin`),
    );
  });
});

describe("uniforms", () => {
  const values = draw(20_000, stream(11, "test"));

  test("lie in [0, 1) with the mean and variance of the uniform distribution", () => {
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(Math.abs(mean(values) - 1 / 2)).toBeLessThan(0.01);
    expect(Math.abs(centralMoment(values, 2) - 1 / 12)).toBeLessThan(0.003);
  });

  test("do not depend on the number before them", () => {
    expect(Math.abs(correlation(values.slice(0, -1), values.slice(1)))).toBeLessThan(0.03);
  });

  test("of neighbouring coordinates are not correlated, nor are their first numbers", () => {
    expect(Math.abs(correlation(draw(20_000, stream(11, "test", 0)), draw(20_000, stream(11, "test", 1))))).toBeLessThan(0.03);
    const firsts = Array.from({ length: 5_000 }, (_, index) => stream(11, "test", index)());
    expect(Math.abs(mean(firsts) - 1 / 2)).toBeLessThan(0.02);
    expect(Math.abs(correlation(firsts.slice(0, -1), firsts.slice(1)))).toBeLessThan(0.05);
  });
});

test("normal numbers have the moments of the standard normal distribution", () => {
  const uniforms = stream(5, "test");
  const values = draw(20_000, () => normal(uniforms));
  expect(values.every(Number.isFinite)).toBe(true);
  expect(Math.abs(mean(values))).toBeLessThan(0.03);
  expect(Math.abs(centralMoment(values, 2) - 1)).toBeLessThan(0.04);
  expect(Math.abs(centralMoment(values, 3))).toBeLessThan(0.1);
  expect(Math.abs(centralMoment(values, 4) - 3)).toBeLessThan(0.25);
});

test("normal numbers are finite at the ends of the uniform range", () => {
  expect(Math.abs(normal(() => 0))).toBe(0);
  expect(Number.isFinite(normal(() => 1 - 2 ** -53))).toBe(true);
});

describe("whole numbers", () => {
  test("reach both bounds, nothing outside, and each about as often", () => {
    const uniforms = stream(3, "test");
    const counts = new Map<number, number>();
    for (const value of draw(12_000, () => integer(uniforms, -2, 3))) counts.set(value, (counts.get(value) ?? 0) + 1);
    expect([...counts.keys()].toSorted((left, right) => left - right)).toEqual([-2, -1, 0, 1, 2, 3]);
    for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  test("have one value where both bounds are the same", () => {
    const uniforms = stream(3, "test");
    expect(new Set(draw(10, () => integer(uniforms, 4, 4)))).toEqual(new Set([4]));
  });
});
