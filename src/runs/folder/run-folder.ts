/** Where a run's results are, and whether it is done. */
import { basename, extname, join } from "node:path";
import { manifestIn, type RunFacts } from "./manifest.ts";

/** A run's folder. */
export interface RunFolder {
  readonly folder: string;
  /** True when the run is done there. */
  readonly done: boolean;
}

/** The part of an id in the name of a folder: 64 bits tell any number of runs apart. */
const shortId = (id: string): string => id.slice(0, 16);

/**
 * `<root>/<file name>/<run>-<id>`: the folder that the run resumes in, or was done in. With `repeat`, one that is
 * done is left alone, and the next of `-2`, `-3` ... is taken. `RangeError` when another run is there.
 */
export const runFolder = (root: string, run: Pick<RunFacts, "name" | "id" | "path">, repeat: boolean): RunFolder => {
  const first = join(root, basename(run.path, extname(run.path)), `${run.name}-${shortId(run.id)}`);
  for (let time = 1; ; time += 1) {
    const folder = time === 1 ? first : `${first}-${time}`;
    const { id = run.id, status } = manifestIn(folder) ?? {};
    if (id !== run.id)
      throw new RangeError(
        `run: expected ${folder} to hold the run ${run.id}, got ${JSON.stringify(id)}; give another --out`,
      );
    const done = status === "done";
    if (!done || !repeat) return { folder, done };
  }
};
