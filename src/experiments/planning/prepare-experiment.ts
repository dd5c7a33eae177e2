/**
 * From an experiment file that may name checkpoints and data to planned runs: they are looked at first, and those of
 * the Hub downloaded.
 */
import { dirname } from "node:path";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { readExperiment } from "../file/extended-source.ts";
import { readInputs } from "../inputs/inputs.ts";
import { givenOverrides } from "../file/overrides.ts";
import { planRuns } from "./run-plan.ts";
import type { PlannedRun } from "./planned.ts";
import { checkSource } from "./sound-file.ts";

/**
 * The runs of a file, with the overrides of the environment and over them others such as
 * `/teacher/checkpoint=owner/name`. `ExperimentError` with every problem, in the order of the file; one is that a
 * checkpoint or a dataset cannot be read.
 */
export const prepareExperiment = async (
  path: string,
  overrides: readonly string[] = [],
  hub: HubOptions = {},
): Promise<readonly PlannedRun[]> => {
  const file = checkSource(readExperiment(path), givenOverrides(overrides));
  return planRuns(file, await readInputs(file.drafts, dirname(path), hub));
};
