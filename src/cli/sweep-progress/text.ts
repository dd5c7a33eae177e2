/**
 * What `retort sweep` says of its trials: a head and the running ones while it is running, lines for a log, the table
 * at the end.
 */
import type { TrialState } from "../../sweeps/driving/drive.ts";
import { heldOutReward, outcomeOf, type Outcome } from "../../training/recipe/headline.ts";
import { duration, headline } from "../display/number-text.ts";
import { outcomeColumns, outcomeText } from "../display/outcome-text.ts";
import { shownPath } from "../display/shown-path.ts";
import { table } from "../display/table.ts";
import { visible } from "../../files/visible.ts";

const statuses = ["done", "running", "waiting", "interrupted", "paused", "stopped", "failed"] as const;

/** As its progress has it, or `stopped` by halving. */
const statusOf = ({ progress, stopped }: TrialState): (typeof statuses)[number] =>
  stopped === true ? "stopped" : progress.status;

/** Rows of the final table; what is more is said in a line. */
const mostRows = 40;

/** `12 done, 2 running, 46 waiting`. */
export const countsText = (all: readonly TrialState[]): string =>
  statuses
    .map((status) => [status, all.filter((entry) => statusOf(entry) === status).length] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(", ");

/** The trial with the highest accuracy, or where none has one, held-out reward; nothing without both. */
export const bestOf = (all: readonly TrialState[]): TrialState | undefined => {
  const highest = (metric: string): TrialState | undefined =>
    all.reduce<TrialState | undefined>((best, entry) => {
      const value = entry.progress.metrics[metric];
      return value !== undefined && value > (best?.progress.metrics[metric] ?? Number.NEGATIVE_INFINITY) ? entry : best;
    }, undefined);
  return highest("accuracy") ?? highest(heldOutReward);
};

/** How fast the steps of all trials are done together. */
export class SweepPace {
  readonly #begun: number;
  #first: number | undefined;

  /** `now` as of `performance.now()`, in milliseconds. */
  constructor(now: number) {
    this.#begun = now;
  }

  /** Milliseconds that are left at the pace since the first report; NaN before a step was done. */
  left(all: readonly TrialState[], now: number): number {
    const steps = all.reduce((sum, { progress }) => sum + progress.step, 0);
    const total = all.reduce(
      (sum, { trial, progress, stopped }) => sum + (stopped === true ? progress.step : trial.steps),
      0,
    );
    this.#first ??= steps;
    return steps === this.#first ? Number.NaN : ((total - steps) * (now - this.#begun)) / (steps - this.#first);
  }
}

const outcomeOfTrial = ({ progress }: TrialState): Outcome => outcomeOf(progress.metrics);

/** `75.0%`, or a reward. */
const shortText = (outcome: Outcome): string =>
  outcomeText(outcome)
    .join("")
    .replace(/^accuracy /u, "");

/** The first line of the live table. */
export const headText = (all: readonly TrialState[], left: number): string => {
  const best = bestOf(all);
  return [
    countsText(all),
    ...(Number.isFinite(left) && left > 0 ? [`${duration(left)} left`] : []),
    ...(best === undefined ? [] : [`best ${shortText(outcomeOfTrial(best))} (${visible(best.trial.label)})`]),
  ].join("  ");
};

/** A line for each running trial, at most `rows`. */
export const runningLines = (all: readonly TrialState[], rows: number): string[] => {
  const running = all.filter(({ progress }) => progress.status === "running");
  const width = Math.max(0, ...running.map(({ trial }) => trial.label.length));
  const lines = running.slice(0, rows).map((entry) => {
    const { trial, progress } = entry;
    const steps = `${String(progress.step).padStart(String(trial.steps).length)}/${trial.steps}`;
    return [
      `  ${visible(trial.label).padEnd(width)}`,
      steps,
      ...headline(progress.metrics),
      ...outcomeText(outcomeOfTrial(entry)),
    ].join("  ");
  });
  return running.length > lines.length ? [...lines, `  and ${running.length - lines.length} more`] : lines;
};

/** What a log says of a trial whose status is another now. */
export const changeText = (entry: TrialState): string => {
  const { trial, progress } = entry;
  const { status, step, error, milliseconds } = progress;
  const what: Readonly<Record<typeof status, string>> = {
    done: milliseconds === undefined ? "done" : `done in ${duration(milliseconds)}`,
    running: step === 0 ? "begins" : `resumes from step ${step}`,
    waiting: "waits",
    interrupted: `interrupted at step ${step}`,
    paused: `pauses at step ${step}`,
    failed: `failed at step ${step}${error === undefined ? "" : `: ${visible(error)}`}`,
  };
  return [visible(trial.label), what[status], ...(status === "done" ? outcomeText(outcomeOfTrial(entry)) : [])].join(
    "  ",
  );
};

/** All trials, or the first of many. */
export const trialsTable = (all: readonly TrialState[]): string => {
  const { head, cells } = outcomeColumns(all.map(outcomeOfTrial));
  const rows = all
    .slice(0, mostRows)
    .map((entry) => [entry, statusOf(entry)] as const)
    .map(([{ trial, folder, progress }, status]) => [
      visible(trial.label),
      status === "done" || progress.step === 0 ? status : `${status} at ${progress.step}/${trial.steps}`,
      ...cells(outcomeOf(progress.metrics)),
      progress.milliseconds === undefined ? undefined : duration(progress.milliseconds),
      shownPath(folder),
    ]);
  const more = all.length - rows.length;
  return `${table(["trial", "state", ...head, "time", "folder"], rows)}${more > 0 ? `\nand ${more} more` : ""}`;
};
