/** What a server of a policy answers, in the forms of vLLM's. */
import { Type, type Static, type TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { RefusedRequest } from "../remote/refused-request.ts";
import { healthRoute } from "./health-route.ts";
import type { Route } from "../remote/server.ts";
import type { Restarting } from "../workers/restarting.ts";
import { answerBytes, type AnswerSizes } from "./answer-bytes.ts";
import { completionRequest, generateRequest, type PolicyRequest, type ServedLimits } from "./policy-request.ts";
import type { PolicyHandlers } from "./policy-worker.ts";
import type { PolicyAnswer } from "./served-policy.ts";

/** A policy behind calls, and what its server says of it. */
export interface PolicyRoutesOptions extends ServedLimits, AnswerSizes {
  readonly thread: Pick<Restarting<PolicyHandlers>, "call" | "alive">;
  /** When the server was started, in seconds since 1970. */
  readonly created: number;
}

/** Most characters, and most tokens, of one request: what comes back is not much larger than what came. */
const [mostCharacters, mostTokens] = [2 ** 20, 2 ** 18];

const TokenizeBody = Type.Object({
  model: Type.Optional(Type.String()),
  prompt: Type.String({ maxLength: mostCharacters }),
  add_special_tokens: Type.Optional(Type.Boolean()),
});

const DetokenizeBody = Type.Object({
  model: Type.Optional(Type.String()),
  tokens: Type.Array(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }), { maxItems: mostTokens }),
});

const body = <T extends TSchema>(schema: T, document: unknown): Static<T> => {
  if (Value.Check(schema, document)) return document;
  const [first] = Value.Errors(schema, document);
  throw new RefusedRequest(400, `${first?.path ?? ""}: ${first?.message ?? "another form expected"}`);
};

/** Prompts and numbers that do not fit the policy are the client's fault; anything else is the server's. */
const refusing = async <Answer>(work: Promise<Answer>): Promise<Answer> => {
  try {
    return await work;
  } catch (error) {
    throw error instanceof RangeError ? new RefusedRequest(400, error.message) : error;
  }
};

/** An object as JSON in pieces, with one more member whose JSON is in pieces already. */
const withWritten = (document: object, key: string, written: readonly Uint8Array[]): readonly Uint8Array[] => [
  Buffer.from(`${JSON.stringify(document).slice(0, -1)},${JSON.stringify(key)}:`),
  ...written,
  Buffer.from("}"),
];

const nothing = [Buffer.from("null")];

const choiceJson = ({ text, finish, promptLogProbs = nothing }: PolicyAnswer, index: number): readonly Uint8Array[] =>
  withWritten(
    { index, text, logprobs: null, finish_reason: finish, stop_reason: null },
    "prompt_logprobs",
    promptLogProbs,
  );

const listJson = (items: readonly (readonly Uint8Array[])[]): readonly Uint8Array[] => [
  ...items.flatMap((item, i) => [Buffer.from(i === 0 ? "[" : ","), ...item]),
  Buffer.from("]"),
];

const usageOf = (answers: readonly PolicyAnswer[]): object => {
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  const [prompt, completion] = [
    sum(answers.map((each) => each.promptTokens)),
    sum(answers.map(({ tokens }) => tokens.length)),
  ];
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
};

/** Reads each document once, for the size of its answer and for the answer. */
const readOnce = (
  read: (document: unknown, limits: ServedLimits) => PolicyRequest,
  limits: ServedLimits,
): ((document: unknown) => PolicyRequest) => {
  const known = new WeakMap<object, PolicyRequest>();
  return (document) => {
    const request =
      (typeof document === "object" && document !== null && known.get(document)) || read(document, limits);
    // What is no object was refused.
    known.set(document as object, request);
    return request;
  };
};

const completionsRoute = ({ thread, created, ...limits }: PolicyRoutesOptions): Route => {
  let number = 0;
  const requestOf = readOnce(completionRequest, limits);
  return {
    method: "POST",
    path: "/v1/completions",
    bytes: (document) => answerBytes(requestOf(document), limits),
    async answer(document, signal) {
      const answers = await refusing(thread.call("answer", requestOf(document), { signal }));
      const head = { id: `cmpl-${(number += 1)}`, object: "text_completion", created, model: limits.name };
      return withWritten({ ...head, usage: usageOf(answers) }, "choices", listJson(answers.map(choiceJson)));
    },
  };
};

const generateRoute = ({ thread, ...limits }: PolicyRoutesOptions): Route => {
  let number = 0;
  const requestOf = readOnce(generateRequest, limits);
  return {
    method: "POST",
    path: "/inference/v1/generate",
    bytes: (document) => answerBytes(requestOf(document), limits),
    async answer(document, signal) {
      const [answer] = await refusing(thread.call("answer", requestOf(document), { signal }));
      const { tokens, finish, promptLogProbs = nothing, chosen = null } = answer!;
      const choices = [{ index: 0, logprobs: null, finish_reason: finish, token_ids: tokens }];
      const head = { request_id: `generate-${(number += 1)}`, choices, prompt_token_id_logprobs: chosen };
      return withWritten(head, "prompt_logprobs", promptLogProbs);
    },
  };
};

/** `/health`, `/v1/models`, `/v1/completions`, `/inference/v1/generate`, `/tokenize` and `/detokenize`. */
export const policyRoutes = (options: PolicyRoutesOptions): readonly Route[] => {
  const { thread, name, contextLength, created } = options;
  const model = { id: name, object: "model", created, owned_by: "retort", max_model_len: contextLength };
  return [
    healthRoute(thread),
    { method: "GET", path: "/v1/models", answer: () => Promise.resolve({ object: "list", data: [model] }) },
    completionsRoute(options),
    generateRoute(options),
    {
      method: "POST",
      path: "/tokenize",
      async answer(document, signal) {
        const { prompt, add_special_tokens: whole = true } = body(TokenizeBody, document);
        const tokens = await refusing(thread.call("tokenize", { text: prompt, whole }, { signal }));
        return { count: tokens.length, max_model_len: contextLength, tokens };
      },
    },
    {
      method: "POST",
      path: "/detokenize",
      async answer(document, signal) {
        return { prompt: await refusing(thread.call("detokenize", body(DetokenizeBody, document).tokens, { signal })) };
      },
    },
  ];
};
