/** From an experiment file that may name checkpoints to planned runs: they are looked at first, and those of the Hub downloaded. */
import { dirname } from "node:path";
import type { HubOptions } from "../policies/checkpoints/hub.ts";
import { lookAt } from "./checkpoints.ts";
import { readExperiment } from "./extended-source.ts";
import { givenOverrides } from "./overrides.ts";
import { checkSource, planRuns, type PlannedRun } from "./plan.ts";
import type { ExperimentValues } from "./schema.ts";
import { checkpointsOf, runValues, stageValues } from "./stages.ts";

/** The checkpoints that a file's values name. */
export const checkpointNames = ({ values }: { readonly values: ExperimentValues }): readonly string[] =>
  [runValues(values), ...Object.keys(values.stages ?? {}).map((name) => stageValues(values, name))].flatMap((training) =>
    checkpointsOf(training).map(({ name }) => name),
  );

/**
 * The runs of a file, with the overrides of the environment and over them others such as `/teacher/checkpoint=owner/name`. `ExperimentError` with every problem, in the order of the file; one is that a
 * checkpoint cannot be read.
 */
export const prepareExperiment = async (
  path: string,
  overrides: readonly string[] = [],
  hub: HubOptions = {},
): Promise<readonly PlannedRun[]> => {
  const file = checkSource(readExperiment(path), givenOverrides(overrides));
  return planRuns(file, await lookAt(file.drafts.flatMap(checkpointNames), dirname(path), hub));
};
