/** Group assignments: who writes each group of a step's batch, and from which prompts. Plain data. */
import type { Prompt } from "../../tasks/task.ts";

/** One completion as the student drew it. */
export interface RememberedCompletion {
  readonly tokens: readonly number[];
  /** Nats, under the distribution that drew them. */
  readonly logProbs: readonly number[];
}

/** The student's completions of one prompt. */
export interface RememberedGroup {
  /** Index in the task's training split. */
  readonly prompt: number;
  /** Of the student's weights that drew it. */
  readonly version: number;
  readonly completions: readonly RememberedCompletion[];
}

/** One group of a step's batch. */
export type GroupAssignment =
  /** The student completes one prompt `group` times. */
  | { readonly source: "student"; readonly prompt: Prompt }
  /** The student's completions of an earlier step. */
  | { readonly source: "replay"; readonly prompt: Prompt; readonly group: RememberedGroup }
  /** `group` different prompts, each completed by its reference or by the teacher. */
  | { readonly source: "data" | "teacher"; readonly prompts: readonly Prompt[] };
