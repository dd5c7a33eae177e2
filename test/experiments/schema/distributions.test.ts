/** Tests of the distributions of random axes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distributions } from "../../../src/experiments/schema/distributions.ts";
import { stream } from "../../../src/random/stream.ts";

const drawn = (values: Parameters<typeof distributions.create>[0], count = 4000): unknown[] => {
  const draw = distributions.create(values, undefined);
  return Array.from({ length: count }, (_, i) => draw(stream(3, "test", i)));
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("values", () => {
  test("of every distribution of numbers lie within the bounds", () => {
    const types = fc.constantFrom("uniform" as const, "log-uniform" as const, "integer" as const);
    fc.assert(
      fc.property(types, fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 1000 }), (type, low, more) => {
        for (const value of drawn({ type, low, high: low + more }, 20)) {
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(low + more);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("have the means of their distributions", () => {
    expect(mean(drawn({ type: "uniform", low: 2, high: 4 }) as number[])).toBeCloseTo(3, 1);
    const logs = (drawn({ type: "log-uniform", low: 1e-4, high: 1e-2 }) as number[]).map(Math.log10);
    expect(mean(logs)).toBeCloseTo(-3, 1);
    expect(mean(drawn({ type: "integer", low: 0, high: 3 }) as number[])).toBeCloseTo(1.5, 1);
  });

  test("of a choice are its own, and every whole number comes up", () => {
    expect(new Set(drawn({ type: "choice", values: ["a", 2, null] }))).toEqual(new Set(["a", 2, null]));
    expect(new Set(drawn({ type: "integer", low: -1, high: 1 }))).toEqual(new Set([-1, 0, 1]));
  });

  test("can be read: four digits", () => {
    for (const value of drawn({ type: "log-uniform", low: 1e-4, high: 1e-2 }, 50)) {
      expect(Number((value as number).toPrecision(4))).toBe(value);
    }
  });
});

test.each(["uniform", "log-uniform", "integer"] as const)("%s refuses bounds in the wrong order", (type) => {
  expect(() => distributions.create({ type, low: 3, high: 2 }, undefined)).toThrow(/^expected "low" to be at most "high" = 2, got 3$/u);
});
