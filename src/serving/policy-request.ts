/** What is asked of a served policy, in the words of vLLM's two endpoints. */
import { Type, type Static, type TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { RefusedRequest } from "../remote/refused-request.ts";
import type { Shaping } from "../rollouts/decoding/shaping.ts";
import type { ChosenIds } from "./prompt-log-probs.ts";
import type { Breadth } from "./prompt-scorer.ts";
import { closedObject } from "../plugins/closed-object.ts";

/** What each prompt of a request is to get. Plain data: it goes to the thread of the policy. */
export interface PolicyRequest {
  /** Texts, or ids. */
  readonly prompts: readonly (string | readonly number[])[];
  readonly shaping: Shaping;
  readonly maxNewTokens: number;
  readonly stops: readonly string[];
  readonly seed?: number;
  /** Log-probs of the prompt's own tokens, and so many of the likeliest beside each. */
  readonly promptLogProbs?: Breadth;
  readonly chosen?: ChosenIds;
}

const optional = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

const Id = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 });
const Ids = Type.Array(Id, { minItems: 1, maxItems: 2 ** 20 });
const Text = Type.String({ minLength: 1 });

/** How tokens are drawn, by vLLM's names. */
const sampling = {
  max_tokens: optional(Type.Integer({ minimum: 0 })),
  min_tokens: optional(Type.Integer({ minimum: 0 })),
  temperature: optional(Type.Number({ minimum: 0 })),
  top_k: optional(Type.Integer({ minimum: -1 })),
  top_p: optional(Type.Number({ exclusiveMinimum: 0, maximum: 1 })),
  min_p: optional(Type.Number({ minimum: 0, maximum: 1 })),
  repetition_penalty: optional(Type.Number({ exclusiveMinimum: 0 })),
  seed: optional(Type.Integer()),
  stop: optional(Type.Union([Text, Type.Array(Text, { maxItems: 16 })])),
  prompt_logprobs: optional(Type.Integer({ minimum: -1 })),
  n: optional(Type.Literal(1)),
  skip_special_tokens: optional(Type.Literal(true)),
};

/** Body of `/v1/completions`. What would change the answer and is not known is refused, not passed over. */
const CompletionBody = closedObject({
  model: optional(Type.String()),
  prompt: Type.Union([
    Text,
    Ids,
    Type.Array(Text, { minItems: 1, maxItems: 256 }),
    Type.Array(Ids, { minItems: 1, maxItems: 256 }),
  ]),
  ...sampling,
  stream: optional(Type.Literal(false)),
  echo: optional(Type.Literal(false)),
  logprobs: optional(Type.Never()),
  user: optional(Type.String()),
});

/** Body of `/inference/v1/generate`. */
const GenerateBody = closedObject({
  request_id: optional(Type.String()),
  model: optional(Type.String()),
  token_ids: Ids,
  sampling_params: closedObject({
    ...sampling,
    detokenize: optional(Type.Boolean()),
    prompt_logprob_token_ids: optional(
      Type.Array(Type.Array(Type.Integer({ minimum: -1, maximum: 2 ** 31 - 1 }), { minItems: 1 })),
    ),
    prompt_logprob_start: optional(Type.Integer({ minimum: 0 })),
  }),
  stream: optional(Type.Literal(false)),
});

type Sampling = Static<ReturnType<typeof Type.Object<typeof sampling>>>;

/** A value of a request as an error shows it, however large it is. */
const shown = (value: unknown): string => {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return JSON.stringify(typeof value === "string" ? value.slice(0, 80) : value) ?? "nothing";
};

const checked = <T extends TSchema>(schema: T, document: unknown): Static<T> => {
  if (Value.Check(schema, document)) return document;
  const [first] = Value.Errors(schema, document);
  throw new RefusedRequest(
    400,
    `${first?.path ?? ""}: ${first?.message ?? "another form expected"}, got ${shown(first?.value)}`,
  );
};

/** `top_k` of 0 and -1 mean all tokens. */
const shapingOf = ({ temperature, top_k, top_p, min_p, repetition_penalty, min_tokens }: Sampling): Shaping => ({
  temperature: temperature ?? 1,
  ...(typeof top_k === "number" && top_k > 0 ? { topK: top_k } : {}),
  ...(typeof top_p === "number" ? { topP: top_p } : {}),
  ...(typeof min_p === "number" ? { minP: min_p } : {}),
  ...(typeof repetition_penalty === "number" ? { repetitionPenalty: repetition_penalty } : {}),
  ...(typeof min_tokens === "number" ? { minNewTokens: min_tokens } : {}),
});

const breadthOf = (count: number, most: number): Breadth => {
  if (most >= 0 && (count === -1 || count > most)) {
    throw new RefusedRequest(
      400,
      `expected prompt_logprobs of at most ${most}, the server's --max-logprobs, got ${count}`,
    );
  }
  return count === -1 ? "all" : count;
};

const drawingOf = (values: Sampling, mostLogProbs: number, maxTokens: number): Omit<PolicyRequest, "prompts"> => {
  const { stop, seed, max_tokens, prompt_logprobs } = values;
  return {
    shaping: shapingOf(values),
    maxNewTokens: max_tokens ?? maxTokens,
    stops: typeof stop === "string" ? [stop] : (stop ?? []),
    ...(typeof seed === "number" ? { seed } : {}),
    ...(typeof prompt_logprobs === "number" ? { promptLogProbs: breadthOf(prompt_logprobs, mostLogProbs) } : {}),
  };
};

const checkModel = (asked: string | null | undefined, name: string): void => {
  if (typeof asked === "string" && asked !== name) {
    throw new RefusedRequest(
      404,
      `expected the model ${JSON.stringify(name)}, got ${JSON.stringify(asked.slice(0, 200))}`,
    );
  }
};

/** Whose server it is, and what it gives at most. */
export interface ServedLimits {
  /** What the model is called. */
  readonly name: string;
  /** Most log-probs beside a token's own; -1: as many as there are. */
  readonly mostLogProbs: number;
}

/**
 * Reads the body of `/v1/completions`. `RefusedRequest` for another model, for what is malformed, and for what is not
 * supported.
 */
export const completionRequest = (document: unknown, { name, mostLogProbs }: ServedLimits): PolicyRequest => {
  const body = checked(CompletionBody, document);
  checkModel(body.model, name);
  const { prompt } = body;
  const one = typeof prompt === "string" || typeof prompt[0] === "number";
  return { prompts: (one ? [prompt] : prompt) as PolicyRequest["prompts"], ...drawingOf(body, mostLogProbs, 16) };
};

/** Reads the body of `/inference/v1/generate`, likewise. */
export const generateRequest = (document: unknown, { name, mostLogProbs }: ServedLimits): PolicyRequest => {
  const { model, token_ids, sampling_params: values } = checked(GenerateBody, document);
  checkModel(model, name);
  const request = { prompts: [token_ids], ...drawingOf(values, mostLogProbs, 16) };
  const { prompt_logprob_token_ids: ids, prompt_logprob_start } = values;
  if (ids === undefined || ids === null) return request;
  const start = prompt_logprob_start ?? 0;
  if (ids.length !== token_ids.length - 1 - start) {
    throw new RefusedRequest(
      400,
      `expected ${token_ids.length - 1 - start} rows of prompt_logprob_token_ids, got ${ids.length}`,
    );
  }
  return { ...request, chosen: { ids, start } };
};
