/** The claims that an experiment file makes about its trials. */
import { statSync } from "node:fs";
import type { ClaimValues } from "../../evaluation/claims/index.ts";
import { readExperiment } from "../../experiments/file/extended-source.ts";
import { isObject } from "../../files/json.ts";
import { stampOf } from "../../files/regular-file.ts";
import { checkTrials } from "../../sweeps/planning/sweep-plan.ts";
import { experimentFileOf } from "./experiment-file.ts";
import { Recent } from "./recent.ts";
import type { WatchedRun } from "./watched-runs.ts";

/** What a file claims; an error where it cannot be read. */
export interface ReadClaims {
  readonly claims: readonly ClaimValues[];
  readonly error: string | undefined;
}

const readClaims = (path: string): ReadClaims => {
  try {
    const source = readExperiment(path);
    // A sweep that was given on the command line is of a file without one, which can make no claims.
    if (!isObject(source.value) || source.value["claims"] === undefined) return { claims: [], error: undefined };
    return { claims: checkTrials(source, []).claims, error: undefined };
  } catch (error) {
    return { claims: [], error: error instanceof Error ? error.message : String(error) };
  }
};

/** By the file and its time, for reading it takes longer than an answer may. */
const known = new Recent<ReadClaims>({ most: 16 }, (key) => readClaims(key.slice(key.indexOf(" ") + 1)));

/** The claims of the file of a run, as it is now. */
export const claimsOf = (run: WatchedRun): ReadClaims => {
  try {
    const path = experimentFileOf(run);
    return known.of(`${stampOf(statSync(path))} ${path}`);
  } catch {
    // Whoever shows runs need not have the file that they were made with.
    return { claims: [], error: undefined };
  }
};
