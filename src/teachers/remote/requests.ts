/** The two ways to ask vLLM for the log-probs of tokens that are there already. */
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { Detail, TeacherScore } from "../teacher.ts";
import { tokensOfAnswer } from "./answer-size.ts";
import { readNpy } from "./npy.ts";
import { allLogProbs, completionPositions, impossible, tokenLogProbs, topLogProbs } from "./prompt-log-probs.ts";

/** One way. */
export interface Endpoint {
  readonly path: string;
  /**
   * What scores a rollout: one request, or several where one answer would be too large; `wanted` is each one's, in the
   * order of the completion's tokens. `RangeError` where one would be and cannot be parted.
   */
  parts(rollout: Rollout, detail: Detail, vocabularySize: number): readonly Part[];
  /** The body of a request. One token is drawn too: not every version draws none. */
  request(model: string, part: Part, detail: Detail, vocabularySize: number): object;
  /** The score in an answer to it. `RangeError` says what is wrong with it. */
  score(answer: unknown, part: Part, detail: Detail, vocabularySize: number): TeacherScore;
}

/** Tokens that are scored by one request: all of a completion, or some, after those before them. */
export type Part = Pick<Rollout, "promptTokens" | "tokens">;

const idsOf = ({ promptTokens, tokens }: Part): number[] => [...promptTokens, ...tokens];

/** vLLM's `prompt_logprobs`: so many of the likeliest and the position's own, 0 for that alone, -1 for all. */
const countOf = (detail: Detail): number => {
  if (detail === "all") return -1;
  return detail === "tokens" ? 0 : detail.topK;
};

const scoreIn = (
  list: unknown,
  { promptTokens, tokens }: Part,
  detail: Detail,
  vocabularySize: number,
): TeacherScore => {
  const positions = completionPositions(list, promptTokens.length, tokens.length);
  if (detail === "all") return { logProbs: allLogProbs(positions, vocabularySize) };
  if (detail === "tokens") return { logProbs: tokenLogProbs(positions, tokens, vocabularySize) };
  return topLogProbs(positions, detail.topK, vocabularySize);
};

const field = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;

/** A list, which has an entry for each token from the prompt's first on. */
const whole: Endpoint["parts"] = (rollout, detail, vocabularySize) => {
  const most = tokensOfAnswer(detail, vocabularySize);
  const { length } = idsOf(rollout);
  if (length <= most) return [rollout];
  throw new RangeError(
    `teacher: expected at most ${most} tokens of prompt and completion, whose scores fit one answer, got ${length}; ` +
      'take the likeliest K ("topK" of the objective), or "endpoint": "generate", which gives all in parts',
  );
};

/** `/v1/completions`, as OpenAI's with vLLM's `prompt_logprobs`. */
const completions: Endpoint = {
  path: "v1/completions",
  parts: whole,
  request: (model, part, detail) => ({
    model,
    prompt: idsOf(part),
    max_tokens: 1,
    temperature: 0,
    prompt_logprobs: countOf(detail),
  }),
  score(answer, part, detail, vocabularySize) {
    const choices = field(answer, "choices");
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
    return scoreIn(field(choice, "prompt_logprobs"), part, detail, vocabularySize);
  },
};

/** [L, C] out of the array that chosen ids give, C for each of L tokens. */
const chosenLogProbs = (encoded: unknown, { tokens }: Part, width: number): Float32Array => {
  if (typeof encoded !== "string")
    throw new RangeError("expected prompt_token_id_logprobs, got none; the server may be too old for them");
  const { rows, columns, values } = readNpy(Buffer.from(encoded, "base64"));
  if (rows !== tokens.length || columns !== width)
    throw new RangeError(`expected ${tokens.length} x ${width} log-probs, got ${rows} x ${columns}`);
  const wrong = values.find((value) => Number.isNaN(value) || value > 1e-3);
  if (wrong !== undefined) throw new RangeError(`expected log-probs of at most 0, got ${wrong}`);
  return values.map((value) => Math.min(0, Math.max(impossible, value)));
};

/** As many tokens at once as one answer holds, after all that is before them; an empty completion is one part too. */
const partsOf = ({ promptTokens, tokens }: Rollout, most: number): readonly Part[] =>
  Array.from({ length: Math.max(1, Math.ceil(tokens.length / most)) }, (_, k) => ({
    promptTokens: Int32Array.of(...promptTokens, ...tokens.subarray(0, k * most)),
    tokens: tokens.subarray(k * most, (k + 1) * most),
  }));

/** The ids whose log-probs are asked for at each token. */
const chosenIds = (tokens: Int32Array, detail: "all" | "tokens", vocabularySize: number): number[][] => {
  if (detail === "tokens") return Array.from(tokens, (id) => [id]);
  const all = Array.from({ length: vocabularySize }, (_, id) => id);
  return Array.from(tokens, () => all);
};

/**
 * `/inference/v1/generate`, ids in and log-probs out: of a rollout's own tokens, or of all, as one array by
 * `prompt_logprob_token_ids`, which is asked for from any token on.
 */
const generate: Endpoint = {
  path: "inference/v1/generate",
  parts(rollout, detail, vocabularySize) {
    if (typeof detail === "object") return whole(rollout, detail, vocabularySize);
    return detail === "tokens" ? [rollout] : partsOf(rollout, Math.max(1, tokensOfAnswer(detail, vocabularySize)));
  },
  request(model, part, detail, vocabularySize) {
    const { promptTokens, tokens } = part;
    const asked =
      typeof detail === "object"
        ? { prompt_logprobs: countOf(detail) }
        : {
            prompt_logprob_token_ids: chosenIds(tokens, detail, vocabularySize),
            prompt_logprob_start: promptTokens.length - 1,
          };
    return {
      model,
      token_ids: idsOf(part),
      sampling_params: { max_tokens: 1, temperature: 0, detokenize: false, ...asked },
    };
  },
  score(answer, part, detail, vocabularySize) {
    if (typeof detail === "object") return scoreIn(field(answer, "prompt_logprobs"), part, detail, vocabularySize);
    const width = detail === "tokens" ? 1 : vocabularySize;
    return { logProbs: chosenLogProbs(field(answer, "prompt_token_id_logprobs"), part, width) };
  },
};

/** By the name that an experiment file has for them. */
export const endpoints = { completions, generate } as const;
