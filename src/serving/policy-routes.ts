/** What a server of a policy answers, in the forms of vLLM's. */
import { Type, type Static, type TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { RefusedRequest } from "../remote/refused-request.ts";
import type { Route } from "../remote/server.ts";
import type { Caller } from "../workers/connect.ts";
import { completionRequest, generateRequest, type PolicyRequest, type ServedLimits } from "./policy-request.ts";
import type { PolicyHandlers } from "./policy-worker.ts";
import type { PolicyAnswer } from "./served-policy.ts";

/** A policy behind calls, and what its server says of it. */
export interface PolicyRoutesOptions extends ServedLimits {
  readonly thread: Pick<Caller<PolicyHandlers>, "call">;
  /** Most tokens of prompt and completion together. */
  readonly contextLength: number;
  /** When the server was started, in seconds since 1970. */
  readonly created: number;
}

const TokenizeBody = Type.Object({
  model: Type.Optional(Type.String()),
  prompt: Type.String(),
  add_special_tokens: Type.Optional(Type.Boolean()),
});

const DetokenizeBody = Type.Object({
  model: Type.Optional(Type.String()),
  tokens: Type.Array(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
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

/** An object as JSON, with members whose JSON is there already. */
const withWritten = (document: object, written: Readonly<Record<string, string>>): string => {
  const members = Object.entries(written).map(([key, json]) => `${JSON.stringify(key)}:${json}`);
  return [JSON.stringify(document).slice(0, -1), ...members].join(",").concat("}");
};

const choiceJson = ({ text, finish, promptLogProbs = "null" }: PolicyAnswer, index: number): string =>
  withWritten(
    { index, text, logprobs: null, finish_reason: finish, stop_reason: null },
    { prompt_logprobs: promptLogProbs },
  );

const usageOf = (answers: readonly PolicyAnswer[]): object => {
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  const [prompt, completion] = [
    sum(answers.map((each) => each.promptTokens)),
    sum(answers.map(({ tokens }) => tokens.length)),
  ];
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
};

const completionsRoute = ({ thread, created, ...limits }: PolicyRoutesOptions): Route => {
  let number = 0;
  return {
    method: "POST",
    path: "/v1/completions",
    async answer(document, signal) {
      const answers = await refusing(thread.call("answer", completionRequest(document, limits), { signal }));
      const head = { id: `cmpl-${(number += 1)}`, object: "text_completion", created, model: limits.name };
      return Buffer.from(
        withWritten({ ...head, usage: usageOf(answers) }, { choices: `[${answers.map(choiceJson).join(",")}]` }),
      );
    },
  };
};

const generateRoute = ({ thread, ...limits }: PolicyRoutesOptions): Route => {
  let number = 0;
  const answerOf = async (request: PolicyRequest, signal: AbortSignal): Promise<PolicyAnswer> => {
    const [answer] = await refusing(thread.call("answer", request, { signal }));
    return answer!;
  };
  return {
    method: "POST",
    path: "/inference/v1/generate",
    async answer(document, signal) {
      const {
        tokens,
        finish,
        promptLogProbs = "null",
        chosen = null,
      } = await answerOf(generateRequest(document, limits), signal);
      const choices = [{ index: 0, logprobs: null, finish_reason: finish, token_ids: tokens }];
      const head = { request_id: `generate-${(number += 1)}`, choices, prompt_token_id_logprobs: chosen };
      return Buffer.from(withWritten(head, { prompt_logprobs: promptLogProbs }));
    },
  };
};

/** `/health`, `/v1/models`, `/v1/completions`, `/inference/v1/generate`, `/tokenize` and `/detokenize`. */
export const policyRoutes = (options: PolicyRoutesOptions): readonly Route[] => {
  const { thread, name, contextLength, created } = options;
  const model = { id: name, object: "model", created, owned_by: "retort", max_model_len: contextLength };
  return [
    { method: "GET", path: "/health", always: true, answer: () => Promise.resolve({}) },
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
