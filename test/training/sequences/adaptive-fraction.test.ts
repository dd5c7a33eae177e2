/** An on-policy fraction that rises with the validation loss. */
import { describe, expect, test } from "vitest";
import { adaptiveFraction, noLoss, validationLoss, type AdaptiveState } from "../../../src/training/sequences/adaptive-fraction.ts";

const controller = adaptiveFraction({ start: 0, rise: 0.1, tolerance: 0.1 });
const after = (losses: readonly number[], made = controller): AdaptiveState =>
  losses.reduce((state, loss, i) => made.observe(state, { [validationLoss]: loss }, i / 100), made.initial);
const fractions = (losses: readonly number[], made = controller): number[] =>
  losses.map((_, i) => made.value(after(losses.slice(0, i + 1), made)));

describe("the fraction", () => {
  test("rises by a step when the loss is at least the one before and the tolerance", () => {
    expect(controller.value(controller.initial)).toBe(0);
    expect(fractions([1, 1.05, 1.125, 1.25, 1.3])).toEqual([0, 0, 0.1, 0.2, 0.2]);
  });

  test("compares with the loss of the last rise, or the first, and not with the lowest", () => {
    expect(fractions([1, 0.5, 0.75, 1, 1.125])).toEqual([0, 0, 0, 0, 0.1]);
  });

  test("starts where it is told, and is never above 1", () => {
    expect(fractions([0, 1, 2, 3], adaptiveFraction({ start: 0.5, rise: 0.25, tolerance: 1 }))).toEqual([0.5, 0.75, 1, 1]);
    const long = Array.from({ length: 15 }, (_, i) => i);
    expect(fractions(long).at(10)).toBe(1);
    expect(fractions(long).at(-1)).toBe(1);
  });

  test("does not move twice for the same moment, and not without a loss", () => {
    const level = adaptiveFraction({ start: 0, rise: 0.1, tolerance: 0 });
    const once = after([1, 1], level);
    expect(once.rises).toBe(1);
    expect(level.observe(once, { [validationLoss]: 1 }, once.at)).toEqual(once);
    expect(level.observe(once, { loss: 9 }, 1)).toEqual(once);
    expect(level.observe(noLoss, { [validationLoss]: 1 }, 0)).toEqual({ rises: 0, loss: 1, at: 0 });
  });

  test("has a state of plain data", () => {
    const state = after([1, 2]);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});
