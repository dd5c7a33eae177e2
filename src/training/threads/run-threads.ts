/**
 * The threads of a run: samplers, teacher, rewards and learner, each with an engine of its own. The main thread only
 * routes between them.
 */
import { recordCompiled } from "../../engine/tensorflow/library/compiled-programs.ts";
import { prepareEngine } from "../../engine/tensorflow/library/environment.ts";
import { objectiveOf } from "../../objectives/objective-of.ts";
import type { Signal } from "../../objectives/objective.ts";
import { studentPolicyOf } from "../../policies/checkpoints/classifier.ts";
import type { Weights } from "../../policies/policy.ts";
import { isLarge } from "../../policies/program-threads.ts";
import { behaviors } from "../../rollouts/behaviors/index.ts";
import { CallLimits } from "../../rollouts/scoring/call-limits.ts";
import type { Scorer, Scorers } from "../../rollouts/scoring/scorer.ts";
import type { DrawRequest, SearchRequest } from "../../rollouts/sampling/sampler.ts";
import type { Completion } from "../../rollouts/batches/rollout.ts";
import type { Caller, Connection } from "../../workers/connect.ts";
import type { IdleThreads } from "../../workers/idle-threads.ts";
import type { ArgumentOf, ValueOf } from "../../workers/messages.ts";
import type { Span } from "../../rollouts/scoring/timeline.ts";
import { isTempered } from "../../rollouts/decoding/shaping.ts";
import { pool } from "../../workers/pool.ts";
import type { OpenSampler, SamplerHandlers } from "../../rollouts/sampling/sampler-worker.ts";
import type { Task } from "../../tasks/task.ts";
import { decayOf, otherThanDrawing } from "../../teachers/teacher-source.ts";
import type { TeacherScore } from "../../teachers/teacher.ts";
import { agreementsOf, measuresRewards } from "../recipe/evaluation-settings.ts";
import type { LearnerHandlers } from "../learner/learner-worker.ts";
import type { LearnerState } from "../learner/learner-state.ts";
import type { Answers } from "../batch/row.ts";
import { neighbours } from "../batch/shared-prompts.ts";
import { learnsOffPolicy } from "../recipe/off-policy.ts";
import type { Recipe } from "../recipe/recipe.ts";
import {
  openAgreement,
  openReference,
  openRewards,
  openTeacher,
  openValidation,
  type AgreementScorer,
  type RewardScorer,
} from "./scorers.ts";
import type { RunShape } from "../batch/run-shape.ts";
import { ThreadGroup } from "./thread-group.ts";
import { frozenWeights, traineeOf } from "../learner/trained.ts";
import { defined } from "../../optional/defined.ts";

/** The file of the sampling threads. */
export const samplerWorker = new URL("../../rollouts/sampling/sampler-worker.ts", import.meta.url);
/** The file of the thread that learns. */
export const learnerWorker = new URL("../learner/learner-worker.ts", import.meta.url);

/** The open threads of a run. */
export interface RunThreads {
  /** Name of the engine that they use. */
  readonly engine: string;
  /** Sampling threads. */
  readonly samplers: number;
  /**
   * Sends weights to every sampler, and to the scorer that validates; later calls use them. First all weights, later
   * those that have changed.
   */
  publish(weights: Weights): Promise<void>;
  /** After a step: the teacher becomes the student's average as it is now; there when one follows it. */
  follow?(): Promise<void>;
  /** `observe` is told when a sampler drew, in the lane `draw`. */
  draw(request: DrawRequest, signal: AbortSignal, observe?: (span: Span) => void): Promise<readonly Completion[]>;
  /** The best completion of each prompt by beam search; observed as `draw` is. */
  search(request: SearchRequest, signal: AbortSignal, observe?: (span: Span) => void): Promise<readonly Int32Array[]>;
  readonly scorers: Scorers<Answers>;
  /** Limits of concurrent calls of the scorers, for all steps together. */
  readonly limits: CallLimits;
  /** Log-probs of any sequences under the weights that were published last; there when lambda is adaptive. */
  readonly validation?: Scorer<TeacherScore>;
  /**
   * The student beside its teacher, with the weights that were published last; there when an evaluation asks for their
   * agreement.
   */
  readonly agreement?: Pick<AgreementScorer, "measure">;
  /** The rewards for evaluations; there when the recipe has some and an evaluation measures them. */
  readonly rewards?: RewardScorer;
  readonly learner: Caller<LearnerHandlers>;
  /** Ends all threads. */
  close(): Promise<void>;
}

/** What samplers need of the teacher: nothing, unless it draws. `RangeError` when it should and there is none. */
const drawingTeacher = ({ teacher, rollouts, data, evaluation }: Recipe): Pick<OpenSampler, "teacher"> => {
  const { mixture, name } = behaviors.create(rollouts.behavior, undefined);
  const alone = data.offPolicy === "teacher" && learnsOffPolicy(data);
  const read = agreementsOf(evaluation).some(({ prefixes }) => prefixes === "teacher");
  if (mixture === undefined && !alone && !read) return {};
  if (teacher === undefined) {
    throw new RangeError(
      `${alone ? "data.offPolicy" : mixture === undefined ? "evaluation.agreement" : `the behavior ${name}`} ` +
        "lets the teacher draw, and the recipe has none; give it one",
    );
  }
  const other = otherThanDrawing(teacher);
  if (other !== undefined || !("config" in teacher))
    throw new RangeError(`teacher: expected a policy here of a teacher that draws, got ${other ?? "another"}`);
  if (teacher.tokenizer !== undefined)
    throw new RangeError("teacher: expected the student's tokenizer of a teacher that draws, got another");
  return { teacher };
};

/** Sampling threads of a run. A large student has one, whose programs use all threads: each has weights of its own. */
const samplersOf = ({ machine, student }: Pick<Recipe, "machine" | "student">): number =>
  isLarge(studentPolicyOf(student.config)) ? 1 : machine.samplers;

/** Name of a sampling thread; `index` counts from 0. */
export const samplerName = (index: number): string => `sampler ${index + 1}`;

const openSamplers = async (
  threads: ThreadGroup,
  recipe: Recipe,
  task: Task,
  { promptLength, maxNewTokens }: RunShape,
  signal: AbortSignal,
): Promise<Connection<SamplerHandlers>[]> => {
  const { machine, rollouts, student } = recipe;
  const { padId, endId, stopIds } = task.tokenizer;
  const sizes = { batch: rollouts.chunk, promptLength, maxNewTokens, padId, endId, stopIds };
  const options = {
    engine: machine.engine,
    threads: machine.threads,
    config: student.config,
    behavior: rollouts.behavior,
    ...sizes,
    ...drawingTeacher(recipe),
  };
  return Promise.all(
    Array.from({ length: samplersOf(recipe) }, async (_, index) => {
      const sampler = threads.start<SamplerHandlers>(samplerWorker, samplerName(index));
      await sampler.call("open", options, { signal });
      return sampler;
    }),
  );
};

const openLearner = async (
  threads: ThreadGroup,
  recipe: Recipe,
  shape: RunShape,
  state: LearnerState,
  signal: AbortSignal,
): Promise<[Connection<LearnerHandlers>, string]> => {
  const { machine, student, objective, data, training, rollouts } = recipe;
  const learner = threads.start<LearnerHandlers>(learnerWorker, "learner");
  const { optimizer, clipNorm, checks } = training;
  const decay = recipe.teacher === undefined ? undefined : decayOf(recipe.teacher);
  const trainee = traineeOf(studentPolicyOf(student.config), training);
  const options = {
    engine: machine.engine,
    threads: machine.threads,
    config: student.config,
    recipe: { objective, rollouts, data, training },
    batch: shape.batch,
    group: neighbours(recipe),
    inParts: shape.inParts,
    ...defined({ recompute: training.recompute }),
    optimizer,
    clipNorm,
    // What the check samplingAgreement compares with.
    samplingTemperature: isTempered(rollouts) ? rollouts.temperature : 1,
    identityTolerance: checks.identity,
    parts: training,
    state,
    ...defined({ decay }),
    frozen: frozenWeights(trainee, student.weights),
  };
  return [learner, await learner.call("open", options, { signal })];
};

/** Completes prompts on whichever sampler is idle. */
const writersOf = (samplers: readonly Connection<SamplerHandlers>[]): Pick<RunThreads, "draw" | "search"> => {
  const idle = samplers.length === 0 ? undefined : pool(samplers);
  const call = async <Name extends "draw" | "search">(
    name: Name,
    request: ArgumentOf<SamplerHandlers[Name]>,
    signal: AbortSignal,
    observe?: (span: Span) => void,
  ): Promise<ValueOf<SamplerHandlers[Name]>> => {
    if (idle === undefined) throw new RangeError("threads: expected a student that writes, got a reward model");
    let [slot, start] = [0, performance.now()];
    const started = (sampler: number): void => {
      [slot, start] = [sampler, performance.now()];
    };
    const completions = await idle.call(name, request, { signal, started });
    observe?.({ lane: "draw", slot, start, end: performance.now(), count: completions.length });
    return completions;
  };
  return {
    draw: (request, signal, observe) => call("draw", request, signal, observe),
    search: (request, signal, observe) => call("search", request, signal, observe),
  };
};

/**
 * Starts the threads that the recipe needs and waits until each is ready; nothing is left running when one of them
 * fails or the signal aborts. Threads that wait are taken, and wait again when the run closes them. `RangeError` when
 * the objective needs a teacher or rewards and the recipe has none.
 */
export const openRunThreads = async (
  recipe: Recipe,
  task: Task,
  shape: RunShape,
  state: LearnerState,
  opening: AbortSignal,
  idle?: IdleThreads,
): Promise<RunThreads> => {
  const threads = new ThreadGroup(idle);
  prepareEngine(recipe.machine.engine, recipe.machine.threads);
  const { needs, pairs } = objectiveOf(recipe.objective);
  try {
    const reads = (...signals: readonly Signal[]): boolean => signals.some((signal) => needs.includes(signal));
    const learned = reads("advantages", "rewards");
    const measured = pairs !== true && recipe.rewards.length > 0 && measuresRewards(recipe.evaluation);
    const [samplers, [learner, engine], teacher, reward, reference, validation, agreement] = await Promise.all([
      // A reward model answers nothing.
      pairs === true ? [] : openSamplers(threads, recipe, task, shape, opening),
      openLearner(threads, recipe, shape, state, opening),
      reads("teacherLogProbs", "teacherTopKLogProbs", "foreignTeacherLogProbs")
        ? openTeacher(threads, recipe, task, shape, state.average, opening)
        : undefined,
      learned || measured ? openRewards(threads, recipe, opening) : undefined,
      reads("referenceLogProbs") ? openReference(threads, recipe, task, shape, opening) : undefined,
      recipe.data.adaptive === undefined ? undefined : openValidation(threads, recipe, task, shape, opening),
      agreementsOf(recipe.evaluation).length > 0 ? openAgreement(threads, recipe, task, shape, opening) : undefined,
    ]);
    const scorers = defined({ teacher, reward: learned ? reward : undefined, reference });
    return {
      engine,
      samplers: samplers.length,
      ...(teacher === undefined || recipe.teacher === undefined || decayOf(recipe.teacher) === undefined
        ? {}
        : { follow: async () => teacher.follow(await learner.call("average", undefined)) }),
      publish: async (weights) => {
        await Promise.all([
          ...samplers.map((sampler) => sampler.call("load", weights)),
          validation?.load(weights),
          agreement?.load(weights),
        ]);
      },
      ...writersOf(samplers),
      scorers,
      limits: new CallLimits(defined({ ...scorers, reward }), recipe.scoring.calls),
      ...defined({ validation, agreement, rewards: measured ? reward : undefined }),
      learner,
      close: async () => {
        await threads.close();
        recordCompiled();
      },
    };
  } catch (error) {
    await threads.close().catch(() => undefined);
    throw error;
  }
};
