/** The threads of a run: samplers, teacher, rewards and learner, each with an engine of its own. The main thread only routes between them. */
import { objectives } from "../objectives/index.ts";
import type { Signal } from "../objectives/objective.ts";
import { boundsOf } from "../objectives/schedule.ts";
import { policyOf } from "../policies/checkpoints/huggingface.ts";
import type { Weights } from "../policies/policy.ts";
import type { RewardHandlers } from "../rewards/reward-worker.ts";
import type { RewardScore } from "../rewards/reward.ts";
import { behaviors } from "../rollouts/behaviors/index.ts";
import type { Scorer, Scorers } from "../rollouts/router.ts";
import type { Completion, DrawRequest } from "../rollouts/sampler.ts";
import { connect, type Caller, type Connection } from "../rollouts/workers/connect.ts";
import type { Handlers } from "../rollouts/workers/messages.ts";
import { pool } from "../rollouts/workers/pool.ts";
import type { OpenSampler, SamplerHandlers } from "../rollouts/workers/sampler-worker.ts";
import type { Task } from "../tasks/task.ts";
import type { OpenTeacher, TeacherHandlers } from "../teachers/teacher-worker.ts";
import type { Detail, TeacherScore } from "../teachers/teacher.ts";
import type { BatchShape } from "./collate.ts";
import type { LearnerHandlers } from "./learner-worker.ts";
import type { LearnerState } from "./learner.ts";
import type { Recipe } from "./recipe.ts";

/** Answers that a rollout may get. */
export interface Answers {
  readonly reward: RewardScore;
  readonly teacher: TeacherScore;
  /** The reference policy's, of the rollout's own tokens. */
  readonly reference: TeacherScore;
}

/** Sizes that all threads agree on. */
export interface RunShape {
  /** Padded prompt length P. */
  readonly promptLength: number;
  readonly maxNewTokens: number;
  readonly batch: BatchShape;
}

/** The open threads of a run. */
export interface Crew {
  /** Name of the engine that they use. */
  readonly engine: string;
  /** Sends weights to every sampler, and to who validates; what is asked after it uses them. */
  publish(weights: Weights): Promise<void>;
  draw(request: DrawRequest, signal: AbortSignal): Promise<readonly Completion[]>;
  readonly scorers: Partial<Scorers<Answers>>;
  /** Log-probs of any sequences under the weights that were published last; there when lambda is adaptive. */
  readonly validation?: Scorer<TeacherScore>;
  readonly learner: Caller<LearnerHandlers>;
  /** Ends all threads. */
  close(): Promise<void>;
}

/** The sizes that a recipe asks for. `RangeError` when they do not fit the task or the policies. */
export const runShape = ({ student, teacher, objective, rollouts, training }: Recipe, task: Task): RunShape => {
  const maxNewTokens = rollouts.maxNewTokens ?? task.longest.completion;
  const promptLength = task.longest.prompt;
  const policy = policyOf(student.config);
  if (policy.vocabularySize < task.tokenizer.vocabularySize) {
    throw new RangeError(
      `student: expected a vocabulary of at least the task's ${task.tokenizer.vocabularySize} tokens, got ${policy.vocabularySize}`,
    );
  }
  const vocabulary = teacher === undefined ? policy.vocabularySize : policyOf(teacher.config).vocabularySize;
  if (vocabulary !== policy.vocabularySize) {
    throw new RangeError(`teacher: expected the student's vocabulary of ${policy.vocabularySize} tokens, got ${vocabulary}`);
  }
  if (promptLength + maxNewTokens > policy.contextLength) {
    throw new RangeError(
      `student: expected a context of ${promptLength} prompt and ${maxNewTokens} new tokens, got ${policy.contextLength}; lower rollouts.maxNewTokens or take a student with a longer context`,
    );
  }
  const { topK } = objectives.create(objective);
  const batch: BatchShape = {
    size: training.batch,
    length: promptLength + maxNewTokens - 1,
    vocabularySize: policy.vocabularySize,
    ...(topK === undefined ? {} : { topK }),
  };
  return { promptLength, maxNewTokens, batch };
};

const workers = {
  sampler: new URL("../rollouts/workers/sampler-worker.ts", import.meta.url),
  teacher: new URL("../teachers/teacher-worker.ts", import.meta.url),
  reward: new URL("../rewards/reward-worker.ts", import.meta.url),
  learner: new URL("./learner-worker.ts", import.meta.url),
} as const;

/** Starts threads, and ends them all when one of them fails to open. */
class Threads {
  readonly #connections: { close(): Promise<void> }[] = [];

  start<H extends Handlers>(url: URL, name: string): Connection<H> {
    const connection = connect<H>(url, { name });
    this.#connections.push(connection);
    return connection;
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }
}

/** What samplers need of the teacher: nothing, unless it draws. `RangeError` when it should and there is none. */
const drawingTeacher = ({ teacher, rollouts, data }: Recipe): Pick<OpenSampler, "teacher"> => {
  const { mixture, name } = behaviors.create(rollouts.behavior, undefined);
  const alone = data.offPolicy === "teacher" && (data.adaptive !== undefined || boundsOf(data.onPolicyFraction).least < 1);
  if (mixture === undefined && !alone) return {};
  if (teacher === undefined) {
    throw new RangeError(
      `${alone ? "data.offPolicy" : `the behavior ${name}`} lets the teacher draw, and the recipe has none; give it one`,
    );
  }
  return { teacher };
};

const openSamplers = async (
  threads: Threads,
  recipe: Recipe,
  task: Task,
  { promptLength, maxNewTokens }: RunShape,
  signal: AbortSignal,
): Promise<Connection<SamplerHandlers>[]> => {
  const { machine, rollouts, student } = recipe;
  const { padId, endId } = task.tokenizer;
  const sizes = { batch: rollouts.chunk, promptLength, maxNewTokens, padId, endId };
  const options = { engine: machine.engine, config: student.config, behavior: rollouts.behavior, ...sizes, ...drawingTeacher(recipe) };
  return Promise.all(
    Array.from({ length: machine.samplers }, async (_, index) => {
      const sampler = threads.start<SamplerHandlers>(workers.sampler, `sampler ${index + 1}`);
      await sampler.call("open", options, { signal });
      return sampler;
    }),
  );
};

/** A scorer whose weights may be exchanged. */
type PolicyScorer = Scorer<TeacherScore> & { load(weights: Weights): Promise<void> };

/** Opens a thread that scores with a policy. */
const openScorer = async (
  threads: Threads,
  name: string,
  { machine, rollouts }: Recipe,
  options: Omit<OpenTeacher, "engine" | "batch">,
  opening: AbortSignal,
): Promise<PolicyScorer> => {
  const connection = threads.start<TeacherHandlers>(workers.teacher, name);
  await connection.call("open", { engine: machine.engine, batch: rollouts.chunk, ...options }, { signal: opening });
  return {
    batch: rollouts.chunk,
    concurrency: 1,
    score: (batch, signal) => connection.call("score", batch, { signal }),
    load: (weights) => connection.call("load", weights),
  };
};

const openTeacher = async (
  threads: Threads,
  recipe: Recipe,
  task: Task,
  { batch: { length, topK } }: RunShape,
  opening: AbortSignal,
): Promise<Scorer<TeacherScore>> => {
  const { teacher } = recipe;
  if (teacher === undefined)
    throw new RangeError("the objective needs teacher log-probs, and the recipe has no teacher; give it one, or set alpha to 0");
  const detail: Detail = topK === undefined ? "all" : { topK };
  return openScorer(threads, "teacher", recipe, { ...teacher, detail, length, padId: task.tokenizer.padId }, opening);
};

/** The reference policy is the student as the run found it, at the temperature that samples. */
const openReference = (
  threads: Threads,
  recipe: Recipe,
  task: Task,
  { batch: { length } }: RunShape,
  opening: AbortSignal,
): Promise<Scorer<TeacherScore>> => {
  const { student, rollouts } = recipe;
  const options = { ...student, temperature: rollouts.temperature, detail: "tokens", length, padId: task.tokenizer.padId } as const;
  return openScorer(threads, "reference", recipe, options, opening);
};

/** The student itself, as it learns: it is asked for the log-probs of references. */
const openValidation = (
  threads: Threads,
  recipe: Recipe,
  task: Task,
  { batch: { length } }: RunShape,
  opening: AbortSignal,
): Promise<PolicyScorer> =>
  openScorer(
    threads,
    "validation",
    recipe,
    { ...recipe.student, temperature: 1, detail: "tokens", length, padId: task.tokenizer.padId },
    opening,
  );

const openRewards = async (
  threads: Threads,
  { rewards, task, taskSeed, folder, rollouts }: Recipe,
  opening: AbortSignal,
): Promise<Scorer<RewardScore>> => {
  if (rewards.length === 0) throw new RangeError("the objective needs rewards, and the recipe has none; add one, or set alpha to 1");
  const connection = threads.start<RewardHandlers>(workers.reward, "rewards");
  await connection.call("open", { rewards, task, taskSeed, folder }, { signal: opening });
  return { batch: rollouts.chunk, concurrency: 2, score: (batch, signal) => connection.call("score", batch, { signal }) };
};

const openLearner = async (
  threads: Threads,
  recipe: Recipe,
  shape: RunShape,
  state: LearnerState,
  signal: AbortSignal,
): Promise<[Connection<LearnerHandlers>, string]> => {
  const { machine, student, objective, training, rollouts } = recipe;
  const learner = threads.start<LearnerHandlers>(workers.learner, "learner");
  const { optimizer, clipNorm, checks } = training;
  const options = {
    engine: machine.engine,
    threads: machine.threads,
    config: student.config,
    objective,
    batch: shape.batch,
    optimizer,
    clipNorm,
    samplingTemperature: rollouts.temperature,
    identityTolerance: checks.identity,
    state,
  };
  return [learner, await learner.call("open", options, { signal })];
};

/**
 * Starts the threads that the recipe needs and waits until each is ready; nothing is left running when one of them fails or the signal aborts.
 * `RangeError` when the objective needs a teacher or rewards and the recipe has none.
 */
export const openCrew = async (recipe: Recipe, task: Task, shape: RunShape, state: LearnerState, opening: AbortSignal): Promise<Crew> => {
  const threads = new Threads();
  const { needs } = objectives.create(recipe.objective);
  try {
    const reads = (...signals: readonly Signal[]): boolean => signals.some((signal) => needs.includes(signal));
    const [samplers, [learner, engine], teacher, reward, reference, validation] = await Promise.all([
      openSamplers(threads, recipe, task, shape, opening),
      openLearner(threads, recipe, shape, state, opening),
      reads("teacherLogProbs", "teacherTopKLogProbs") ? openTeacher(threads, recipe, task, shape, opening) : undefined,
      reads("advantages", "rewards") ? openRewards(threads, recipe, opening) : undefined,
      reads("referenceLogProbs") ? openReference(threads, recipe, task, shape, opening) : undefined,
      recipe.data.adaptive === undefined ? undefined : openValidation(threads, recipe, task, shape, opening),
    ]);
    const idle = pool(samplers);
    return {
      engine,
      publish: async (weights) => {
        await Promise.all([...samplers.map((sampler) => sampler.call("load", weights)), validation?.load(weights)]);
      },
      draw: (request, signal) => idle.call("draw", request, { signal }),
      scorers: {
        ...(teacher === undefined ? {} : { teacher }),
        ...(reward === undefined ? {} : { reward }),
        ...(reference === undefined ? {} : { reference }),
      },
      ...(validation === undefined ? {} : { validation }),
      learner,
      close: () => threads.close(),
    };
  } catch (error) {
    await threads.close().catch(() => undefined);
    throw error;
  }
};
