/** From an experiment file with a sweep, which may name checkpoints, to its planned trials. */
import { dirname } from "node:path";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { readExperiment } from "../../experiments/file/extended-source.ts";
import { lookAtInputs } from "../../experiments/inputs/inputs.ts";
import { givenOverrides } from "../../experiments/file/overrides.ts";
import { Shelf } from "../../experiments/inputs/shelf.ts";
import { checkTrials, planTrials, trialOf, type PlannedTrial, type SoundSweep } from "./plan.ts";
import { TrialMemory } from "./trial-memory.ts";

/** A sweep that can start. */
export interface PreparedSweep extends Pick<SoundSweep, "path" | "bases" | "claims" | "halving"> {
  readonly trials: readonly PlannedTrial[];
  readonly memory: Pick<TrialMemory, "largest">;
}

/**
 * The trials of a file, with overrides. `ExperimentError` with every problem; one is that a checkpoint cannot be read.
 */
export const prepareSweep = async (
  path: string,
  overrides: readonly string[] = [],
  hub: HubOptions = {},
): Promise<PreparedSweep> => {
  const sound = checkTrials(readExperiment(path), givenOverrides(overrides));
  const inputs = await lookAtInputs(sound.drafts, dirname(path), hub);
  const [shelf, memory] = [new Shelf(dirname(path), inputs), new TrialMemory()];
  const trials = planTrials(sound, shelf, (run, values) => {
    memory.add(run, values, shelf);
    return trialOf(run);
  });
  return { path, bases: sound.bases, claims: sound.claims, halving: sound.halving, trials, memory };
};
