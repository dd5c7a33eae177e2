/** The learning rate over a run. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { learningRateFactor } from "../../../src/training/recipe/learning-rate.ts";
import type { ScheduleSettings } from "../../../src/training/recipe/training-settings.ts";

const factors = (settings: ScheduleSettings, steps: number): number[] =>
  Array.from({ length: steps }, (_, i) => learningRateFactor(settings, i + 1, steps));

const decays = ["constant", "linear", "cosine", "inverse-square-root"] as const;

/** The fraction of the peak at the last step. */
const atTheEnd = ({ warmup, decay, final }: ScheduleSettings, steps: number): number => {
  if (decay === "constant") return 1;
  return decay === "inverse-square-root" ? Math.sqrt(Math.max(1, warmup) / steps) : final;
};

describe("the learning rate's factor", () => {
  test("rises linearly to 1, and falls linearly to the last step", () => {
    const expected = [0.25, 0.5, 0.75, 1, 0.8, 0.6, 0.4, 0.2];
    factors({ warmup: 4, decay: "linear", final: 0.2 }, 8).forEach((factor, i) => expect(factor).toBeCloseTo(expected[i]!, 12));
  });

  test("stays at its peak for a while before it falls, or to the end when that is longer than the run", () => {
    const expected = [0.5, 1, 1, 1, 0.5, 0];
    factors({ warmup: 2, hold: 2, decay: "linear", final: 0 }, 6).forEach((factor, i) => expect(factor).toBeCloseTo(expected[i]!, 12));
    expect(factors({ warmup: 0, hold: 9, decay: "linear", final: 0 }, 3)).toEqual([1, 1, 1]);
  });

  test("falls along half a cosine", () => {
    const expected = [(2 + Math.SQRT2) / 4, 0.5, (2 - Math.SQRT2) / 4, 0];
    factors({ warmup: 0, decay: "cosine", final: 0 }, 4).forEach((factor, i) => expect(factor).toBeCloseTo(expected[i]!, 12));
  });

  test("stays at 1 when it is constant, whatever the final fraction", () => {
    expect(factors({ warmup: 2, decay: "constant", final: 0.1 }, 5)).toEqual([0.5, 1, 1, 1, 1]);
  });

  test("falls with the square root of the step, as in transformers, and not to a final fraction", () => {
    const { inverseSquareRoot } = JSON.parse(readFileSync("test/fixtures/optimizers_reference.json", "utf8")) as {
      readonly inverseSquareRoot: { readonly warmup: number; readonly factors: readonly number[] };
    };
    const { warmup, factors: expected } = inverseSquareRoot;
    const settings = { warmup, decay: "inverse-square-root", final: 0.5 } as const;
    factors(settings, expected.length).forEach((factor, i) => expect(factor).toBeCloseTo(expected[i]!, 11));
    expect(factors(settings, expected.length)).toEqual(factors({ ...settings, final: 0 }, expected.length));
    // A run that is longer falls as it did.
    expect(factors(settings, 500).slice(0, expected.length)).toEqual(factors(settings, expected.length));
  });

  test("falls from the end of what it holds, or from the first step", () => {
    const settings = { decay: "inverse-square-root", final: 0.05 } as const;
    const held = factors({ ...settings, warmup: 1, hold: 3 }, 16);
    expect(held.slice(0, 4)).toEqual([1, 1, 1, 1]);
    expect([held[4], held[15]]).toEqual([Math.sqrt(4 / 5), 0.5]);
    expect(factors({ ...settings, warmup: 0 }, 4)).toEqual([1, Math.SQRT1_2, Math.sqrt(1 / 3), 0.5]);
  });

  test.each(decays)("is in (0, 1], rises while it warms up, and falls from then on: %s", (decay) => {
    const settings = fc.record({
      warmup: fc.integer({ min: 0, max: 30 }),
      steps: fc.integer({ min: 1, max: 30 }),
      final: fc.double({ min: 0.01, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(settings, ({ warmup, steps, final }) => {
        const all = factors({ warmup, decay, final }, steps);
        for (const [i, factor] of all.entries()) {
          expect(factor).toBeGreaterThan(0);
          expect(factor).toBeLessThanOrEqual(1 + 1e-12);
          if (i === 0) continue;
          if (i < warmup) expect(factor).toBeGreaterThan(all[i - 1]!);
          else expect(factor).toBeLessThanOrEqual(all[i - 1]! + 1e-12);
        }
        if (steps > warmup) expect(all.at(-1)).toBeCloseTo(atTheEnd({ warmup, decay, final }, steps), 12);
      }),
      { seed: 1 },
    );
  });
});
