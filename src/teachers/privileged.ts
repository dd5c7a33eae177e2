/** A teacher that reads more than the student does: another prompt, in front of the same completion. */
import type { Rollout } from "../rollouts/batches/rollout.ts";
import { promptText } from "../tasks/prompt-template.ts";
import { promptIds } from "../tokenizers/prompt-ids.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { Teacher, TeacherScore } from "./teacher.ts";

/**
 * The rollout with the template's text as its prompt, and the completion's tokens as they are. Errors are those of
 * `promptText`.
 */
export const privilegedRollout = (rollout: Rollout, template: string, tokenizer: Tokenizer): Rollout => {
  const text = promptText(template, rollout.prompt);
  return { ...rollout, prompt: { ...rollout.prompt, text }, promptTokens: Int32Array.from(promptIds(tokenizer, text)) };
};

/**
 * The teacher that is shown the template with each prompt's parts instead of the prompt: KL(student(y | x) || teacher(y
 * | x, more)). Row i of a score is still for the completion's token i, since both read the same completion.
 */
export const privilegedTeacher = <Answer extends TeacherScore | Error>(
  teacher: Teacher<Answer>,
  template: string,
  tokenizer: Tokenizer,
): Teacher<Answer> => ({
  vocabularySize: teacher.vocabularySize,
  score: async (rollouts, signal) =>
    teacher.score(
      rollouts.map((rollout) => privilegedRollout(rollout, template, tokenizer)),
      signal,
    ),
});
