/** Rules about how much a teacher's server is asked for: what fits an answer, and what it costs. */
import { objectiveOf } from "../../objectives/objective-of.ts";
import { longestPromptText } from "../../tasks/prompt-template.ts";
import type { Task } from "../../tasks/task.ts";
import { bytesOfToken, isArray, tokensOfAnswer } from "../../teachers/remote/answer-size.ts";
import type { Detail } from "../../teachers/teacher.ts";
import { attempt } from "../file/refusals.ts";
import { readContext } from "../inputs/lengths.ts";
import type { Mistake } from "../schema/check.ts";
import { singleTeachers } from "../schema/teacher-schema.ts";
import type { TrainingValues } from "../schema/trainings.ts";

const megabytes = (bytes: number): string =>
  `${(bytes / 1e6).toLocaleString("en-GB", { maximumSignificantDigits: 2 })} MB`;

/** What an answer costs that is too large, and what would not be. */
const sizeMessage = (values: TrainingValues, tokens: number, detail: Detail, vocabularySize: number): string => {
  const { batch } = values.training;
  const asked = bytesOfToken("completions", detail, vocabularySize);
  const topK = Math.min(64, vocabularySize - 1);
  const few = bytesOfToken("completions", { topK }, vocabularySize);
  const whole = bytesOfToken("generate", "all", vocabularySize);
  const inParts =
    detail === "all"
      ? `, or "endpoint": "generate" of a server that has it, which gives all in parts (${megabytes(whole)} a token, ` +
        `${megabytes(whole * tokens * batch)} a step at most)`
      : "";
  return (
    `expected answers of at most ${tokensOfAnswer(detail, vocabularySize)} tokens of prompt and completion with ` +
    `${detail === "all" ? `all ${vocabularySize}` : `${detail === "tokens" ? 1 : detail.topK}`} log-probs each, got ` +
    `up to ${tokens} (${megabytes(asked)} a token); take "topK" of the objective (64: ${megabytes(few)} a token, ` +
    `${megabytes(few * tokens * batch)} a step at most)${inParts}`
  );
};

/**
 * What is wrong with how much servers are asked for: an answer has a limit, and a list of log-probs cannot be asked for
 * in parts. `vocabularySize` is the student's.
 */
export const answerSizeMistakes = (values: TrainingValues, task: Task, vocabularySize: number): Mistake[] => {
  const made = attempt(() => objectiveOf(values.objective));
  if ("message" in made) return [];
  return singleTeachers(values.teacher).flatMap(({ teacher, pointer }): Mistake[] => {
    if (!("server" in teacher)) return [];
    const { topK } = made.part;
    const detail: Detail = topK === undefined || pointer.includes("/mixture/") ? "all" : { topK };
    const prompt = attempt(() =>
      teacher.context === undefined ? task.longest.prompt : longestPromptText(task, teacher.context),
    );
    if ("message" in prompt || isArray(teacher.server.endpoint, detail)) return [];
    const tokens = readContext(values, task, prompt.part);
    if (tokens <= tokensOfAnswer(detail, vocabularySize)) return [];
    return [
      {
        pointer: `${pointer}/server/endpoint`,
        part: "key",
        message: sizeMessage(values, tokens, detail, vocabularySize),
      },
    ];
  });
};
