/** Tests of the moving-average baseline. */
import { describe, expect, test } from "vitest";
import { movingAverage } from "../../../src/objectives/baselines/moving-average.ts";
import { baselineLaws } from "../../laws/baseline.laws.ts";

baselineLaws(movingAverage(0.9), { smallestGroup: 1 });

describe("the moving average", () => {
  test("is zero before the first batch, and uses no batch for itself", () => {
    const baseline = movingAverage(0.5);
    const first = baseline.estimate(Float32Array.of(4, 8), 2, baseline.initial);
    expect([...first.baselines]).toEqual([0, 0]);
    const second = baseline.estimate(Float32Array.of(100), 1, first.state);
    expect([...second.baselines]).toEqual([6]);
  });

  test("is corrected for its start at zero", () => {
    const baseline = movingAverage(0.9);
    let state = baseline.initial;
    for (let i = 0; i < 5; i += 1) ({ state } = baseline.estimate(Float32Array.of(3, 3), 2, state));
    expect(baseline.estimate(Float32Array.of(0), 1, state).baselines[0]).toBeCloseTo(3, 6);
    expect(state.value).toBeCloseTo(3 * (1 - 0.9 ** 5), 12);
  });

  test("weighs recent batches more", () => {
    const baseline = movingAverage(0.75);
    const first = baseline.estimate(Float32Array.of(0), 1, baseline.initial).state;
    const { state } = baseline.estimate(Float32Array.of(7), 1, first);
    expect(baseline.estimate(Float32Array.of(0), 1, state).baselines[0]).toBeCloseTo(4, 6);
  });

  test("with decay 0 is the mean of the batch before", () => {
    const baseline = movingAverage(0);
    const { state } = baseline.estimate(Float32Array.of(1, 2), 1, baseline.initial);
    expect(baseline.estimate(Float32Array.of(9), 1, state).baselines[0]).toBe(1.5);
  });

  test.each([1, -0.1, 2, Number.NaN])("decay %d is refused", (decay) => {
    expect(() => movingAverage(decay)).toThrow(RangeError);
  });
});
