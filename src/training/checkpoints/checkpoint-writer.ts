/** Says when a run writes a checkpoint, writes it, and removes those that are not kept. */
import { writeCheckpoint, type HostState, type Progress } from "./checkpoint.ts";
import { pruneCheckpoints } from "./checkpoint-folder.ts";
import type { Recipe } from "../recipe/recipe.ts";

const MILLISECONDS = 60_000;

/** A run's checkpoints. */
export interface CheckpointWriter {
  /**
   * True when one is due after this step: by steps, by time, because the student has never been as good, or because
   * somebody asked for one.
   */
  isDue(step: number, host: Pick<HostState, "best">): boolean;
  /** Writes one, and gives its path. Errors are those of the disk; what was there before then still is. */
  write(progress: Progress): Promise<string>;
}

/** When checkpoints are written. */
export interface CheckpointWriterOptions {
  /** Called before each, so that what was reported is on the disk first. */
  readonly secure?: () => void;
  /** Whether one was asked for since it was called last; never when left out. */
  readonly asked?: () => boolean;
  /** A clock in ms that never goes back. */
  readonly now?: () => number;
}

/** Writes into a folder. */
export const checkpointWriter = (
  folder: string,
  recipe: Recipe,
  { secure = () => undefined, asked = () => false, now = () => performance.now() }: CheckpointWriterOptions = {},
): CheckpointWriter => {
  const settings = recipe.training.checkpoints;
  const { every, minutes, best: keepBest, keepEvery } = settings;
  let written = now();
  const isTurn = (step: number, interval: number): boolean => interval > 0 && step % interval === 0;
  return {
    isDue: (step, { best }) =>
      asked() ||
      isTurn(step, every) ||
      isTurn(step, keepEvery) ||
      (keepBest !== false && best?.step === step) ||
      now() - written >= minutes * MILLISECONDS,
    async write(progress) {
      secure();
      const path = await writeCheckpoint(folder, recipe, progress);
      await pruneCheckpoints(folder, settings, progress.host.best?.step);
      written = now();
      return path;
    },
  };
};
