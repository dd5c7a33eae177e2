/** What a generation program is made for, and whether it fits the policies. */
import type { Policy } from "../policies/policy.ts";
import type { Mixture } from "./behaviors/behavior.ts";
import { checkTemperature } from "./sampling.ts";

/** A teacher that reads along, and the distribution that both make together. */
export interface Mixed {
  /** Of the policy's vocabulary. */
  readonly teacher: Policy;
  /** Divides the teacher's logits; above 0. */
  readonly temperature: number;
  readonly mixture: Mixture;
}

/** What one generation program is made for. */
export interface GenerationOptions {
  /** Rows B. */
  readonly batch: number;
  /** Padded length P of the prompts. */
  readonly promptLength: number;
  /** Most tokens N of a completion, end-of-sequence included. P + N is at most the policy's context. */
  readonly maxNewTokens: number;
  /** 0 is greedy, and then there is no mixture. */
  readonly temperature: number;
  /** The token that ends a completion. */
  readonly endId: number;
  /** Stands after the end; may equal `endId`. */
  readonly padId: number;
  /** Tokens are drawn from a mixture with a teacher; the policy draws alone when left out. */
  readonly mixed?: Mixed;
}

const checkContext = (of: string, { contextLength }: Policy, { promptLength, maxNewTokens }: GenerationOptions): void => {
  if (promptLength + maxNewTokens <= contextLength) return;
  throw new RangeError(
    `generate: expected prompt and completion within the ${of} of ${contextLength} tokens, got ${promptLength} + ${maxNewTokens}; raise contextLength or lower maxNewTokens`,
  );
};

const checkMixed = (policy: Policy, { teacher, temperature }: Mixed, options: GenerationOptions): void => {
  if (teacher.vocabularySize !== policy.vocabularySize) {
    throw new RangeError(`generate: expected a teacher of the policy's ${policy.vocabularySize} tokens, got ${teacher.vocabularySize}`);
  }
  checkContext("teacher's context", teacher, options);
  checkTemperature(temperature);
  if (options.temperature === 0 || temperature === 0) {
    throw new RangeError(
      `generate: expected temperatures above 0 in a mixture, got ${options.temperature}, and ${temperature} for the teacher`,
    );
  }
};

/** `RangeError` for options that do not fit the policy, or the teacher in a mixture. */
export const checkGeneration = (policy: Policy, options: GenerationOptions): void => {
  const { batch, promptLength, maxNewTokens, temperature, endId, padId, mixed } = options;
  for (const [name, value] of Object.entries({ batch, promptLength, maxNewTokens })) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`generate: expected ${name} to be a positive whole number, got ${value}`);
  }
  checkContext("context", policy, options);
  for (const [name, id] of Object.entries({ endId, padId })) {
    if (!Number.isInteger(id) || id < 0 || id >= policy.vocabularySize) {
      throw new RangeError(`generate: expected ${name} to be a token below ${policy.vocabularySize}, got ${id}`);
    }
  }
  checkTemperature(temperature);
  if (mixed !== undefined) checkMixed(policy, mixed, options);
};
