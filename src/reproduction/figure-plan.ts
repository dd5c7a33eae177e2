/** What there is to do for figures, and how long it takes. */
import type { TrialState } from "../sweeps/driving/drive.ts";
import type { FrozenSweep } from "../sweeps/planning/frozen.ts";
import { isOwnFigure, type Figure } from "./figures.ts";
import type { FigureOutline } from "./outline.ts";

/** A figure whose trials are known. */
export interface KnownFigure {
  readonly figure: Figure;
  readonly sweep: FrozenSweep;
  readonly claims: readonly unknown[];
  readonly progress: readonly TrialState[];
  /** Ids of trials that are done for other figures. */
  readonly shared: readonly string[];
  /** Milliseconds of a trial with one job, as it took elsewhere; nothing when that is not known. */
  readonly each: number | undefined;
  /** Trials at once. */
  readonly jobs: number;
}

/** What there is to do for a figure. */
export interface FigurePlan {
  readonly figure: Figure;
  readonly trials: number;
  /**
   * Trials that need not be trained: done for this figure, or for another. Nothing for a figure whose models and data
   * must be downloaded first.
   */
  readonly done: number | undefined;
  readonly claims: number;
  /** Milliseconds of what is left, without trials that a figure before it trains; nothing when that is not known. */
  readonly milliseconds: number | undefined;
  /** Models and datasets of the HuggingFace Hub that are asked for, as `owner/name@revision`. */
  readonly hub: readonly string[];
}

/**
 * The order in which figures run: the paper's before ours, and the smallest first. A trial of several figures is run
 * for the smallest, so that the largest, which has most of its trials in common with others, takes least by itself.
 */
export const inRunOrder = <T extends Pick<KnownFigure, "figure" | "sweep">>(known: readonly T[]): readonly T[] =>
  known.toSorted(
    (a, b) =>
      Number(isOwnFigure(a.figure.name)) - Number(isOwnFigure(b.figure.name)) ||
      a.sweep.trials.length - b.sweep.trials.length,
  );

/** Figures in the order in which they run, those that are known first. */
export const planFigures = (
  known: readonly KnownFigure[],
  outlined: readonly FigureOutline[],
): readonly FigurePlan[] => {
  const trained = new Set<string>();
  const plans = known.map(({ figure, sweep, claims, progress, shared, each, jobs }): FigurePlan => {
    const finished = progress.filter((entry) => entry.progress.status === "done").map(({ trial }) => trial.id);
    const done = new Set([...finished, ...shared]);
    const left = sweep.trials.filter(({ id }) => !done.has(id) && !trained.has(id));
    for (const { id } of left) trained.add(id);
    const milliseconds = left.length === 0 ? 0 : each === undefined ? undefined : (left.length * each) / jobs;
    return { figure, trials: sweep.trials.length, done: done.size, claims: claims.length, milliseconds, hub: [] };
  });
  const rest = outlined.map((outline): FigurePlan => ({ ...outline, done: undefined, milliseconds: undefined }));
  return [...plans, ...rest];
};
