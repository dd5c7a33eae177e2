/** A folder of checkpoints: which are there, which stay, and which is the newest that can be read. */
import { readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { checkpointStep, DamagedCheckpointError, readCheckpoint, type Progress } from "./checkpoint.ts";
import type { Recipe } from "../recipe/recipe.ts";
import type { CheckpointSettings } from "../recipe/checkpoint-settings.ts";

/** A file in the folder. */
interface StoredCheckpoint {
  readonly path: string;
  /** Steps done. */
  readonly step: number;
}

/** The checkpoints of a folder, the newest first; none when the folder is not there. */
export const checkpointsIn = async (folder: string): Promise<readonly StoredCheckpoint[]> => {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const step = checkpointStep(name);
      return step === undefined ? [] : [{ path: join(folder, name), step }];
    })
    .toSorted((a, b) => b.step - a.step);
};

/** The checkpoint to resume from, and the damaged ones that were passed over, with the reasons. */
export interface NewestCheckpoint {
  readonly found: { readonly path: string; readonly progress: Progress } | undefined;
  readonly damaged: readonly string[];
}

/**
 * The newest checkpoint that is as it was written; those that are not get a name that ends in `.damaged`. `RangeError`
 * when one is of another recipe.
 */
export const newestCheckpoint = async (folder: string, recipe: Recipe): Promise<NewestCheckpoint> => {
  const damaged: string[] = [];
  for (const { path } of await checkpointsIn(folder)) {
    try {
      return { found: { path, progress: await readCheckpoint(path, recipe) }, damaged };
    } catch (error) {
      if (!(error instanceof DamagedCheckpointError)) throw error;
      await rename(path, `${path}.damaged`);
      damaged.push(
        `${error.message}; it is now ${basename(path)}.damaged, and the run resumes from the one before it, or ` +
          "starts anew",
      );
    }
  }
  return { found: undefined, damaged };
};

/** Removes checkpoints but the `last` newest, the best one (after `best` steps), and those that are kept for good. */
export const pruneCheckpoints = async (
  folder: string,
  { last, best: keepBest, keepEvery }: Pick<CheckpointSettings, "best" | "keepEvery"> & { readonly last: number },
  best: number | undefined,
): Promise<void> => {
  const all = await checkpointsIn(folder);
  const stays = ({ step }: StoredCheckpoint, age: number): boolean =>
    age < last || (keepBest !== false && step === best) || (keepEvery > 0 && step > 0 && step % keepEvery === 0);
  for (const [age, one] of all.entries()) if (!stays(one, age)) await rm(one.path, { force: true });
};
