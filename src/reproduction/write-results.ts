/** Writes what was collected of a figure into its results' folder, and what it took beside it. */
import { existsSync } from "node:fs";
import { writeJson } from "../files/json-file.ts";
import { readObject } from "../files/object-file.ts";
import { defined } from "../optional/defined.ts";
import type { Collected } from "./collect.ts";
import { callsIn, machineOf, machinePath, machinesIn, type FigureCall } from "./figure-machine.ts";
import { readFigure, resultsPath, writeFigure, type FigureResults } from "./figure-results.ts";
import type { KeptTrials } from "./kept-trials.ts";

/** How the trials were run. */
export interface Ran {
  /** Trials at once. */
  readonly jobs: number;
  /** Milliseconds of the whole figure; undefined when it was not run as a whole in this call. */
  readonly elapsed: number | undefined;
  /** This call. */
  readonly call: FigureCall;
  /** Whether any trial was run in this call. */
  readonly any: boolean;
  /** Results that were there before and are among those collected. */
  readonly kept: KeptTrials | undefined;
}

/** How many trials a folder of results has of a figure that `results` have not. `Error` as of `readFigure`. */
const trialsLost = (folder: string, { figure, trials }: FigureResults): number => {
  const found = new Set(trials.map(({ id }) => id));
  const before = readFigure(folder, { name: figure })?.trials ?? [];
  return before.filter(({ id }) => !found.has(id)).length;
};

/** Whether results have all trials of those that a folder has of the figure, which can be read. */
const goesOn = (folder: string, results: FigureResults): boolean => {
  try {
    return trialsLost(folder, results) === 0;
  } catch {
    return false;
  }
};

/**
 * Writes results and, where trials are new, the machine: that of a call in which nothing was run stays as it was.
 * `Error` as of `writeFigure`.
 */
export const writeResults = async (
  folder: string,
  { results, training, steps }: Collected,
  { jobs, elapsed, call, any, kept }: Ran,
): Promise<void> => {
  const figure = { name: results.figure };
  const earlier = kept === undefined ? undefined : machinesIn(folder, figure);
  // Results of this call go on from those that are there where they have all of their trials.
  const before = kept === undefined && goesOn(folder, results) ? machinesIn(folder, figure) : [];
  await writeFigure(folder, results);
  const isNew = kept === undefined ? any : results.trials.length > kept.trials.length;
  if (isNew || !existsSync(machinePath(folder, figure)))
    await writeJson(
      machinePath(folder, figure),
      machineOf({ jobs, training, elapsed, calls: [...before.flatMap(callsIn), call], steps, ...defined({ earlier }) }),
    );
};

/**
 * Writes what a call took that was stopped in a look at a figure, and none of its results, unless the folder has
 * results of others. `Error` as of `writeJson`.
 */
export const recordCall = async (
  folder: string,
  results: FigureResults,
  { jobs, call, kept }: Pick<Ran, "jobs" | "call" | "kept">,
): Promise<void> => {
  if (!goesOn(folder, results)) return;
  const figure = { name: results.figure };
  const path = machinePath(folder, figure);
  const took = { jobs, training: 0, elapsed: undefined, steps: {} };
  // Results that are kept may be another machine's, whose call this was not.
  if (kept !== undefined)
    return writeJson(path, machineOf({ ...took, calls: [call], earlier: machinesIn(folder, figure) }));
  const machine = readObject(path);
  const calls = [...callsIn(machine ?? {}), call];
  return writeJson(path, { ...(machine ?? machineOf(took)), elapsed: undefined, calls });
};

/**
 * Writes the results of a figure that was stopped, unless none of its trials is done or the folder has results of
 * others, which a part is not to replace: returns why they were not written then.
 */
export const writePart = async (
  folder: string,
  collected: Collected,
  ran: Omit<Ran, "elapsed">,
): Promise<string | undefined> => {
  const { results } = collected;
  if (results.trials.length === 0) return undefined;
  const path = resultsPath(folder, { name: results.figure });
  try {
    const lost = trialsLost(folder, results);
    if (lost > 0)
      return (
        `${path}: left as it was, since it has ${lost} trial${lost === 1 ? "" : "s"} that this part of the figure ` +
        "has not; --keep-results adds to it, and another --results folder leaves it"
      );
  } catch (error) {
    return `${path}: left as it was: ${error instanceof Error ? error.message : String(error)}`;
  }
  await writeResults(folder, collected, { ...ran, elapsed: undefined });
  return undefined;
};
