/** Tests of series in bounded memory. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ThinnedSeries } from "../../../src/reports/plots/thinned.ts";

test("keeps the first and the last, evenly between them, and no more than twice the bound", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 2, max: 20 }), (length, most) => {
      const series = new ThinnedSeries(most);
      for (let step = 0; step < length; step += 1) series.add(step, step * step);
      const steps = series.points().map(({ step }) => step);
      expect(series.points().every(({ step, value }) => value === step * step)).toBe(true);
      expect([steps[0], steps.at(-1)]).toEqual([0, length - 1]);
      expect(steps.length).toBeLessThanOrEqual(2 * most);
      expect(steps.length).toBeGreaterThanOrEqual(Math.min(length, most));
      const gaps = steps.slice(1, -1).map((step, i) => step - steps[i]!);
      expect(new Set(gaps).size).toBeLessThanOrEqual(1);
    }),
  );
  expect(new ThinnedSeries(2).points()).toEqual([]);
});
