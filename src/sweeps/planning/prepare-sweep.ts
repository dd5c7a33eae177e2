/** From an experiment file with a sweep, which may name checkpoints, to its planned trials. */
import { dirname } from "node:path";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { readExperiment } from "../../experiments/file/extended-source.ts";
import type { Source } from "../../experiments/file/file-source.ts";
import { MemoryRules } from "../../experiments/planning/memory-rules.ts";
import type { PlannedRun } from "../../experiments/planning/planned.ts";
import type { ExperimentValues } from "../../experiments/schema/experiment-schema.ts";
import { readInputs } from "../../experiments/inputs/inputs.ts";
import { givenOverrides } from "../../experiments/file/overrides.ts";
import { FileContext } from "../../experiments/inputs/file-context.ts";
import { checkTrials, planTrials, trialOf, type PlannedTrial, type SoundSweep } from "./sweep-plan.ts";
import { TrialMemory } from "./trial-memory.ts";

/** A sweep that can start. */
export interface PreparedSweep extends Pick<SoundSweep, "path" | "bases" | "claims" | "halving"> {
  readonly trials: readonly PlannedTrial[];
  readonly memory: Pick<TrialMemory, "largest">;
  /** sha256 of each file of the user's that decides a trial's result, by the name that the file has for it. */
  readonly files: PlannedRun["files"];
}

/**
 * The trials of a file, given by its path or as it was read, with overrides. `ExperimentError` with every problem; one
 * is that a checkpoint cannot be read, and with `machine`, its bytes of memory, that a trial is estimated to take more.
 * `see` gets each trial's whole plan, of which little is kept.
 */
export const prepareSweep = async (
  file: string | Source,
  overrides: readonly string[] = [],
  hub: HubOptions = {},
  see: (trial: PlannedRun) => void = () => undefined,
  machine = Number.POSITIVE_INFINITY,
): Promise<PreparedSweep> => {
  const source = typeof file === "string" ? readExperiment(file) : file;
  const sound = checkTrials(source, givenOverrides(overrides));
  const { path } = source;
  const inputs = await readInputs(sound.drafts, dirname(path), hub);
  const [fileContext, memory] = [new FileContext(dirname(path), inputs), new TrialMemory()];
  const files: Record<string, string> = {};
  const rules = Number.isFinite(machine) ? new MemoryRules(fileContext, machine) : undefined;
  const keep = (run: PlannedRun, values: ExperimentValues): PlannedTrial => {
    see(run);
    memory.add(run, values, fileContext);
    Object.assign(files, run.files);
    return trialOf(run);
  };
  const trials = planTrials(sound, fileContext, keep, (run, values) => rules?.mistakes(run, values) ?? []);
  return { path, bases: sound.bases, claims: sound.claims, halving: sound.halving, trials, memory, files };
};
