/** The threads that score rollouts: teacher, reference, validation, rewards. */
import { policyOf } from "../../policies/checkpoints/huggingface.ts";
import type { Weights } from "../../policies/policy.ts";
import type { RewardHandlers } from "../../rewards/reward-worker.ts";
import type { RewardScore } from "../../rewards/reward.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { FailedAnswer, Scorer } from "../../rollouts/scoring/scorer.ts";
import { decodeError, type ErrorData } from "../../workers/error-data.ts";
import type { Task } from "../../tasks/task.ts";
import { otherThanDrawing, singleSources, type TeacherSource } from "../../teachers/teacher-source.ts";
import type { OpenTeacher, TeacherHandlers } from "../../teachers/teacher-worker.ts";
import type { SequenceShape } from "../../teachers/sequence-inputs.ts";
import type { Detail, TeacherScore } from "../../teachers/teacher.ts";
import type { AgreementMeans, AgreementMeasures } from "./agreement.ts";
import type { AgreementHandlers } from "./agreement-worker.ts";
import { lengthOf, type BatchShape } from "../batch/collate.ts";
import { neighbours } from "../batch/shared-prompts.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { openScoringThreads } from "./scoring-threads.ts";
import type { RunShape } from "../batch/run-shape.ts";
import type { ThreadGroup } from "./thread-group.ts";

/** The file of the threads that score as a teacher. */
export const teacherWorker = new URL("../../teachers/teacher-worker.ts", import.meta.url);
const agreementWorker = new URL("./agreement-worker.ts", import.meta.url);
/** The file of the threads that reward. */
export const rewardWorker = new URL("../../rewards/reward-worker.ts", import.meta.url);

/** A scorer whose weights may be exchanged. */
export type PolicyScorer = Scorer<TeacherScore> & { load(weights: Weights): Promise<void> };

/** The rewards' scorer: of each rollout their weighted sum, and each by name. */
export type RewardScorer = Scorer<RewardScore | FailedAnswer<RewardScore>>;

/** A teacher's scorer; one that follows the student is given its averaged weights after each step. */
export type TeacherScorer = Scorer<TeacherScore | FailedAnswer<TeacherScore>> & {
  follow(weights: Weights): Promise<void>;
};

const answersOf = <Answer extends object>(
  answers: readonly (Answer | { readonly failure: ErrorData })[],
): (Answer | Error)[] => answers.map((answer) => ("failure" in answer ? decodeError(answer.failure) : answer));

/** How the sequences of a batch are read. */
const sizesOf = (
  batch: BatchShape,
  { tokenizer }: Task,
): Omit<SequenceShape, "batch"> & { readonly completion: number } => ({
  length: lengthOf(batch),
  completion: batch.completion,
  padId: tokenizer.padId,
});

/** Opens threads that score with a teacher's source. */
const openSource = async (
  threads: ThreadGroup,
  name: "teacher" | "reference",
  recipe: Recipe,
  options: Omit<OpenTeacher, "engine" | "threads" | "batch" | "vocabularySize">,
  {
    signal,
    calls = 1,
    followed,
  }: { readonly signal: AbortSignal; readonly calls?: number; readonly followed?: Weights | undefined },
): Promise<TeacherScorer> => {
  const { machine, rollouts, student } = recipe;
  const { vocabularySize } = policyOf(student.config);
  let latest = followed;
  const teacherThreads = await openScoringThreads<TeacherHandlers, TeacherScore>(threads, name, recipe, {
    url: teacherWorker,
    calls,
    prepare: async (connection) => {
      await connection.call(
        "open",
        {
          engine: machine.engine,
          threads: machine.threads,
          batch: rollouts.chunk,
          group: neighbours(recipe),
          vocabularySize,
          ...options,
        },
        { signal },
      );
      if (latest !== undefined) await connection.call("load", latest, { signal });
    },
    score: async (thread, batch, until) => answersOf(await thread.call("score", batch, { signal: until })),
  });
  return {
    ...teacherThreads.scorer,
    follow: (weights) => {
      latest = weights;
      return teacherThreads.tell("load", weights);
    },
  };
};

/** Servers work on several chunks at once; a thread's engine on one. */
const callsOf = (source: TeacherSource): number =>
  singleSources(source).every((single) => "server" in single) ? 4 : 1;

/**
 * Opens the teacher, with as much detail as the objective reads. `followed` are the averaged weights of the student
 * where one follows it and the run resumes. `RangeError` when the recipe has none.
 */
export const openTeacher = async (
  threads: ThreadGroup,
  recipe: Recipe,
  task: Task,
  { maxNewTokens, batch }: RunShape,
  followed: Weights | undefined,
  signal: AbortSignal,
): Promise<TeacherScorer> => {
  const { teacher } = recipe;
  if (teacher === undefined)
    throw new RangeError(
      "the objective needs teacher log-probs, and the recipe has no teacher; give it one, or set alpha to 0",
    );
  const { tokenizer } = task;
  const { topK, foreignVocabularySize } = batch;
  const detail: Detail = topK === undefined ? "all" : { topK };
  const translated = foreignVocabularySize === undefined ? {} : { translatesFrom: tokenizer.toJSON() };
  const privileged = singleSources(teacher).some(({ context }) => context !== undefined);
  const reading = privileged ? { reading: { tokenizer: tokenizer.toJSON(), maxNewTokens } } : {};
  const options = { source: teacher, detail, ...sizesOf(batch, task), ...translated, ...reading };
  return openSource(threads, "teacher", recipe, options, { signal, calls: callsOf(teacher), followed });
};

/** Opens the reference policy: the student as the run found it, at the temperature that samples. */
export const openReference = (
  threads: ThreadGroup,
  recipe: Recipe,
  task: Task,
  { batch }: RunShape,
  signal: AbortSignal,
): Promise<Scorer<TeacherScore | FailedAnswer<TeacherScore>>> => {
  const { student, rollouts } = recipe;
  const source = { ...student, temperature: rollouts.temperature };
  return openSource(threads, "reference", recipe, { source, detail: "tokens", ...sizesOf(batch, task) }, { signal });
};

/** Opens the student itself as it learns, which scores references by their log-probs. */
export const openValidation = async (
  threads: ThreadGroup,
  { student, machine, rollouts }: Recipe,
  task: Task,
  { batch }: RunShape,
  signal: AbortSignal,
): Promise<PolicyScorer> => {
  const connection = threads.start<TeacherHandlers>(teacherWorker, "validation");
  const { vocabularySize } = policyOf(student.config);
  const sizes = { batch: rollouts.chunk, ...sizesOf(batch, task), vocabularySize };
  const { engine, threads: most } = machine;
  const source = { ...student, temperature: 1 };
  await connection.call("open", { engine, threads: most, source, detail: "tokens", ...sizes }, { signal });
  return {
    batch: rollouts.chunk,
    concurrency: 1,
    score: async (batch, until) => {
      const answers = answersOf(await connection.call("score", batch, { signal: until }));
      return answers.map((answer) => {
        if (answer instanceof Error) throw answer;
        return answer;
      });
    },
    load: (weights) => connection.call("load", weights),
  };
};

/** Says how near the student is to its teacher on rollouts. */
export interface AgreementScorer {
  measure(rollouts: readonly Rollout[], values: AgreementMeasures, signal: AbortSignal): Promise<AgreementMeans>;
  load(weights: Weights): Promise<void>;
}

/**
 * Opens the student as it learns beside its teacher. `RangeError` when the recipe has none that is one frozen policy
 * here with the student's tokens.
 */
export const openAgreement = async (
  threads: ThreadGroup,
  { student, teacher, machine, rollouts }: Recipe,
  task: Task,
  { batch }: RunShape,
  signal: AbortSignal,
): Promise<AgreementScorer> => {
  const other = teacher === undefined ? "none" : otherThanDrawing(teacher);
  if (teacher === undefined || other !== undefined || !("config" in teacher) || teacher.tokenizer !== undefined)
    throw new RangeError(
      `evaluation.agreement: expected a frozen teacher here with the student's tokens, got ${other ?? "another"}`,
    );
  const connection = threads.start<AgreementHandlers>(agreementWorker, "agreement");
  const { config, weights, temperature } = teacher;
  const shape = { batch: rollouts.chunk, ...sizesOf(batch, task) };
  const policies = { config: student.config, teacher: { config, weights, temperature } };
  const { engine, threads: most } = machine;
  await connection.call("open", { engine, threads: most, ...policies, ...shape }, { signal });
  return {
    measure: (some, values, until) => connection.call("measure", { rollouts: some, values }, { signal: until }),
    load: (latest) => connection.call("load", latest),
  };
};

/** Opens the rewards. `RangeError` when the recipe has none. */
export const openRewards = async (threads: ThreadGroup, recipe: Recipe, signal: AbortSignal): Promise<RewardScorer> => {
  const { rewards, models = {}, task, taskSeed, folder, tokenizer, scoring, machine } = recipe;
  if (rewards.length === 0)
    throw new RangeError("the objective needs rewards, and the recipe has none; add one, or set alpha to 1");
  const opening = { rewards, models, task, taskSeed, folder, tokenizer };
  const { scorer } = await openScoringThreads<RewardHandlers, RewardScore>(threads, "reward", recipe, {
    url: rewardWorker,
    calls: 2,
    prepare: (connection) => connection.call("open", { ...opening, engine: machine.engine }, { signal }),
    score: async (thread, rollouts, until) => answersOf(await thread.call("score", rollouts, { signal: until })),
    substitute: { value: scoring.reward.default, parts: {} },
  });
  return scorer;
};
