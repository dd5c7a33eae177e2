/** A trial as claims see it: what was set, and what came out before and after training. */

/** Metrics by name. */
export type Metrics = Readonly<Record<string, number>>;

/** One finished run of an experiment. */
export interface Trial {
  /** Name of the variant, or of the file's only run. */
  readonly run: string;
  /** What the sweep set: JSON values by pointer. */
  readonly axes: Readonly<Record<string, unknown>>;
  /** Of the student as it was before the first step. */
  readonly initial: Metrics;
  /** Of the trained student. */
  readonly final: Metrics;
}

/** The axis on which numbers are repeated and not compared. */
const seedAxis = "/seed";

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

const textOf = (value: unknown): string => JSON.stringify(value, sorted) ?? "nothing";

/** The value of an axis; of `run`, the run's name. */
export const axisOf = ({ run, axes }: Trial, axis: string): unknown => (axis === "run" ? run : axes[axis]);

/** True for the same JSON value, in whatever order its keys are. */
export const sameValue = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b);

/** Names the trial's seed; trials without one have the same. */
export const seedOf = ({ axes }: Trial): string => textOf(axes[seedAxis]);

/**
 * Names the trial's setting: its run and all its axes, without the seed and without those of `compared`. Trials with
 * one name are alike in the rest.
 */
export const settingOf = (trial: Trial, compared: ReadonlySet<string>): string =>
  ["run", ...Object.keys(trial.axes).toSorted()]
    .filter((axis) => axis !== seedAxis && !compared.has(axis))
    .map((axis) => `${axis}=${textOf(axisOf(trial, axis))}`)
    .join(" ");
