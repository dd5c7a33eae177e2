/** What an experiment file means: its values with their origins, the trainings that it asks for, and what they take. */
import { join, dirname } from "node:path";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { stageStoreIn } from "../stage-store/stage-store.ts";
import { earlierTimes, type EarlierTime, type ResultFolders } from "../stage-store/earlier-times.ts";
import { readExperiment } from "../file/extended-source.ts";
import type { TypeSwitch } from "../file/merge-layers.ts";
import { readInputs } from "../inputs/inputs.ts";
import type { Json } from "../../files/json.ts";
import { givenOverrides } from "../file/overrides.ts";
import { planRuns } from "../planning/run-plan.ts";
import type { PlannedTraining } from "../planning/planned.ts";
import { checkSource } from "../planning/sound-file.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import { FileContext } from "../inputs/file-context.ts";
import { trainingMemory, type TrainingMemory } from "../planning/training-memory.ts";
import { originText, valueOrigins } from "../file/value-origins.ts";

/** One training, and what it takes. */
export interface ExplainedTraining {
  readonly name: string;
  readonly id: string;
  /** Where a stage's result is, or will be; nothing for the run itself. */
  readonly folder: string | undefined;
  /** True for a stage whose result is there. */
  readonly made: boolean;
  /** As the plan counts them. */
  readonly prompts: PlannedTraining["prompts"];
  readonly steps: number;
  /** Sequences of a step. */
  readonly batch: number;
  /** Most tokens of one of them. */
  readonly length: number;
  readonly memory: TrainingMemory;
  /** Measured on earlier trainings of the same kind; nothing where there are none. */
  readonly earlier: EarlierTime | undefined;
}

/** One run. */
export interface ExplainedRun {
  readonly name: string;
  readonly label: string;
  readonly values: readonly { readonly pointer: string; readonly value: Json; readonly from: string }[];
  /** Plug-ins that others took the place of: by a file over those that it extends, a variant or an override. */
  readonly switches: readonly TypeSwitch[];
  /** Its stages in the order in which they are made, and the run. */
  readonly trainings: readonly ExplainedTraining[];
}

const explainTraining = (
  training: PlannedTraining,
  file: ExperimentValues,
  isStage: boolean,
  {
    fileContext,
    folders,
    timeOf,
  }: {
    readonly fileContext: FileContext;
    readonly folders: ResultFolders;
    readonly timeOf: ReturnType<typeof earlierTimes>;
  },
): ExplainedTraining => {
  const { name, id, values, prompts } = training;
  const { steps, batch } = values.training;
  const memory = trainingMemory(training, file, fileContext);
  const stageStore = stageStoreIn(join(folders.cache, "stages"));
  return {
    name,
    id,
    folder: isStage ? stageStore.folder(id) : undefined,
    made: isStage && stageStore.has(id),
    prompts,
    steps,
    batch,
    length: memory.length,
    memory,
    earlier: timeOf(training),
  };
};

/** The runs of a file with overrides. Errors as of `prepareExperiment`. */
export const explainExperiment = async (
  path: string,
  overrides: readonly string[],
  folders: ResultFolders,
  hub: HubOptions = {},
): Promise<readonly ExplainedRun[]> => {
  const file = checkSource(readExperiment(path), givenOverrides(overrides));
  const inputs = await readInputs(file.drafts, dirname(path), hub);
  const runs = planRuns(file, inputs);
  const fileContext = new FileContext(dirname(path), inputs);
  const from = { fileContext, folders, timeOf: earlierTimes(path, folders) };
  return file.drafts.map(({ draft, values }, i) => {
    const run = runs[i]!;
    const { $schema: _schema, variants: _variants, ...shown } = values;
    return {
      name: run.name,
      label: run.label,
      values: valueOrigins(draft, shown as Json).map(({ pointer, value, location }) => ({
        pointer,
        value,
        from: originText(location),
      })),
      switches: draft.switches ?? [],
      trainings: [
        ...run.stages.map((stage) => explainTraining(stage, values, true, from)),
        explainTraining(run, values, false, from),
      ],
    };
  });
};
