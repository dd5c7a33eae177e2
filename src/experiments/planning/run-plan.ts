/**
 * From an experiment file to planned runs: checked, with defaults, each with the stages that it starts from and the
 * hashes that name results.
 */
import { dirname } from "node:path";
import { type Draft } from "../file/drafts.ts";
import { readExperiment } from "../file/extended-source.ts";
import { givenOverrides, parseOverrides } from "../file/overrides.ts";
import { ExperimentError } from "../file/problem.ts";
import { type ExperimentValues } from "../schema/experiment-schema.ts";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { noInputs, readInputs, type Inputs } from "../inputs/inputs.ts";
import { semanticMistakes } from "../rules/all-rules.ts";
import { FileContext } from "../inputs/file-context.ts";
import type { Source } from "../file/file-source.ts";
import {
  buildOrder,
  checkpointsOf,
  inputNames,
  runValues,
  stageValues,
  type TrainingValues,
} from "../schema/trainings.ts";
import { contextLength, maxNewTokens } from "../inputs/lengths.ts";
import type { PlannedRun, PlannedTraining } from "./planned.ts";
import { byLocation, checkSource, located, type Found, type SoundFile } from "./sound-file.ts";
import { trainingId, trainingSetting } from "./training-id.ts";
import { MemoryRules, type MemoryLimit } from "./memory-rules.ts";
import { decidingFiles } from "./deciding-files.ts";
import { defined } from "../../optional/defined.ts";

/** The plan of one run. The file is without mistakes. */
export const planDraft = (draft: Draft, file: ExperimentValues, path: string, fileContext: FileContext): PlannedRun => {
  const ids: Record<string, string> = {};
  const settings: Record<string, string> = {};
  const training = (name: string, values: TrainingValues): PlannedTraining => {
    const from = (known: Readonly<Record<string, string>>): Record<string, string> =>
      Object.fromEntries(inputNames(values).map((input) => [input, known[input]!]));
    const inputs = from(ids);
    const named = [
      ...checkpointsOf(values).map((each) => each.name),
      ...(values.tokenizer === undefined ? [] : [values.tokenizer]),
    ];
    const checkpoints = Object.fromEntries(
      named.map((each) => {
        const { path: from, hash } = fileContext.checkpoint(each);
        return [each, { path: from, hash }];
      }),
    );
    const task = fileContext.task(values);
    return {
      name,
      id: trainingId(values, { inputs, checkpoints }, task),
      setting: trainingSetting(values, { inputs: from(settings), checkpoints }, task),
      values,
      task: fileContext.located(values.task),
      prompts: { train: task.train.length, test: task.test.length },
      inputs,
      checkpoints,
      files: decidingFiles(values, task, dirname(path)),
      contextLength: contextLength(file, values, fileContext),
      maxNewTokens: maxNewTokens(values, task),
    };
  };
  const stages = buildOrder(file).map((name) => {
    const stage = training(name, stageValues(file, name));
    ids[name] = stage.id;
    settings[name] = stage.setting;
    return stage;
  });
  const { label, axes } = draft;
  const { question, paper } = file;
  const run = training(draft.name, runValues(file));
  return {
    ...run,
    files: Object.assign({}, ...stages.map(({ files }) => files), run.files) as PlannedRun["files"],
    label,
    question,
    paper,
    path,
    stages,
    ...defined({ axes }),
  };
};

/**
 * The runs of a sound file, given what is known of the checkpoints and the data that it names. `ExperimentError` with
 * every problem between its parts; with `memory`, the bytes of the machine or another limit, of runs that are estimated
 * to take more.
 */
export const planRuns = (
  { path, overrides, drafts }: SoundFile,
  inputs: Inputs,
  fileContext = new FileContext(dirname(path), inputs),
  memory?: number | MemoryLimit,
): readonly PlannedRun[] => {
  const semantic = drafts.map(({ draft, values }) => ({
    draft,
    mistakes: semanticMistakes(values, path, fileContext),
  }));
  const refuse = (found: readonly Found[]): void => {
    const problems = located(found, drafts.length, byLocation(path, overrides));
    if (problems.length > 0) throw new ExperimentError(problems);
  };
  refuse(semantic);
  const runs = drafts.map(({ draft, values }) => planDraft(draft, values, path, fileContext));
  if (memory === undefined) return runs;
  const rules = new MemoryRules(fileContext, memory);
  refuse(drafts.map(({ draft, values }, i) => ({ draft, mistakes: rules.mistakes(runs[i]!, values) })));
  return runs;
};

/**
 * The runs of a file that was read and names no checkpoints. `ExperimentError` with every problem, in the order of the
 * file.
 */
export const planSource = (source: Source, overrides: readonly string[]): readonly PlannedRun[] =>
  planRuns(checkSource(source, parseOverrides(overrides)), noInputs);

/**
 * The runs of a file that names no checkpoints (else `prepareExperiment`), with overrides such as
 * `/objective/alpha=0.5`. `ExperimentError` with every problem, in the order of the file.
 */
export const planExperiment = (path: string, overrides: readonly string[] = []): readonly PlannedRun[] =>
  planSource(readExperiment(path), overrides);

/**
 * The runs of a file, given by its path or as it was read, with the overrides of the environment and over them others
 * such as `/teacher/checkpoint=owner/name`. `ExperimentError` with every problem, in the order of the file; one is that
 * a checkpoint or a dataset cannot be read, and with `memory`, the bytes of the machine, that a run is estimated to
 * take more.
 */
export const prepareExperiment = async (
  file: string | Source,
  overrides: readonly string[] = [],
  hub: HubOptions = {},
  memory?: number | MemoryLimit,
): Promise<readonly PlannedRun[]> => {
  const checked = checkSource(typeof file === "string" ? readExperiment(file) : file, givenOverrides(overrides));
  return planRuns(checked, await readInputs(checked.drafts, dirname(checked.path), hub), undefined, memory);
};
