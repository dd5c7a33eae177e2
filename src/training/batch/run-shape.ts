/** The sizes that all threads of a run agree on. */
import { objectiveOf } from "../../objectives/objective-of.ts";
import { studentPolicyOf } from "../../policies/checkpoints/classifier.ts";
import { policyOf } from "../../policies/checkpoints/huggingface.ts";
import type { Policy } from "../../policies/policy.ts";
import type { Task } from "../../tasks/task.ts";
import { policySources } from "../../teachers/teacher-source.ts";
import type { BatchShape } from "./collate.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { defined } from "../../optional/defined.ts";

/** Sizes of prompts, completions and batches. */
export interface RunShape {
  /** Padded prompt length P. */
  readonly promptLength: number;
  readonly maxNewTokens: number;
  readonly batch: BatchShape;
  /** Whether a step's rows come to the learner in parts of the batch's size. */
  readonly inParts: boolean;
}

/** Tokens of the teacher's vocabulary. `RangeError` when they must be the student's and are not. */
const teacherVocabulary = (teacher: Recipe["teacher"], { vocabularySize }: Policy, foreign: boolean): number => {
  // The vocabulary of a server is read before the run.
  const here = teacher === undefined ? [] : policySources(teacher);
  const sizes = here.map(({ config }) => policyOf(config).vocabularySize);
  if (foreign) return sizes[0] ?? vocabularySize;
  const wrong = here.findIndex(({ tokenizer }, i) => tokenizer !== undefined || sizes[i] !== vocabularySize);
  if (wrong === -1) return vocabularySize;
  throw new RangeError(
    `teacher: expected the student's vocabulary of ${vocabularySize} tokens, got ${sizes[wrong]} of another ` +
      "tokenizer; take an objective for unlike vocabularies",
  );
};

/** The sizes of a recipe. `RangeError` when they do not fit the task or the policies. */
export const runShape = ({ student, teacher, objective, rollouts, training }: Recipe, task: Task): RunShape => {
  const maxNewTokens = rollouts.maxNewTokens ?? task.longest.completion;
  const promptLength = task.longest.prompt;
  const policy = studentPolicyOf(student.config);
  if (policy.vocabularySize < task.tokenizer.vocabularySize) {
    throw new RangeError(
      `student: expected a vocabulary of at least the task's ${task.tokenizer.vocabularySize} tokens, got ` +
        `${policy.vocabularySize}`,
    );
  }
  const { topK, needs, pairs = false } = objectiveOf(objective);
  const foreign = needs.includes("foreignTeacherLogProbs");
  const vocabulary = teacherVocabulary(teacher, policy, foreign);
  if (promptLength + maxNewTokens > policy.contextLength) {
    throw new RangeError(
      `student: expected a context of ${promptLength} prompt and ${maxNewTokens} new tokens, got ` +
        `${policy.contextLength}; lower rollouts.maxNewTokens or take a student with a longer context`,
    );
  }
  const { microBatch = training.batch } = training;
  const inParts = microBatch < training.batch;
  const batch: BatchShape = {
    size: inParts ? microBatch : training.batch,
    prompt: promptLength,
    completion: maxNewTokens,
    ...(pairs ? { whole: true } : {}),
    vocabularySize: policy.vocabularySize,
    ...defined({ topK }),
    ...(foreign ? { foreignVocabularySize: vocabulary } : {}),
  };
  return { promptLength, maxNewTokens, batch, inParts };
};
