/** Tests of series that are kept in bounded memory. */
import { describe, expect, test } from "vitest";
import { ExtremeSeries, fewerParts, pointsOf } from "../../../src/ui/answering/extreme-series.ts";

const seriesOf = (values: readonly number[], most: number): ExtremeSeries => {
  const series = new ExtremeSeries(most);
  values.forEach((value, step) => series.add(step, value));
  return series;
};

describe("a series", () => {
  test("of few numbers is what it is", () => {
    const points = pointsOf(seriesOf([3, 1, 2], 8).parts());
    expect(points).toEqual([
      { step: 0, value: 3 },
      { step: 1, value: 1 },
      { step: 2, value: 2 },
    ]);
  });

  test.each([9, 64, 1000, 1023])("of %d numbers keeps its peaks, its steps in order and its bound", (count) => {
    const values = Array.from({ length: count }, (_, i) => Math.sin(i / 7));
    values[Math.floor(count / 3)] = 50;
    values[Math.floor(count / 2)] = -50;
    const series = seriesOf(values, 8);
    const points = pointsOf(series.parts());
    expect(series.length).toBeLessThanOrEqual(8);
    expect(points.map(({ value }) => value)).toEqual(expect.arrayContaining([50, -50]));
    for (const { step, value } of points) expect(values[step]).toBe(value);
    const steps = points.map(({ step }) => step);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });

  test("is joined further without losing its peaks", () => {
    const values = Array.from({ length: 100 }, (_, i) => (i === 37 ? 9 : i === 61 ? -9 : 0));
    const parts = fewerParts(seriesOf(values, 1000).parts(), 5);
    expect(parts.length).toBeLessThanOrEqual(5);
    expect(pointsOf(parts).filter(({ value }) => value !== 0)).toEqual([
      { step: 37, value: 9 },
      { step: 61, value: -9 },
    ]);
  });

  test("first numbers of parts are at the same steps for series of the same length", () => {
    const steps = (of: (i: number) => number) =>
      seriesOf(
        Array.from({ length: 77 }, (_, i) => of(i)),
        16,
      )
        .parts()
        .map(({ step }) => step);
    expect(steps((i) => i)).toEqual(steps((i) => -(i ** 2)));
  });
});
