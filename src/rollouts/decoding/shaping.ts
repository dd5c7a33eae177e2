/** Shaping: what is done to a policy's logits before a token is drawn from them. */
import * as tf from "@tensorflow/tfjs";
import {
  excludeWhile,
  keepMinP,
  keepTopK,
  keepTopP,
  penalizeSeen,
  type Amount,
  type GivenTopK,
  type GivenTopP,
} from "./logit-filters.ts";

/**
 * How the distribution that is drawn from is made of the policy's own. In this order, which is that of transformers:
 * repetition penalty, minimum length, temperature, top-k, top-p, min-p; each sees what those before it have left,
 * normalised anew. What is left out does nothing.
 */
export interface Shaping {
  /**
   * Divides the logits; 0 is greedy: the likeliest token after repetition penalty and minimum length, whatever the rest
   * says.
   */
  readonly temperature: number;
  /** Only the k likeliest tokens are drawn, and those as likely as the last of them; from 1. */
  readonly topK?: number;
  /**
   * Only the likeliest tokens are drawn that together have this probability, the one that reaches it included; in (0,
   * 1].
   */
  readonly topP?: number;
  /** Only tokens are drawn that have at least this share of the likeliest one's probability; in [0, 1]. */
  readonly minP?: number;
  /**
   * Logits of tokens that prompt or completion have already are divided by it, or multiplied where they are negative;
   * above 0. An encoder's prompt does not count.
   */
  readonly repetitionPenalty?: number;
  /** No token ends a completion that would have fewer tokens than this, the end not counted. */
  readonly minNewTokens?: number;
}

/** Shaping as a program has it: each number is fixed with the program, or comes with each run. */
export interface ProgramShaping {
  /** One that comes with each run comes as its inverse. */
  readonly temperature: number | { readonly inverse: tf.Scalar };
  readonly topK?: number | GivenTopK;
  readonly topP?: number | GivenTopP;
  readonly minP?: number | { readonly log: tf.Scalar };
  readonly repetitionPenalty?: Amount;
  /** A scalar is int32. */
  readonly minNewTokens?: Amount;
}

/** What the constraints read besides logits. */
export interface Moment {
  /** Scalar int32: tokens that the completion has. */
  readonly length: tf.Scalar;
  /** [B, V] float32: 1 for tokens that prompt or completion have; there when repetition is penalised. */
  readonly seen?: tf.Tensor2D;
}

/** Lowest temperature above 0: below it, logits divided by it leave float32. */
const lowestTemperature = 1e-4;

/** `RangeError` unless the temperature is 0 or at least `lowestTemperature`, and finite. */
export const checkTemperature = (temperature: number): void => {
  if (temperature === 0 || (temperature >= lowestTemperature && Number.isFinite(temperature))) return;
  throw new RangeError(
    `expected a sampling temperature of 0 (greedy) or at least ${lowestTemperature}, got ${temperature}`,
  );
};

const bounds: Readonly<
  Record<Exclude<keyof Shaping, "temperature">, { holds: (value: number) => boolean; expected: string }>
> = {
  topK: { holds: (value) => Number.isInteger(value) && value >= 1, expected: "a whole number from 1" },
  topP: { holds: (value) => value > 0 && value <= 1, expected: "a probability in (0, 1]" },
  minP: { holds: (value) => value >= 0 && value <= 1, expected: "a share in [0, 1]" },
  repetitionPenalty: {
    holds: (value) => value > 0 && Number.isFinite(value),
    expected: "a number above 0 (1 does nothing)",
  },
  minNewTokens: { holds: (value) => Number.isInteger(value) && value >= 0, expected: "a whole number from 0" },
};

/** `RangeError` for a value outside of its bounds. */
export const checkShaping = (shaping: Shaping): void => {
  checkTemperature(shaping.temperature);
  for (const [name, { holds, expected }] of Object.entries(bounds)) {
    const value = shaping[name as keyof typeof bounds];
    if (value !== undefined && !holds(value))
      throw new RangeError(`shaping: expected ${name} to be ${expected}, got ${value}`);
  }
};

/** The shaping among other settings; what is not set stays left out. */
export const shapingIn = ({ temperature, ...settings }: Shaping): Shaping => {
  const names = Object.keys(bounds) as (keyof typeof bounds)[];
  return {
    temperature,
    ...Object.fromEntries(names.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]]))),
  };
};

/** Whether tokens that have been seen are penalised. */
export const penalizes = ({ repetitionPenalty = 1 }: Pick<ProgramShaping, "repetitionPenalty">): boolean =>
  repetitionPenalty !== 1;

/** Whether the distribution that draws is the policy's own but for the temperature; a greedy one is not. */
export const isTempered = (shaping: Shaping): boolean => {
  const { temperature, topK, topP = 1, minP = 0, minNewTokens = 0 } = shaping;
  return temperature > 0 && topK === undefined && topP === 1 && minP === 0 && minNewTokens === 0 && !penalizes(shaping);
};

/**
 * The first part, which greedy decoding and beam search share: repetition penalty, then minimum length. `ends` are the
 * tokens that end.
 */
export const constrained = (
  logits: tf.Tensor2D,
  shaping: ProgramShaping,
  ends: readonly number[],
  { length, seen }: Moment,
): tf.Tensor2D => {
  const { repetitionPenalty = 1, minNewTokens = 0 } = shaping;
  const penalized = seen === undefined ? logits : penalizeSeen(logits, seen, repetitionPenalty);
  if (minNewTokens === 0) return penalized;
  const least = typeof minNewTokens === "number" ? tf.scalar(minNewTokens, "int32") : minNewTokens;
  return excludeWhile(penalized, ends, tf.less(length, least));
};

/** log softmax(logits / temperature), in nats, [B, V] for a temperature above 0. */
export const logProbsAt = (logits: tf.Tensor2D, temperature: number): tf.Tensor2D =>
  tf.logSoftmax(temperature === 1 ? logits : tf.mul(logits, 1 / temperature));

/**
 * The second part: temperature above 0, top-k, top-p, min-p. Gives log-probs [B, V] in nats, finite; what is ruled out
 * has probability 0.
 */
export const narrowed = (
  logits: tf.Tensor2D,
  { temperature, topK = Infinity, topP = 1, minP = 0 }: ProgramShaping,
): tf.Tensor2D => {
  const inverse: Amount = typeof temperature === "number" ? 1 / temperature : temperature.inverse;
  const tempered: tf.Tensor2D = inverse === 1 ? logits : tf.mul(logits, inverse);
  return tf.logSoftmax(keepMinP(keepTopP(keepTopK(tempered, topK), topP), minP));
};
