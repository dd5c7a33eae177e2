/** From an experiment file that may name checkpoints to planned runs: they are looked at first, and those of the Hub downloaded. */
import { dirname } from "node:path";
import type { HubOptions } from "../policies/checkpoints/hub.ts";
import { lookAt } from "./checkpoints.ts";
import { checkSource, planRuns, type PlannedRun } from "./plan.ts";
import { readSource } from "./source.ts";
import { checkpointsOf, runValues, stageValues } from "./stages.ts";

/**
 * The runs of a file, with overrides such as `/teacher/checkpoint=owner/name`. `ExperimentError` with every problem, in the order of the file; one is that a
 * checkpoint cannot be read.
 */
export const prepareExperiment = async (
  path: string,
  overrides: readonly string[] = [],
  hub: HubOptions = {},
): Promise<readonly PlannedRun[]> => {
  const file = checkSource(readSource(path), overrides);
  const names = file.drafts.flatMap(({ values }) =>
    [runValues(values), ...Object.keys(values.stages ?? {}).map((name) => stageValues(values, name))].flatMap((training) =>
      checkpointsOf(training).map(({ name }) => name),
    ),
  );
  return planRuns(file, await lookAt(names, dirname(path), hub));
};
