/** What a generation program is made for, and whether it fits the policies. */
import type { Policy } from "../../policies/policy.ts";
import type { Mixture } from "../behaviors/behavior.ts";
import { checkShaping, checkTemperature, type Shaping } from "./shaping.ts";

/** A teacher that reads along, and the distribution that both make together. */
export interface Mixed {
  /** Of the policy's vocabulary. */
  readonly teacher: Policy;
  /** Divides the teacher's logits; above 0. */
  readonly temperature: number;
  readonly mixture: Mixture;
}

/**
 * What one generation program is made for. In a mixture the shaping is the policy's, before it is mixed; the teacher
 * has its own temperature, and shares the minimum length. A temperature of 0 is greedy, and then there is no mixture.
 */
export interface GenerationOptions extends Shaping {
  /** Rows B: completions. */
  readonly batch: number;
  /** G: completions of each prompt, one row after the other; divides B. Their prompt is read once. 1 when left out. */
  readonly group?: number;
  /** Padded length P of the prompts. */
  readonly promptLength: number;
  /** Most tokens N of a completion, its end included. P + N is at most the policy's context. */
  readonly maxNewTokens: number;
  /** The token that ends a completion. */
  readonly endId: number;
  /** More tokens that end one. */
  readonly stopIds?: readonly number[];
  /** Fills the row after the end; may equal `endId`. */
  readonly padId: number;
  /** Tokens are drawn from a mixture with a teacher; the policy draws alone when left out. */
  readonly mixed?: Mixed;
}

/** The sizes that a program must share with the policies that read its tokens. */
type Sizes = Pick<GenerationOptions, "batch" | "promptLength" | "maxNewTokens">;

/** Every token that ends a completion. */
export const endsOf = ({ endId, stopIds = [] }: Pick<GenerationOptions, "endId" | "stopIds">): readonly number[] => [
  ...new Set([endId, ...stopIds]),
];

const checkContext = (of: string, { contextLength }: Policy, { promptLength, maxNewTokens }: Sizes): void => {
  if (promptLength + maxNewTokens <= contextLength) return;
  throw new RangeError(
    `generate: expected prompt and completion within the ${of} of ${contextLength} tokens, got ` +
      `${promptLength} + ${maxNewTokens}; raise contextLength or lower maxNewTokens`,
  );
};

const checkMixed = (policy: Policy, { teacher, temperature }: Mixed, options: GenerationOptions): void => {
  if (teacher.vocabularySize !== policy.vocabularySize) {
    throw new RangeError(
      `generate: expected a teacher of the policy's ${policy.vocabularySize} tokens, got ${teacher.vocabularySize}`,
    );
  }
  checkContext("teacher's context", teacher, options);
  checkTemperature(temperature);
  if (options.temperature === 0 || temperature === 0) {
    throw new RangeError(
      `generate: expected temperatures above 0 in a mixture, got ${options.temperature}, and ${temperature} ` +
        "for the teacher",
    );
  }
};

/**
 * `RangeError` for sizes that are no positive whole numbers or leave the policy's context, and for special tokens that
 * it does not have.
 */
const checkSizes = (policy: Policy, options: Sizes & Pick<GenerationOptions, "endId" | "stopIds" | "padId">): void => {
  const { batch, promptLength, maxNewTokens, endId, padId, stopIds = [] } = options;
  for (const [name, value] of Object.entries({ batch, promptLength, maxNewTokens })) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`generate: expected ${name} to be a positive whole number, got ${value}`);
  }
  checkContext("context", policy, options);
  for (const [name, id] of [
    ["endId", endId] as const,
    ["padId", padId] as const,
    ...stopIds.map((id) => ["stopIds", id] as const),
  ]) {
    if (!Number.isInteger(id) || id < 0 || id >= policy.vocabularySize) {
      throw new RangeError(`generate: expected ${name} to be a token below ${policy.vocabularySize}, got ${id}`);
    }
  }
};

/** `RangeError` for options that do not fit the policy, or the teacher in a mixture. */
export const checkGeneration = (policy: Policy, options: GenerationOptions): void => {
  const { batch, maxNewTokens, group = 1, minNewTokens = 0, mixed } = options;
  checkSizes(policy, options);
  checkShaping(options);
  if (!Number.isInteger(group) || group < 1 || batch % group !== 0) {
    throw new RangeError(
      `generate: expected group to be a whole number that divides the batch of ${batch}, got ${group}`,
    );
  }
  if (minNewTokens > maxNewTokens) {
    throw new RangeError(
      `generate: expected minNewTokens to be at most maxNewTokens = ${maxNewTokens}, got ${minNewTokens}`,
    );
  }
  if (minNewTokens > 0 && endsOf(options).length >= policy.vocabularySize) {
    throw new RangeError(
      "generate: expected a token that does not end a completion of minNewTokens, got none; give fewer stopIds",
    );
  }
  if (mixed !== undefined) checkMixed(policy, mixed, options);
};
