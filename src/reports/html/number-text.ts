/** Numbers and times as people read them in reports. */
import type { Interval } from "../../evaluation/statistics/interval.ts";

/** Three significant digits: `0.612`, `-0.05`, `∞`. */
export const numberText = (value: number): string => {
  if (Number.isFinite(value)) return String(Number(value.toPrecision(3))).replace("-", "−");
  return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
};

/** `0.05 [0.01, 0.09]`; the number alone where nothing is known of its interval. */
export const intervalText = (value: number, interval: readonly [number, number] | undefined): string =>
  interval === undefined ? numberText(value) : `${numberText(value)} [${interval.map(numberText).join(", ")}]`;

/** The level that is meant where none is said. */
const usualLevel = 0.95;

/** An effect with its interval, and the interval's level where that is not 95 %: `0.05 [0.01, 0.09] (99 %)`. */
export const effectText = (effect: number, { low, high, level }: Interval): string =>
  `${intervalText(effect, [low, high])}${level === usualLevel ? "" : ` (${numberText(100 * level)} %)`}`;

/** Time as `48 s` or `12.5 min`. */
export const timeText = (milliseconds: number): string =>
  milliseconds < 120_000 ? `${Math.round(milliseconds / 1000)} s` : `${(milliseconds / 60_000).toFixed(1)} min`;
