/** Results of trials from earlier calls, so that `retort reproduce` can continue without the trials' folders. */
import { seedOf } from "../evaluation/claims/trial.ts";
import { isObject } from "../files/json.ts";
import { packageVersion } from "../runs/folder/package-version.ts";
import type { FrozenSweep } from "../sweeps/planning/frozen.ts";
import { machinePath, machinesIn } from "./figure-machine.ts";
import { readFigure, resultsPath, type FigureResults, type FigureTrial } from "./figure-results.ts";
import type { Figure, Scale } from "./figures.ts";
import { lookSeeds } from "./looks.ts";

/** What was collected of a figure before. */
export interface KeptTrials extends Pick<FigureResults, "question" | "trials"> {
  /** Names of the engines that computed them. */
  readonly engines: readonly string[];
  /** Milliseconds of their trainings, one after another, on the machines on which they ran. */
  readonly trainingTime: number;
}

/** `RangeError` unless all machines that made the results ran this version: others' trials are not to be joined. */
const checkVersion = (folder: string, figure: Figure): void => {
  const versions = machinesIn(folder, figure).map(({ versions: all }) => (isObject(all) ? all["retort-rl"] : null));
  const wrong = versions.filter((version) => version !== packageVersion());
  if (versions.length > 0 && wrong.length === 0) return;
  const found = wrong.map((version) => (typeof version === "string" ? version : "no version")).join(", ");
  throw new RangeError(
    `${machinePath(folder, figure)}: expected results of version ${packageVersion()}, which can be joined, got ` +
      `${found === "" ? "no version" : found}; run the figure again without --keep-results, which replaces them`,
  );
};

/** `RangeError` for trials that the sweep does not have: they would be lost when the results are written again. */
const checkPlanned = (path: string, trials: readonly FigureTrial[], sweep: FrozenSweep): void => {
  const planned = new Set(sweep.trials.map(({ id }) => id));
  const others = trials.filter(({ id }) => !planned.has(id));
  if (others.length === 0) return;
  const [{ label }] = others as [FigureTrial];
  throw new RangeError(
    `${path}: expected trials of the ${planned.size} that the figure has now, got ${others.length} of others, such ` +
      `as ${label}: other --seeds, or what decides their results has changed since; choose ` +
      "the seeds that they have, or run without --keep-results, which replaces them",
  );
};

/**
 * Those results that a folder has of a figure already; nothing where it has none. `RangeError` for results of another
 * scale or version, or of trials that the sweep does not have; `Error` as of `readFigure`.
 */
export const keptTrials = (
  folder: string,
  figure: Figure,
  scale: Scale,
  sweep: FrozenSweep,
): KeptTrials | undefined => {
  const results = readFigure(folder, figure);
  if (results === undefined || results.trials.length === 0) return undefined;
  const { trials, question, engine } = results;
  const path = resultsPath(folder, figure);
  if (results.scale !== scale)
    throw new RangeError(
      `${path}: expected results of scale ${scale}, got those of scale ${results.scale}; keep each scale in a folder ` +
        "of its own",
    );
  checkPlanned(path, trials, sweep);
  checkVersion(folder, figure);
  const times = machinesIn(folder, figure).map(({ training }) => (typeof training === "number" ? training : 0));
  const trainingTime = times.reduce((sum, time) => sum + time, 0);
  return { trials, question, engines: engine.split(", "), trainingTime };
};

/** How far results got that are kept. */
export interface KeptLooks {
  /** Looks that they have had, from one on. */
  readonly looks: number;
  /** The ids of their trials. */
  readonly ids: ReadonlySet<string>;
}

/**
 * How many looks a figure's results in a folder have had; nothing where it has none. `RangeError` for results whose
 * seeds were chosen otherwise than by looks, and of a look that is not whole; `Error` as of `readFigure`.
 */
export const keptLooks = (folder: string, figure: Figure): KeptLooks | undefined => {
  const results = readFigure(folder, figure);
  if (results === undefined || results.trials.length === 0) return undefined;
  const { trials, planned, looks: most } = results;
  const seeds = new Set(trials.map(seedOf)).size;
  const looks = lookSeeds.findIndex((count) => count === seeds) + 1;
  if (most === lookSeeds.length && looks > 0 && trials.length === planned)
    return { looks, ids: new Set(trials.map(({ id }) => id)) };
  throw new RangeError(
    `${resultsPath(folder, figure)}: expected whole results of ${lookSeeds.length} looks, with ` +
      `${lookSeeds.join(", ")} seeds, got ${trials.length} of ${planned} trials of ${most ?? "no"} looks, with ` +
      `${seeds} seeds; run without --keep-results, which replaces them`,
  );
};
