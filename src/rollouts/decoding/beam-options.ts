/** What a beam search is made for. */
import type { Policy } from "../../policies/policy.ts";
import { checkGeneration, type GenerationOptions } from "./generation-options.ts";

/** What one beam search is made for. */
export interface BeamOptions extends Pick<
  GenerationOptions,
  "promptLength" | "maxNewTokens" | "endId" | "stopIds" | "padId" | "repetitionPenalty" | "minNewTokens"
> {
  /** Prompts B. */
  readonly batch: number;
  /** K: completions that are followed, and that come out. */
  readonly beams: number;
  /**
   * A finished completion of L tokens scores the sum of its log-probs over L ** lengthPenalty: above 0 favours long
   * ones.
   */
  readonly lengthPenalty: number;
  /**
   * Stops when K completions have ended; else when no beam, at its present length, scores better than the worst of
   * those.
   */
  readonly earlyStopping: boolean;
}

/** As a generation of K completions a prompt, which share its reading. */
export const generationOf = ({
  beams,
  lengthPenalty: _penalty,
  earlyStopping: _early,
  ...options
}: BeamOptions): GenerationOptions => ({
  ...options,
  batch: options.batch * beams,
  group: beams,
  temperature: 1,
});

/** `RangeError` for options that do not fit the policy, or where there are fewer continuations than `candidates`. */
export const checkBeams = (policy: Policy, options: BeamOptions, candidates: number): void => {
  const { beams, lengthPenalty } = options;
  if (!Number.isInteger(beams) || beams < 1)
    throw new RangeError(`beam search: expected beams to be a whole number from 1, got ${beams}`);
  if (!Number.isFinite(lengthPenalty))
    throw new RangeError(`beam search: expected a finite lengthPenalty, got ${lengthPenalty}`);
  checkGeneration(policy, generationOf(options));
  if (candidates <= beams * policy.vocabularySize) return;
  throw new RangeError(
    `beam search: expected a vocabulary of more tokens than end a completion, got ${policy.vocabularySize} tokens`,
  );
};
