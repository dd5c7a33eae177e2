/** How large the answer to a request is, before it is made. */
import { jsonBytes, mostLogProbs } from "../teachers/remote/answer-size.ts";
import type { PolicyRequest } from "./policy-request.ts";
import { columnsOf } from "./prompt-log-probs.ts";

/** What the sizes of answers depend on. */
export interface AnswerSizes {
  readonly vocabularySize: number;
  /** Most tokens of prompt and completion together. */
  readonly contextLength: number;
}

/** Log-probs of a prompt's tokens that are listed. */
const listedOf = (tokens: number, { promptLogProbs }: PolicyRequest, vocabularySize: number): number =>
  tokens * (promptLogProbs === "all" ? vocabularySize : (promptLogProbs ?? -1) + 1);

/** Log-probs of chosen ids, as many as the array has: the longest row is that of all. */
const chosenOf = ({ chosen }: PolicyRequest): number =>
  chosen === undefined ? 0 : chosen.ids.length * columnsOf(chosen);

/** Log-probs of an answer about prompts of these lengths. */
export const entriesOf = (lengths: readonly number[], request: PolicyRequest, vocabularySize: number): number =>
  lengths.reduce((sum, length) => sum + listedOf(length, request, vocabularySize) + chosenOf(request), 0);

/** Four bytes of float32 in base64. */
const base64Bytes = 16 / 3;

/** A token's id, and its text, about. */
const tokenBytes = 32;

/** Most tokens that a text may have, where each byte is one, within a context. */
const tokensOf = (prompt: string | readonly number[], contextLength: number): number =>
  Math.min(contextLength, typeof prompt === "string" ? Buffer.byteLength(prompt) : prompt.length);

/** About as many bytes has the answer, at most; of more log-probs than one answer may have there is none. */
export const answerBytes = (request: PolicyRequest, { vocabularySize, contextLength }: AnswerSizes): number => {
  const { prompts, maxNewTokens } = request;
  const listed = prompts.reduce(
    (sum, prompt) => sum + listedOf(tokensOf(prompt, contextLength), request, vocabularySize),
    0,
  );
  return Math.ceil(
    Math.min(mostLogProbs, listed) * jsonBytes +
      Math.min(mostLogProbs, prompts.length * chosenOf(request)) * base64Bytes +
      prompts.length * Math.min(maxNewTokens, contextLength) * tokenBytes,
  );
};
