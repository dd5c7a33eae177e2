/**
 * From an experiment file that may name checkpoints and data to planned runs: these are read first, and those of the
 * Hub downloaded.
 */
import { dirname } from "node:path";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { readExperiment } from "../file/extended-source.ts";
import type { Source } from "../file/file-source.ts";
import { readInputs } from "../inputs/inputs.ts";
import { givenOverrides } from "../file/overrides.ts";
import { planRuns } from "./run-plan.ts";
import type { PlannedRun } from "./planned.ts";
import { checkSource } from "./sound-file.ts";

/**
 * The runs of a file, given by its path or as it was read, with the overrides of the environment and over them others
 * such as `/teacher/checkpoint=owner/name`. `ExperimentError` with every problem, in the order of the file; one is that
 * a checkpoint or a dataset cannot be read.
 */
export const prepareExperiment = async (
  file: string | Source,
  overrides: readonly string[] = [],
  hub: HubOptions = {},
): Promise<readonly PlannedRun[]> => {
  const checked = checkSource(typeof file === "string" ? readExperiment(file) : file, givenOverrides(overrides));
  return planRuns(checked, await readInputs(checked.drafts, dirname(checked.path), hub));
};
