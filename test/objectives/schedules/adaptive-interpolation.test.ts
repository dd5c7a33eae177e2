/** Tests of TAID's controller: numbers worked out by hand. */
import { describe, expect, test } from "vitest";
import { adaptiveInterpolation, type AdaptiveInterpolationState } from "../../../src/objectives/schedules/adaptive-interpolation.ts";

const metric = "objective/taid";
const schedule = { from: 0.4, to: 1 };
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe("adaptive interpolation", () => {
  const controller = adaptiveInterpolation({ schedule, rate: 0.1, momentum: 0.9, metric });
  const after = (losses: readonly number[], progress = 0, from: AdaptiveInterpolationState = controller.initial) =>
    losses.reduce((state, loss) => controller.observe(state, { [metric]: loss }, progress), from);

  test("starts at the schedule's first number, and the first loss changes nothing", () => {
    expect(controller.value(controller.initial)).toBe(0.4);
    expect(after([2])).toEqual({ interpolation: 0.4, change: 0, loss: 2 });
  });

  test("moves by rate x sigmoid of the averaged relative change x what is left to 1", () => {
    const first = after([2, 1]);
    expect(first.change).toBeCloseTo(0.1 * 0.5, 12);
    expect(controller.value(first)).toBeCloseTo(0.4 + 0.1 * sigmoid(0.05) * 0.6, 12);
    const second = after([1.5], 0, first);
    expect(second.change).toBeCloseTo(0.9 * 0.05 - 0.1 * 0.5, 12);
    expect(second.interpolation).toBeCloseTo(first.interpolation + 0.1 * sigmoid(second.change) * (1 - first.interpolation), 12);
    expect(second.loss).toBe(1.5);
  });

  test("a falling loss moves it further than a rising one, and it never goes back", () => {
    expect(after([2, 1]).interpolation).toBeGreaterThan(after([2, 3]).interpolation);
    expect(after([2, 100]).interpolation).toBeGreaterThan(0.4);
  });

  test("is never below the schedule and never above its last number", () => {
    expect(after([2, 2], 0.5).interpolation).toBeCloseTo(0.7, 12);
    const short = adaptiveInterpolation({ schedule: { from: 0.4, to: 0.41 }, rate: 1, momentum: 0, metric });
    expect(short.observe({ interpolation: 0.4, change: 0, loss: 2 }, { [metric]: 1 }, 0).interpolation).toBe(0.41);
  });

  test("losses that are not above zero are compared with nothing", () => {
    const state = after([2, 1]);
    for (const loss of [0, -1, Number.NaN]) expect(after([loss], 0.9, state)).toEqual(state);
    expect(after([0])).toEqual(controller.initial);
  });

  test("its state is plain data", () => {
    const state = after([2, 1]);
    expect(after([0.5], 0, JSON.parse(JSON.stringify(state)) as AdaptiveInterpolationState)).toEqual(after([0.5], 0, state));
  });

  test("its name tells all that it does, its metric is required", () => {
    const others = [
      { schedule: { from: 0.3, to: 1 }, rate: 0.1, momentum: 0.9, metric },
      { schedule, rate: 0.2, momentum: 0.9, metric },
      { schedule, rate: 0.1, momentum: 0.8, metric },
      { schedule, rate: 0.1, momentum: 0.9, metric: "objective/other" },
    ].map((parameters) => adaptiveInterpolation(parameters).name);
    expect(new Set([controller.name, ...others]).size).toBe(5);
    expect(adaptiveInterpolation({ schedule: { ...schedule }, rate: 0.1, momentum: 0.9, metric }).name).toBe(controller.name);
    expect(() => controller.observe(controller.initial, { "objective/sft": 1 }, 0)).toThrow(/metric objective\/taid, got objective\/sft/u);
  });
});

test.each([
  [{ schedule: { from: 1, to: 0.4 }, rate: 0.1, momentum: 0.9, metric }, /expected a schedule that rises, got 1 to 0.4/u],
  [{ schedule, rate: 0, momentum: 0.9, metric }, /expected a rate in \(0, 1\], got 0/u],
  [{ schedule, rate: 1.5, momentum: 0.9, metric }, /rate/u],
  [{ schedule, rate: Number.NaN, momentum: 0.9, metric }, /rate/u],
  [{ schedule, rate: 1, momentum: 1, metric }, /expected a momentum in \[0, 1\), got 1/u],
  [{ schedule, rate: 1, momentum: -0.1, metric }, /momentum/u],
])("%j is refused", (parameters, message) => {
  expect(() => adaptiveInterpolation(parameters)).toThrow(message);
});

test("a flat schedule, the fastest rate and no momentum are taken", () => {
  expect(() => adaptiveInterpolation({ schedule: { from: 0.5, to: 0.5 }, rate: 1, momentum: 0, metric })).not.toThrow();
});
