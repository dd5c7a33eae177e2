/** Trials whose results are kept from earlier, so that a figure goes on where neither their folders nor weights are. */
import type { FrozenSweep } from "../sweeps/planning/frozen.ts";
import { readFigure, resultsPath, type FigureResults, type FigureTrial } from "./figure-results.ts";
import type { Figure, Scale } from "./figures.ts";

/** What was collected of a figure before. */
export interface KeptTrials extends Pick<FigureResults, "question"> {
  /** Those that the figure still has: everything that decides their results is as it was. */
  readonly trials: readonly FigureTrial[];
  /** Names of the engines that computed them. */
  readonly engines: readonly string[];
}

/**
 * Those trials of a figure that results in a folder have already; nothing where it has none of them. `RangeError` for
 * results of another scale; `Error` as of `readFigure`.
 */
export const keptTrials = (
  folder: string,
  figure: Figure,
  scale: Scale,
  sweep: FrozenSweep,
): KeptTrials | undefined => {
  const results = readFigure(folder, figure);
  if (results === undefined) return undefined;
  if (results.scale !== scale)
    throw new RangeError(
      `${resultsPath(folder, figure)}: expected results of scale ${scale}, got those of scale ${results.scale}; ` +
        `keep each scale in a folder of its own`,
    );
  const planned = new Set(sweep.trials.map(({ id }) => id));
  const trials = results.trials.filter(({ id }) => planned.has(id));
  if (trials.length === 0) return undefined;
  return { trials, question: results.question, engines: results.engine.split(", ") };
};
