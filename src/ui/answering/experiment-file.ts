/** Where the experiment file of a run is. */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import type { WatchedRun } from "./watched-runs.ts";

/** The experiment file of a run. `RangeError` where it is not there. */
export const experimentFileOf = ({ record, parent }: Pick<WatchedRun, "record" | "parent">): string => {
  const given = record.file;
  // The file was named from where the command was called, which mostly was beside the folder of all runs.
  const places = isAbsolute(given) ? [given] : [resolve(given), resolve(dirname(dirname(parent)), given)];
  const found = places.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new RangeError(
    `${given}: expected the run's experiment file there, got nothing; start retort ui where the run was started`,
  );
};
