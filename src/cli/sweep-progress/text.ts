/**
 * What `retort sweep` says of its trials: a head and the running ones while it goes on, lines for a log, the table at
 * the end.
 */
import type { TrialStanding } from "../../sweeps/driving/drive.ts";
import { duration, headline, percent } from "../display/number-text.ts";
import { shownPath } from "../display/shown-path.ts";
import { table } from "../display/table.ts";
import { printable } from "../display/terminal.ts";

const statuses = ["done", "running", "waiting", "interrupted", "paused", "stopped", "failed"] as const;

/** As its standing has it, or `stopped` by halving. */
const statusOf = ({ standing, stopped }: TrialStanding): (typeof statuses)[number] =>
  stopped === true ? "stopped" : standing.status;

/** Rows of the final table; what is more is said in a line. */
const mostRows = 40;

/** `12 done, 2 running, 46 waiting`. */
export const countsText = (all: readonly TrialStanding[]): string =>
  statuses
    .map((status) => [status, all.filter((entry) => statusOf(entry) === status).length] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(", ");

/** The trial with the highest accuracy; nothing where none has any. */
export const bestOf = (all: readonly TrialStanding[]): TrialStanding | undefined =>
  all.reduce<TrialStanding | undefined>((best, entry) => {
    const { accuracy } = entry.standing;
    return accuracy !== undefined && accuracy > (best?.standing.accuracy ?? -1) ? entry : best;
  }, undefined);

/** How fast the steps of all trials are done together. */
export class SweepPace {
  readonly #begun: number;
  #first: number | undefined;

  /** `now` as of `performance.now()`, in milliseconds. */
  constructor(now: number) {
    this.#begun = now;
  }

  /** Milliseconds that are left at the pace since the first look; NaN before a step was done. */
  left(all: readonly TrialStanding[], now: number): number {
    const steps = all.reduce((sum, { standing }) => sum + standing.step, 0);
    const total = all.reduce(
      (sum, { trial, standing, stopped }) => sum + (stopped === true ? standing.step : trial.steps),
      0,
    );
    this.#first ??= steps;
    return steps === this.#first ? Number.NaN : ((total - steps) * (now - this.#begun)) / (steps - this.#first);
  }
}

const accuracyText = ({ standing: { accuracy } }: TrialStanding): string[] =>
  accuracy === undefined ? [] : [`accuracy ${percent(accuracy)}`];

/** The first line of the live table. */
export const headText = (all: readonly TrialStanding[], left: number): string => {
  const best = bestOf(all);
  return [
    countsText(all),
    ...(Number.isFinite(left) && left > 0 ? [`${duration(left)} left`] : []),
    ...(best === undefined ? [] : [`best ${percent(best.standing.accuracy!)} (${printable(best.trial.label)})`]),
  ].join("  ");
};

/** A line for each running trial, at most `rows`. */
export const runningLines = (all: readonly TrialStanding[], rows: number): string[] => {
  const running = all.filter(({ standing }) => standing.status === "running");
  const width = Math.max(0, ...running.map(({ trial }) => trial.label.length));
  const lines = running.slice(0, rows).map((entry) => {
    const { trial, standing } = entry;
    const steps = `${String(standing.step).padStart(String(trial.steps).length)}/${trial.steps}`;
    return [
      `  ${printable(trial.label).padEnd(width)}`,
      steps,
      ...headline(standing.metrics),
      ...accuracyText(entry),
    ].join("  ");
  });
  return running.length > lines.length ? [...lines, `  and ${running.length - lines.length} more`] : lines;
};

/** What a log says of a trial whose status is another now. */
export const changeText = (entry: TrialStanding): string => {
  const { trial, standing } = entry;
  const { status, step, error, milliseconds } = standing;
  const what: Readonly<Record<typeof status, string>> = {
    done: milliseconds === undefined ? "done" : `done in ${duration(milliseconds)}`,
    running: step === 0 ? "begins" : `goes on from step ${step}`,
    waiting: "waits",
    interrupted: `interrupted at step ${step}`,
    paused: `pauses at step ${step}`,
    failed: `failed at step ${step}${error === undefined ? "" : `: ${printable(error)}`}`,
  };
  return [printable(trial.label), what[status], ...(status === "done" ? accuracyText(entry) : [])].join("  ");
};

/** All trials, or the first of many. */
export const trialsTable = (all: readonly TrialStanding[]): string => {
  const rows = all
    .slice(0, mostRows)
    .map((entry) => [entry, statusOf(entry)] as const)
    .map(([{ trial, folder, standing }, status]) => [
      printable(trial.label),
      status === "done" || standing.step === 0 ? status : `${status} at ${standing.step}/${trial.steps}`,
      standing.accuracy === undefined ? undefined : percent(standing.accuracy),
      standing.milliseconds === undefined ? undefined : duration(standing.milliseconds),
      shownPath(folder),
    ]);
  const more = all.length - rows.length;
  return `${table(["trial", "state", "accuracy", "time", "folder"], rows)}${more > 0 ? `\nand ${more} more` : ""}`;
};
