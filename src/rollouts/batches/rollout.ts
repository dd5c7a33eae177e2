/**
 * A rollout: one completion with what was known when it was drawn. Plain data: it can be logged, replayed and sent to
 * another thread.
 */
import type { Prompt } from "../../tasks/task.ts";

/** A prompt, and the coordinates of its completion in the step's batch. */
export interface PlacedPrompt {
  readonly prompt: Prompt;
  /**
   * Coordinates: index of the prompt in its step's batch, and of the completion in its group. This order is restored
   * before anything stateful.
   */
  readonly order: { readonly prompt: number; readonly sample: number };
}

/** The tokens that a sampler drew. */
export interface Completion {
  /** [L], up to and including end-of-sequence when there is one; L >= 1. */
  readonly tokens: Int32Array;
  /**
   * Log-probs [L] in nats of those tokens under the distribution that drew them, after all shaping. Importance ratios
   * are made with them. Zero for sequences that no policy drew.
   */
  readonly behaviorLogProbs: Float32Array;
  /**
   * Log-probs [L] in nats under the policy that drew them, or in a mixture the student, at temperature 1 and without
   * any shaping.
   */
  readonly rawLogProbs: Float32Array;
}

/** One completion of one prompt. `rawLogProbs` are absent where no policy drew the tokens in this step. */
export interface Rollout
  extends PlacedPrompt, Omit<Completion, "rawLogProbs">, Partial<Pick<Completion, "rawLogProbs">> {
  readonly promptTokens: Int32Array;
  /** `stop`: ended with end-of-sequence. `length`: cut at the limit. */
  readonly finish: "stop" | "length";
  /** Decoded completion, for rewards and people. */
  readonly text: string;
  /** Version of the student's weights when it was drawn. */
  readonly version: number;
  /**
   * Who wrote the completion: the student (alone, or mixed with the teacher), the teacher alone, or the data's author.
   */
  readonly source: "student" | "teacher" | "data";
}
