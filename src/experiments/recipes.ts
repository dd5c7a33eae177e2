/** From a planned training to a recipe: stages become models, families become parameters, the machine is looked at. */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { chooseEngine } from "../engine/choose.ts";
import { withLayers } from "../policies/checkpoints/chosen-layers.ts";
import { loadPolicy, type Checkpoint } from "../policies/checkpoints/huggingface.ts";
import { policies } from "../policies/families/index.ts";
import { initialWeights } from "../policies/initialize.ts";
import { tasks } from "../tasks/index.ts";
import type { Machine, Model, Recipe, TeacherModel } from "../training/recipe.ts";
import type { Artifacts } from "./artifacts.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { PlannedTraining } from "./plan.ts";

/** More threads than this bring the small programs of one machine nothing. */
const mostThreads = 4;

/** The machine as this process finds it, with the engine that the values ask for; `auto` is settled here, so that the manifest can say it. */
export const machineFor = async (engine: PlannedTraining["values"]["engine"]): Promise<Machine> => {
  const threads = Math.min(availableParallelism(), mostThreads);
  return { engine: engine === "auto" ? await chooseEngine() : engine, threads, samplers: threads };
};

/** What a stage left: its student, and the `tokenizer.json` document that the student was trained with. */
interface StageResult extends Checkpoint {
  readonly tokenizer: unknown;
}

const stageResult = async (name: string, { inputs }: PlannedTraining, artifacts: Artifacts): Promise<StageResult> => {
  const id = inputs[name];
  if (id === undefined) throw new Error(`plan: expected an id of stage "${name}", got ${Object.keys(inputs).join(", ")}`);
  const folder = artifacts.folder(id);
  try {
    const { policy, weights } = await loadPolicy(folder);
    const tokenizer: unknown = JSON.parse(await readFile(join(folder, "tokenizer.json"), "utf8"));
    return { policy, weights, tokenizer };
  } catch (cause) {
    throw new Error(`stage "${name}" cannot be read; remove ${folder}, and it is made again`, { cause });
  }
};

const studentModel = async (training: PlannedTraining, artifacts: Artifacts): Promise<Model> => {
  const { student, task, taskSeed, seed } = training.values;
  if ("stage" in student) {
    const { policy, weights } = await stageResult(student.stage, training, artifacts);
    const start = student.layers === undefined ? { policy, weights } : withLayers({ policy, weights }, student.layers);
    return { config: start.policy.config, weights: start.weights };
  }
  const { vocabularySize } = tasks.create(task, { seed: taskSeed }).tokenizer;
  const policy = policies.create(student, { vocabularySize, contextLength: training.contextLength });
  return { config: policy.config, weights: initialWeights(policy, seed) };
};

/** The teacher; its tokenizer is named only if it is not the task's. */
const teacherModel = async (training: PlannedTraining, artifacts: Artifacts): Promise<TeacherModel | undefined> => {
  const { teacher, task, taskSeed } = training.values;
  if (teacher === undefined) return undefined;
  const { policy, weights, tokenizer } = await stageResult(teacher.stage, training, artifacts);
  const own = tasks.create(task, { seed: taskSeed }).tokenizer.toJSON();
  const foreign = canonicalJson(own) !== canonicalJson(tokenizer);
  return { config: policy.config, weights, temperature: teacher.temperature, ...(foreign ? { tokenizer } : {}) };
};

/** The recipe of a training whose stages are all there. `path` is the experiment file's. Rejects when an artifact cannot be read. */
export const recipeFor = async (training: PlannedTraining, path: string, artifacts: Artifacts, machine: Machine): Promise<Recipe> => {
  const { values, maxNewTokens } = training;
  const { seed, task, taskSeed, rewards, objective, data, rollouts, evaluation } = values;
  const [student, teacher] = await Promise.all([studentModel(training, artifacts), teacherModel(training, artifacts)]);
  return {
    seed,
    task,
    taskSeed,
    folder: dirname(path),
    student,
    ...(teacher === undefined ? {} : { teacher }),
    rewards,
    objective,
    data,
    rollouts: { ...rollouts, maxNewTokens },
    training: values.training,
    evaluation,
    machine,
  };
};
