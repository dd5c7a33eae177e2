/** Trials whose results are kept from earlier, so that a figure goes on where neither their folders nor weights are. */
import { isObject } from "../files/json.ts";
import { packageVersion } from "../runs/folder/package-version.ts";
import type { FrozenSweep } from "../sweeps/planning/frozen.ts";
import { machinePath, machinesIn } from "./figure-machine.ts";
import { readFigure, resultsPath, type FigureResults, type FigureTrial } from "./figure-results.ts";
import type { Figure, Scale } from "./figures.ts";

/** What was collected of a figure before. */
export interface KeptTrials extends Pick<FigureResults, "question"> {
  /** Those that the figure still has: everything that decides their results is as it was. */
  readonly trials: readonly FigureTrial[];
  /** Names of the engines that computed them. */
  readonly engines: readonly string[];
}

/** `RangeError` unless all machines that made the results ran this version: others' trials are not to be joined. */
const checkVersion = (folder: string, figure: Figure): void => {
  const versions = machinesIn(folder, figure).map(({ versions: all }) =>
    isObject(all) ? all["retort-rl"] : undefined,
  );
  const other = versions.length === 0 ? "none" : versions.find((version) => version !== packageVersion());
  if (other !== undefined || versions.includes(undefined))
    throw new RangeError(
      `${machinePath(folder, figure)}: expected results of version ${packageVersion()}, which can be joined, got ` +
        `${typeof other === "string" ? other : "none"}; run the figure again without --keep-results`,
    );
};

/**
 * Those trials of a figure that results in a folder have already; nothing where it has none of them. `RangeError` for
 * results of another scale or version; `Error` as of `readFigure`.
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
  checkVersion(folder, figure);
  return { trials, question: results.question, engines: results.engine.split(", ") };
};
