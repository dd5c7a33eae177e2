/** How large the answers of a teacher's server are, and where they end. */
import type { Detail } from "../teacher.ts";
import type { TeacherServerValues } from "./settings.ts";

/** Most log-probs of one answer: some hundred megabytes as JSON, 11 as an array. */
export const mostLogProbs = 2 ** 21;

/** About as many bytes has one log-prob as JSON, with its id, its rank and its token's text. */
export const jsonBytes = 75;

/** Log-probs that a server is asked for at each token; 1 is the token's own. */
const logProbsAt = (detail: Detail, vocabularySize: number): number => {
  if (detail === "all") return vocabularySize;
  return detail === "tokens" ? 1 : Math.min(vocabularySize, detail.topK + 1);
};

/** Whether the answers are arrays, of which any part can be asked for: of ids that the request names. */
export const isArray = (endpoint: TeacherServerValues["endpoint"], detail: Detail): boolean =>
  endpoint === "generate" && (detail === "all" || detail === "tokens");

/** About as many bytes has what a server says of one token. */
export const bytesOfToken = (
  endpoint: TeacherServerValues["endpoint"],
  detail: Detail,
  vocabularySize: number,
): number =>
  // Four bytes of float32 are 16/3 in base64.
  logProbsAt(detail, vocabularySize) * (isArray(endpoint, detail) ? 16 / 3 : jsonBytes);

/**
 * Most tokens of prompt and completion whose scores are one answer. A list has the prompt's too, and cannot be asked
 * for in parts.
 */
export const tokensOfAnswer = (detail: Detail, vocabularySize: number): number =>
  Math.floor(mostLogProbs / logProbsAt(detail, vocabularySize));
