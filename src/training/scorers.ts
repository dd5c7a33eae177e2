/** The threads that score rollouts: teacher, reference, validation, rewards. */
import { policyOf } from "../policies/checkpoints/huggingface.ts";
import type { Weights } from "../policies/policy.ts";
import type { RewardAnswer, RewardHandlers } from "../rewards/reward-worker.ts";
import type { RewardScore } from "../rewards/reward.ts";
import type { Outcome } from "../rollouts/persistent.ts";
import type { Scorer } from "../rollouts/router.ts";
import { decodeError } from "../rollouts/workers/error-data.ts";
import type { Task } from "../tasks/task.ts";
import type { OpenTeacher, TeacherHandlers } from "../teachers/teacher-worker.ts";
import type { Detail, TeacherScore } from "../teachers/teacher.ts";
import { tokenizerFromJSON } from "../tokenizers/read.ts";
import type { Recipe, TeacherModel } from "./recipe.ts";
import { openScoringThreads } from "./scoring-threads.ts";
import type { RunShape } from "./shape.ts";
import type { Threads } from "./threads.ts";

const teacherWorker = new URL("../teachers/teacher-worker.ts", import.meta.url);
const rewardWorker = new URL("../rewards/reward-worker.ts", import.meta.url);

/** A scorer whose weights may be exchanged. */
export type PolicyScorer = Scorer<TeacherScore> & { load(weights: Weights): Promise<void> };

/** Opens threads that score with a policy. */
const openPolicy = (
  threads: Threads,
  name: "teacher" | "reference",
  recipe: Recipe,
  options: Omit<OpenTeacher, "engine" | "batch">,
  signal: AbortSignal,
): Promise<Scorer<Outcome<TeacherScore>>> =>
  openScoringThreads<TeacherHandlers, TeacherScore>(threads, name, recipe, {
    url: teacherWorker,
    calls: 1,
    prepare: (connection) =>
      connection.call("open", { engine: recipe.machine.engine, batch: recipe.rollouts.chunk, ...options }, { signal }),
    score: (thread, rollouts, until) => thread.call("score", rollouts, { signal: until }),
  });

/** Opens a teacher that reads text in its own tokens, as many as it was made for. */
const openForeignTeacher = (
  threads: Threads,
  recipe: Recipe,
  { tokenizer, ...teacher }: TeacherModel,
  own: unknown,
  opening: AbortSignal,
): Promise<Scorer<Outcome<TeacherScore>>> => {
  const tokenizers = { student: own, teacher: tokenizer ?? own };
  const { padId } = tokenizerFromJSON(tokenizers.teacher);
  const length = policyOf(teacher.config).contextLength - 1;
  return openPolicy(threads, "teacher", recipe, { ...teacher, tokenizers, length, padId }, opening);
};

/** Opens the teacher, with as much detail as the objective reads. `RangeError` when the recipe has none. */
export const openTeacher = async (
  threads: Threads,
  recipe: Recipe,
  task: Task,
  { batch: { length, topK, foreignVocabularySize } }: RunShape,
  opening: AbortSignal,
): Promise<Scorer<Outcome<TeacherScore>>> => {
  const { teacher } = recipe;
  if (teacher === undefined)
    throw new RangeError("the objective needs teacher log-probs, and the recipe has no teacher; give it one, or set alpha to 0");
  if (foreignVocabularySize !== undefined) return openForeignTeacher(threads, recipe, teacher, task.tokenizer.toJSON(), opening);
  const detail: Detail = topK === undefined ? "all" : { topK };
  return openPolicy(threads, "teacher", recipe, { ...teacher, detail, length, padId: task.tokenizer.padId }, opening);
};

/** Opens the reference policy: the student as the run found it, at the temperature that samples. */
export const openReference = (
  threads: Threads,
  recipe: Recipe,
  task: Task,
  { batch: { length } }: RunShape,
  opening: AbortSignal,
): Promise<Scorer<Outcome<TeacherScore>>> => {
  const { student, rollouts } = recipe;
  const options = { ...student, temperature: rollouts.temperature, detail: "tokens", length, padId: task.tokenizer.padId } as const;
  return openPolicy(threads, "reference", recipe, options, opening);
};

/** Opens the student itself as it learns, which is asked for the log-probs of references. */
export const openValidation = async (
  threads: Threads,
  { student, machine, rollouts }: Recipe,
  task: Task,
  { batch: { length } }: RunShape,
  signal: AbortSignal,
): Promise<PolicyScorer> => {
  const connection = threads.start<TeacherHandlers>(teacherWorker, "validation");
  const sizes = { batch: rollouts.chunk, length, padId: task.tokenizer.padId };
  await connection.call("open", { engine: machine.engine, ...student, temperature: 1, detail: "tokens", ...sizes }, { signal });
  return {
    batch: rollouts.chunk,
    concurrency: 1,
    score: (batch, until) => connection.call("score", batch, { signal: until }),
    load: (weights) => connection.call("load", weights),
  };
};

const answerOf = (answer: RewardAnswer): RewardScore | Error => ("failure" in answer ? decodeError(answer.failure) : answer);

/** Opens the rewards. `RangeError` when the recipe has none. */
export const openRewards = async (threads: Threads, recipe: Recipe, signal: AbortSignal): Promise<Scorer<Outcome<RewardScore>>> => {
  const { rewards, models = {}, task, taskSeed, folder, tokenizer, scoring, machine } = recipe;
  if (rewards.length === 0) throw new RangeError("the objective needs rewards, and the recipe has none; add one, or set alpha to 1");
  const opening = { rewards, models, task, taskSeed, folder, tokenizer };
  return openScoringThreads<RewardHandlers, RewardScore>(threads, "reward", recipe, {
    url: rewardWorker,
    calls: 2,
    prepare: (connection) => connection.call("open", { ...opening, engine: machine.engine }, { signal }),
    score: async (thread, rollouts, until) => (await thread.call("score", rollouts, { signal: until })).map(answerOf),
    substitute: { value: scoring.reward.default, parts: {} },
  });
};
