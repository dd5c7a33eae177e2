/** What experiment files name besides themselves: checkpoints and data, read before anything is planned. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { foreignSources } from "../../tasks/prompts/data-source.ts";
import { readCheckpoints, type Checkpoints } from "./checkpoints.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import { checkpointsOf, runValues, stageValues, type TrainingValues } from "../schema/trainings.ts";
import { readTaskData, type TaskData } from "./task-data.ts";

/** What was found. */
export interface Inputs {
  readonly checkpoints: Checkpoints;
  readonly data: TaskData;
}

/** Of files that name nothing. */
export const noInputs: Inputs = { checkpoints: new Map(), data: new Map() };

const trainingsOf = (files: readonly { readonly values: ExperimentValues }[]): readonly TrainingValues[] =>
  files.flatMap(({ values }) => [
    runValues(values),
    ...Object.keys(values.stages ?? {}).map((name) => stageValues(values, name)),
  ]);

/**
 * The models and the datasets of the Hub that files name, whether they are in the cache or not: `owner/name@revision`.
 */
export const hubNames = (
  files: readonly { readonly values: ExperimentValues }[],
  folder: string,
): readonly string[] => {
  const trainings = trainingsOf(files);
  const models = trainings.flatMap((training) => checkpointsOf(training).map(({ name }) => name));
  const sources = trainings.flatMap(({ task }) => foreignSources(task));
  const datasets = sources.flatMap(({ source: { hub } }) =>
    hub === undefined ? [] : [`${hub.dataset}@${hub.revision}`],
  );
  return [...new Set([...models.filter((name) => !existsSync(resolve(folder, name))), ...datasets])];
};

/**
 * Reads the checkpoints and the data of files whose schema is right; their paths count from `folder`. Those of the
 * Hub are downloaded unless they are in the cache. What cannot be read is a reason in its entry; an aborted signal's
 * reason is thrown.
 */
export const readInputs = async (
  files: readonly { readonly values: ExperimentValues }[],
  folder: string,
  hub: HubOptions = {},
): Promise<Inputs> => {
  const trainings = trainingsOf(files);
  const names = trainings.flatMap((training) => checkpointsOf(training).map(({ name }) => name));
  const tasks = new Set(trainings.map(({ task }) => task));
  return { checkpoints: await readCheckpoints(names, folder, hub), data: await readTaskData([...tasks], folder, hub) };
};
