/** What goes between a reward over HTTP and its server: docs/remote-scorers.md. */
import { Type, type Static } from "@sinclair/typebox";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { RewardScore } from "../reward.ts";
import { defined } from "../../optional/defined.ts";

const Ids = Type.Array(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }));

/** A rollout as a server reads it: the names of a `RewardExample`, and what else is known. */
export const WireRollout = Type.Object({
  prompt: Type.String(),
  completion: Type.String(),
  /** null in a task without references. */
  reference: Type.Union([Type.String(), Type.Null()]),
  /** Further texts of the prompt, by name, where it has some. */
  fields: Type.Optional(Type.Record(Type.String(), Type.String())),
  /** Of a prompt that asks for code. */
  tests: Type.Optional(Type.Array(Type.String())),
  /** Of the prompt in its split. */
  index: Type.Integer(),
  /** Of the completion in its group. */
  sample: Type.Integer(),
  finish: Type.Union([Type.Literal("stop"), Type.Literal("length")]),
  promptTokens: Ids,
  tokens: Ids,
  version: Type.Integer(),
  source: Type.Union([Type.Literal("student"), Type.Literal("teacher"), Type.Literal("data")]),
});

/** A rollout as it is sent; `reference` says whether the task has references. */
export const wireRollout = (rollout: Rollout, answered: boolean): Static<typeof WireRollout> => {
  const { prompt, order, promptTokens, tokens, finish, text, version, source } = rollout;
  return {
    prompt: prompt.text,
    completion: text,
    reference: answered ? prompt.reference : null,
    ...defined({ fields: prompt.fields && { ...prompt.fields }, tests: prompt.tests && [...prompt.tests] }),
    index: prompt.index,
    sample: order.sample,
    finish,
    promptTokens: [...promptTokens],
    tokens: [...tokens],
    version,
    source,
  };
};

/**
 * The rollout that was sent; what is not sent, such as log-probs of its tokens, is 0. `row` is its index among those
 * that were sent with it.
 */
export const receivedRollout = (sent: Static<typeof WireRollout>, row: number): Rollout => {
  const { prompt: text, completion, reference, fields, tests, index, sample, promptTokens, tokens, ...rest } = sent;
  return {
    prompt: { index, text, reference: reference ?? "", ...defined({ fields, tests }) },
    order: { prompt: row, sample },
    promptTokens: Int32Array.from(promptTokens),
    tokens: Int32Array.from(tokens),
    behaviorLogProbs: new Float32Array(tokens.length),
    finish: rest.finish,
    text: completion,
    version: rest.version,
    source: rest.source,
  };
};

/** Why a rollout has no score, as a server says it. */
export interface WireFailure {
  readonly error: string;
  /** False: another attempt is no use. */
  readonly retryable: boolean;
}

/** `{ error, retryable }` instead of a score, `retryable` or left out; `undefined` for anything else. */
export const wireFailure = (score: unknown): WireFailure | undefined => {
  if (typeof score !== "object" || score === null || !("error" in score) || typeof score.error !== "string")
    return undefined;
  return { error: score.error, retryable: !("retryable" in score && score.retryable === false) };
};

/**
 * Scores of so many rollouts in an answer, of which nothing else is known; `undefined` when it holds another number, or
 * none.
 */
export const wireScores = (answer: unknown, count: number): readonly unknown[] | undefined => {
  const scores = typeof answer === "object" && answer !== null && "scores" in answer ? answer.scores : undefined;
  return Array.isArray(scores) && scores.length === count ? (scores as readonly unknown[]) : undefined;
};

const isFiniteNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** More parts than this, or longer names, are no score. */
const mostParts = 64;

/**
 * A score: a finite number, or `{ value, parts }` of finite numbers, at most 64 parts by name, or none. `undefined` for
 * anything else.
 */
export const wireScore = (score: unknown): RewardScore | undefined => {
  if (isFiniteNumber(score)) return { value: score, parts: {} };
  if (typeof score !== "object" || score === null || !("value" in score) || !isFiniteNumber(score.value))
    return undefined;
  const parts: unknown = "parts" in score ? score.parts : {};
  if (typeof parts !== "object" || parts === null || Array.isArray(parts)) return undefined;
  const entries = Object.entries(parts as Readonly<Record<string, unknown>>);
  return entries.length <= mostParts &&
    entries.every((entry): entry is [string, number] => entry[0].length <= 64 && isFiniteNumber(entry[1]))
    ? { value: score.value, parts: Object.fromEntries(entries) }
    : undefined;
};
