/** The two ways to ask vLLM for the log-probs of tokens that are there already. */
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { Detail, TeacherScore } from "../teacher.ts";
import { readNpy } from "./npy.ts";
import { allLogProbs, completionPositions, impossible, tokenLogProbs, topLogProbs } from "./prompt-log-probs.ts";

/** One way. */
export interface Endpoint {
  readonly path: string;
  /** The body of the request that scores a rollout. One token is drawn too: not every version draws none. */
  request(model: string, rollout: Rollout, detail: Detail): object;
  /** The score in an answer. `RangeError` says what is wrong with it. */
  score(answer: unknown, rollout: Rollout, detail: Detail, vocabularySize: number): TeacherScore;
}

const idsOf = ({ promptTokens, tokens }: Rollout): number[] => [...promptTokens, ...tokens];

/** vLLM's `prompt_logprobs`: so many of the likeliest and the position's own, 0 for that alone, -1 for all. */
const countOf = (detail: Detail): number => {
  if (detail === "all") return -1;
  return detail === "tokens" ? 0 : detail.topK;
};

const scoreIn = (
  list: unknown,
  { promptTokens, tokens }: Rollout,
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

/** `/v1/completions`, as OpenAI's with vLLM's `prompt_logprobs`. */
const completions: Endpoint = {
  path: "v1/completions",
  request: (model, rollout, detail) => ({
    model,
    prompt: idsOf(rollout),
    max_tokens: 1,
    temperature: 0,
    prompt_logprobs: countOf(detail),
  }),
  score(answer, rollout, detail, vocabularySize) {
    const choices = field(answer, "choices");
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
    return scoreIn(field(choice, "prompt_logprobs"), rollout, detail, vocabularySize);
  },
};

/** [L] out of the array [L, 1] that chosen ids give. */
const chosenLogProbs = (encoded: unknown, { tokens }: Rollout): Float32Array => {
  if (typeof encoded !== "string")
    throw new RangeError("expected prompt_token_id_logprobs, got none; the server may be too old for them");
  const { rows, columns, values } = readNpy(Buffer.from(encoded, "base64"));
  if (rows !== tokens.length || columns !== 1)
    throw new RangeError(`expected ${tokens.length} x 1 log-probs, got ${rows} x ${columns}`);
  const wrong = values.find((value) => Number.isNaN(value) || value > 1e-3);
  if (wrong !== undefined) throw new RangeError(`expected log-probs of at most 0, got ${wrong}`);
  return values.map((value) => Math.min(0, Math.max(impossible, value)));
};

/**
 * `/inference/v1/generate`, ids in and log-probs out: of a rollout's own tokens as one array, by
 * `prompt_logprob_token_ids`.
 */
const generate: Endpoint = {
  path: "inference/v1/generate",
  request(model, rollout, detail) {
    const { promptTokens, tokens } = rollout;
    const asked =
      detail === "tokens"
        ? { prompt_logprob_token_ids: Array.from(tokens, (id) => [id]), prompt_logprob_start: promptTokens.length - 1 }
        : { prompt_logprobs: countOf(detail) };
    return {
      model,
      token_ids: idsOf(rollout),
      sampling_params: { max_tokens: 1, temperature: 0, detokenize: false, ...asked },
    };
  },
  score(answer, rollout, detail, vocabularySize) {
    if (detail === "tokens") return { logProbs: chosenLogProbs(field(answer, "prompt_token_id_logprobs"), rollout) };
    return scoreIn(field(answer, "prompt_logprobs"), rollout, detail, vocabularySize);
  },
};

/** By the name that an experiment file has for them. */
export const endpoints = { completions, generate } as const;
