/**
 * From a planned training to a recipe: stages and checkpoints become models, families become parameters, the machine's
 * engine and threads are chosen.
 */
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { chooseEngine } from "../../engine/choose.ts";
import { withPrecision } from "../../engine/names.ts";
import { objectiveOf } from "../../objectives/objective-of.ts";
import { rewardModelFrom } from "../../policies/classification-head.ts";
import { withLayers } from "../../policies/checkpoints/chosen-layers.ts";
import { loadPolicy, type Checkpoint } from "../../policies/checkpoints/huggingface.ts";
import { openCheckpoint } from "../../policies/checkpoints/load.ts";
import { policies } from "../../policies/families/index.ts";
import { initialWeights } from "../../policies/initialize.ts";
import { modelKey, modelsNamed } from "../../rewards/model/reference.ts";
import type { RewardModels } from "../../rewards/reward.ts";
import { longestPromptText } from "../../tasks/prompt-template.ts";
import type { Task } from "../../tasks/task.ts";
import type { MixtureSource, SingleSource, TeacherSource } from "../../teachers/teacher-source.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { Machine, Model, Recipe } from "../../training/recipe/recipe.ts";
import { recipeTask, withOwnTokenizer } from "../../training/recipe/recipe-task.ts";
import type { StageStore } from "../stage-store/stage-store.ts";
import { loadModel, tokenizerOf } from "../inputs/model.ts";
import type { PlannedTraining } from "../planning/planned.ts";
import { isNewPolicy } from "../schema/trainings.ts";
import {
  decayOf,
  type MixedTeacherValues,
  type SingleTeacherValues,
  type TeacherValues,
} from "../schema/teacher-schema.ts";
import { sameTokens } from "../rules/tokenizer-rules.ts";
import { defined } from "../../optional/defined.ts";

/** More threads than this bring the small programs of one machine nothing. */
const mostThreads = 4;

/**
 * The machine as this process finds it, with the engine and the precision that the values ask for; `auto` is resolved
 * here, so that the manifest can say it. `threads` of each part, as many as the machine has and programs make use of
 * when left out. `RangeError` for a precision that the engine does not have.
 */
export const machineFor = async (
  { engine, precision }: Pick<PlannedTraining["values"], "engine" | "precision">,
  threads: number = Math.min(availableParallelism(), mostThreads),
): Promise<Machine> => {
  const chosen = engine === "auto" ? await chooseEngine() : engine;
  return { engine: withPrecision(chosen, precision ?? "float32"), threads, samplers: threads };
};

/** A policy with its weights, and the tokenizer that it was trained with. */
interface Loaded extends Checkpoint {
  readonly tokenizer: Tokenizer;
}

const inputOf = (name: string, { inputs }: PlannedTraining): string => {
  const id = inputs[name];
  if (id === undefined)
    throw new Error(`plan: expected an id of stage "${name}", got ${Object.keys(inputs).join(", ")}`);
  return id;
};

const stageResult = async (name: string, training: PlannedTraining, stageStore: StageStore): Promise<Loaded> => {
  const folder = stageStore.folder(inputOf(name, training));
  try {
    const checkpoint = await loadPolicy(folder);
    const tokenizer = await tokenizerOf({ folder });
    if (tokenizer === undefined) throw new Error(`${folder}: expected a tokenizer.json, got none`);
    return { ...checkpoint, tokenizer };
  } catch (cause) {
    throw new Error(`stage "${name}" cannot be read; remove ${folder}, and it is made again`, { cause });
  }
};

const pathOf = (name: string, { checkpoints }: PlannedTraining): string => {
  const known = checkpoints[name];
  if (known === undefined)
    throw new Error(`plan: expected a path of checkpoint "${name}", got ${Object.keys(checkpoints).join(", ")}`);
  return known.path;
};

const checkpointResult = async (name: string, training: PlannedTraining): Promise<Loaded> => {
  const path = pathOf(name, training);
  const { tokenizer, ...checkpoint } = await loadModel(path);
  if (tokenizer === undefined)
    throw new Error(`${path}: expected a tokenizer, got none; it was there when the file was planned`);
  return { ...checkpoint, tokenizer };
};

/** Loads what student and teacher come from, each once: a student out of its teacher's layers shares their arrays. */
const loaderOf = (
  training: PlannedTraining,
  stageStore: StageStore,
): ((origin: { stage: string } | { checkpoint: string }) => Promise<Loaded>) => {
  const loaded = new Map<string, Promise<Loaded>>();
  return (origin) => {
    const key = JSON.stringify("stage" in origin ? { stage: origin.stage } : { checkpoint: origin.checkpoint });
    const known = loaded.get(key);
    if (known !== undefined) return known;
    const loading =
      "stage" in origin
        ? stageResult(origin.stage, training, stageStore)
        : checkpointResult(origin.checkpoint, training);
    loaded.set(key, loading);
    return loading;
  };
};

type Loader = ReturnType<typeof loaderOf>;

const startingPolicy = async (training: PlannedTraining, { tokenizer }: Task, load: Loader): Promise<Checkpoint> => {
  const { student, seed } = training.values;
  if (isNewPolicy(student)) {
    const policy = policies.create(student, {
      vocabularySize: tokenizer.vocabularySize,
      contextLength: training.contextLength,
    });
    return { policy, weights: initialWeights(policy, seed) };
  }
  const whole = await load(student);
  return student.layers === undefined ? whole : withLayers(whole, student.layers);
};

/** The student; what learns from pairs becomes a reward model first. */
const studentModel = async (training: PlannedTraining, task: Task, load: Loader): Promise<Model> => {
  const { policy, weights } = await startingPolicy(training, task, load);
  const { objective, seed } = training.values;
  if (objectiveOf(objective).pairs !== true) return { config: policy.config, weights };
  const made = rewardModelFrom(policy, weights, seed);
  return { config: made.classifier.config, weights: made.weights };
};

/** What teachers are made of besides what the file says of them. */
interface TeacherParts {
  readonly student: Model;
  readonly task: Task;
  readonly load: Loader;
  /** Of the experiment file. */
  readonly folder: string;
}

/** One teacher; its tokenizer is named only if it is not the task's. */
const singleSource = async (
  teacher: SingleTeacherValues,
  { student, task, load, folder }: TeacherParts,
): Promise<SingleSource> => {
  const { temperature, context: template, scores } = teacher;
  const shared = {
    temperature,
    ...defined({
      context: template === undefined ? undefined : { template, promptTokens: longestPromptText(task, template) },
      scores: scores && { ...scores, folder: resolve(folder, scores.folder) },
    }),
  };
  if ("server" in teacher) return { server: teacher.server, ...shared };
  if ("student" in teacher) {
    const decay = decayOf(teacher);
    return { ...student, ...shared, ...defined({ decay }) };
  }
  const { policy, weights, tokenizer } = await load(teacher);
  const foreign = sameTokens(tokenizer, task.tokenizer) ? {} : { tokenizer: tokenizer.toJSON() };
  return { config: policy.config, weights, ...shared, ...foreign };
};

const mixedSource = async (teacher: MixedTeacherValues, parts: TeacherParts): Promise<SingleSource | MixtureSource> => {
  if (!("mixture" in teacher)) return singleSource(teacher, parts);
  const members = teacher.mixture.map(async (member) => ({
    ...member,
    teacher: await singleSource(member.teacher, parts),
  }));
  return { mixture: await Promise.all(members) };
};

const teacherSource = async (teacher: TeacherValues, parts: TeacherParts): Promise<TeacherSource> => {
  if (!("routes" in teacher)) return mixedSource(teacher, parts);
  const routes = Object.entries(teacher.routes).map(
    async ([name, route]) => [name, await mixedSource(route, parts)] as const,
  );
  return { by: teacher.by, routes: Object.fromEntries(await Promise.all(routes)) };
};

/** The tokenizer of the checkpoint that the task takes it from, if it does. */
const givenTokenizer = async (training: PlannedTraining): Promise<Pick<Recipe, "tokenizer">> => {
  const { tokenizer: name } = training.values;
  if (name === undefined) return {};
  return { tokenizer: (await tokenizerOf(await openCheckpoint(pathOf(name, training))))?.toJSON() };
};

/** The folder that a stage has left. */
const stageFolder = (name: string, training: PlannedTraining, stageStore: StageStore): string => {
  const id = inputOf(name, training);
  if (!stageStore.has(id)) throw new Error(`stage "${name}" has not been made yet; run the file first`);
  return stageStore.folder(id);
};

/** Where the models are that rewards name, with their tokenizers. */
const rewardModels = async (training: PlannedTraining, stageStore: StageStore): Promise<RewardModels> => {
  const named = modelsNamed(training.values.rewards).map(async ({ reference }) => {
    const folder =
      "stage" in reference
        ? stageFolder(reference.stage, training, stageStore)
        : (await openCheckpoint(pathOf(reference.checkpoint, training))).folder;
    const own = await tokenizerOf({ folder });
    if (own === undefined)
      throw new Error(`${folder}: expected a tokenizer, got none; it was there when the file was planned`);
    return [modelKey(reference), { folder, tokenizer: own.toJSON() }] as const;
  });
  return Object.fromEntries(await Promise.all(named));
};

/**
 * What of a recipe its rewards need: no student. Rejects when a checkpoint cannot be read, and when a stage whose
 * model they use has not been made.
 */
export const rewardRecipe = async (
  training: PlannedTraining,
  path: string,
  stageStore: StageStore,
): Promise<Pick<Recipe, "rewards" | "models" | "task" | "taskSeed" | "folder" | "tokenizer">> => {
  const { task } = training;
  const { rewards, taskSeed } = training.values;
  const [given, models] = await Promise.all([givenTokenizer(training), rewardModels(training, stageStore)]);
  return withOwnTokenizer({ rewards, models, task, taskSeed, folder: dirname(path), ...given });
};

/**
 * The recipe of a training whose stages are all there. `path` is the experiment file's. Rejects when a stored stage or
 * a checkpoint cannot be read.
 */
export const recipeFor = async (
  training: PlannedTraining,
  path: string,
  stageStore: StageStore,
  machine: Machine,
): Promise<Recipe> => {
  const { values, maxNewTokens } = training;
  const { seed, objective, data, rollouts, evaluation, scoring } = values;
  const scored = await rewardRecipe(training, path, stageStore);
  const task = recipeTask(scored);
  const load = loaderOf(training, stageStore);
  const student = await studentModel(training, task, load);
  const teacher =
    values.teacher === undefined
      ? undefined
      : await teacherSource(values.teacher, { student, task, load, folder: dirname(path) });
  return {
    seed,
    ...scored,
    student,
    ...defined({ teacher }),
    objective,
    data,
    rollouts: { ...rollouts, maxNewTokens },
    training: values.training,
    evaluation,
    scoring,
    machine,
  };
};
