/** A trial as claims see it: what was set, and what came out before and after training. */
import { isSeed } from "./seeds.ts";

/** Metrics by name. */
export type Metrics = Readonly<Record<string, number>>;

/** One finished run of an experiment. */
export interface Trial {
  /** Name of the variant, or of the file's only run. */
  readonly run: string;
  /** What the sweep set: JSON values by pointer. */
  readonly axes: Readonly<Record<string, unknown>>;
  /**
   * What else decides its result and is not the same in all trials, by name: `version`, `file reward.ts`. Trials that
   * differ in it are never compared and never one setting.
   */
  readonly others?: Readonly<Record<string, unknown>>;
  /** Of the student as it was before the first step. */
  readonly initial: Metrics;
  /** Of the trained student. */
  readonly final: Metrics;
}

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

const textOf = (value: unknown): string => JSON.stringify(value, sorted) ?? "nothing";

/** The value of an axis, or of what else is not the same; of `run`, the run's name. */
export const axisOf = ({ run, axes, others = {} }: Trial, axis: string): unknown =>
  axis === "run" ? run : Object.hasOwn(axes, axis) ? axes[axis] : others[axis];

/** True for the same JSON value, in whatever order its keys are. */
export const sameValue = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b);

/** Names the trial's seeds; trials without one have the same. */
export const seedOf = ({ axes }: Trial): string =>
  textOf(Object.fromEntries(Object.entries(axes).filter(([axis]) => isSeed(axis))));

/**
 * Names the trial's setting: its run, all its axes and what else is not the same, without seeds and without those of
 * `compared`. Trials with one name are alike in the rest.
 */
export const settingOf = (trial: Trial, compared: ReadonlySet<string>): string =>
  ["run", ...Object.keys({ ...trial.axes, ...trial.others }).toSorted()]
    .filter((axis) => !isSeed(axis) && !compared.has(axis))
    .map((axis) => `${axis}=${textOf(axisOf(trial, axis))}`)
    .join(" ");
