/** Where a step's sequences come from: the student, the task's references, or a mixture of both (lambda of GKD). A function of coordinates alone. */
import { integer, stream } from "../random/stream.ts";
import type { Prompt } from "../tasks/task.ts";

/** One group's place in a step's batch. */
export type Slot =
  /** The student completes one prompt `group` times. */
  | { readonly source: "student"; readonly prompt: Prompt }
  /** `group` different prompts with their references. */
  | { readonly source: "data"; readonly prompts: readonly Prompt[] };

/** What a step's sequences depend on. */
export interface SourceOptions {
  readonly seed: number;
  readonly prompts: readonly Prompt[];
  /** Sequences of a step, a multiple of `group`. */
  readonly batch: number;
  readonly group: number;
  /** lambda: the share that the student samples. */
  readonly onPolicyFraction: number;
  /** `step`: one coin for a whole step (Algorithm 1). `sequence`: one for each slot. */
  readonly mixing: "step" | "sequence";
}

/** A shuffle of 0 .. count - 1 (Fisher and Yates). */
const permutation = (seed: number, epoch: number, count: number): Int32Array => {
  const uniforms = stream(seed, "data-order", epoch);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = integer(uniforms, 0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
};

/** The slots of any step. The prompts are shuffled anew in every pass; step k takes the k-th `batch` of them, so no step depends on another. */
export const source = ({ seed, prompts, batch, group, onPolicyFraction, mixing }: SourceOptions): ((step: number) => readonly Slot[]) => {
  if (prompts.length === 0) throw new RangeError("source: expected at least one training prompt, got none");
  if (batch % group !== 0) throw new RangeError(`source: expected the batch to be a multiple of the group of ${group}, got ${batch}`);
  let current: { epoch: number; order: Int32Array } = { epoch: -1, order: new Int32Array() };
  const promptAt = (index: number): Prompt => {
    const epoch = Math.floor(index / prompts.length);
    if (current.epoch !== epoch) current = { epoch, order: permutation(seed, epoch, prompts.length) };
    return prompts[current.order[index % prompts.length]!]!;
  };
  const studentDraws = (...coordinates: readonly number[]): boolean => stream(seed, "coin", ...coordinates)() < onPolicyFraction;
  return (step) => {
    const wholeStep = mixing === "step" && studentDraws(step);
    return Array.from({ length: batch / group }, (_, slot): Slot => {
      const first = (step - 1) * batch + slot * group;
      const fromStudent = mixing === "step" ? wholeStep : studentDraws(step, slot);
      if (fromStudent) return { source: "student", prompt: promptAt(first) };
      return { source: "data", prompts: Array.from({ length: group }, (_unused, i) => promptAt(first + i)) };
    });
  };
};
