/**
 * Where a step's sequences come from: the student, others, or a mixture of both (lambda of GKD). A function of
 * coordinates and of lambda.
 */
import { stream } from "../../random/stream.ts";
import type { Prompt } from "../../tasks/task.ts";
import { shuffled } from "./shuffled.ts";
import type { GroupAssignment } from "./group-assignment.ts";

/** What a step's sequences depend on. */
export interface SourceOptions {
  readonly seed: number;
  readonly prompts: readonly Prompt[];
  /** Sequences of a step, a multiple of `group`. */
  readonly batch: number;
  readonly group: number;
  /** Who writes what the student does not. */
  readonly offPolicy: "references" | "teacher";
  /** `step`: one coin for a whole step (Algorithm 1). `sequence`: one for each group. */
  readonly mixing: "step" | "sequence";
}

/**
 * The group assignments of any step, given lambda: the share that the student samples. The prompts are shuffled anew in
 * every pass; step k takes the k-th `batch` of them, so no step depends on another, and another lambda changes neither
 * the prompts nor their order.
 */
export const source = ({
  seed,
  prompts,
  batch,
  group,
  offPolicy,
  mixing,
}: SourceOptions): ((step: number, onPolicyFraction: number) => readonly GroupAssignment[]) => {
  if (prompts.length === 0) throw new RangeError("source: expected at least one training prompt, got none");
  if (batch % group !== 0)
    throw new RangeError(`source: expected the batch to be a multiple of the group of ${group}, got ${batch}`);
  const others = offPolicy === "teacher" ? "teacher" : "data";
  const promptAt = shuffled(seed, prompts);
  return (step, onPolicyFraction) => {
    const studentDraws = (...coordinates: readonly number[]): boolean =>
      stream(seed, "coin", ...coordinates)() < onPolicyFraction;
    const wholeStep = mixing === "step" && studentDraws(step);
    return Array.from({ length: batch / group }, (_, index): GroupAssignment => {
      const first = (step - 1) * batch + index * group;
      const fromStudent = mixing === "step" ? wholeStep : studentDraws(step, index);
      if (fromStudent) return { source: "student", prompt: promptAt(first) };
      return { source: others, prompts: Array.from({ length: group }, (_unused, i) => promptAt(first + i)) };
    });
  };
};
