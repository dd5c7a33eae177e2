/**
 * The replay buffer: groups of the student's completions that are learned from again. Plain data, passed in and out.
 */
import { integer, stream } from "../../random/stream.ts";
import type { Prompt } from "../../tasks/task.ts";
import type { Rollout } from "./rollout.ts";
import type { RememberedGroup, GroupAssignment } from "./group-assignment.ts";

/** Groups, the oldest first. */
export type ReplayBuffer = readonly RememberedGroup[];

/** What decides which of a step's slots are replayed. */
export interface ReplayOptions {
  readonly seed: number;
  readonly step: number;
  /** Groups that the buffer holds; nothing is replayed before it is full. */
  readonly capacity: number;
  /** Probability in [0, 1] that a slot of the student is drawn anew although the buffer is full. */
  readonly fresh: number;
  /** `step`: one coin for all slots of the step. `sequence`: one for each slot. */
  readonly mixing: "step" | "sequence";
  /** The task's training split. */
  readonly prompts: readonly Prompt[];
}

/**
 * The slots with some of the student's taken from a full buffer, all of them different groups: DistiLLM's off-policy
 * sampling (Ko et al., 2024, arXiv 2402.03898; capacity 1000 sequences, `fresh` falling from 1 to 0 on a straight
 * line). A function of slots, buffer and coordinates alone. What is replayed was drawn by older weights: an objective
 * that is stated for the student's own sequences needs the weight q / b.
 */
export const withReplays = (
  slots: readonly GroupAssignment[],
  buffer: ReplayBuffer,
  options: ReplayOptions,
): readonly GroupAssignment[] => {
  const { seed, step, capacity, fresh, mixing, prompts } = options;
  if (buffer.length < capacity) return slots;
  const left = [...buffer];
  const pick = stream(seed, "replay", step, "pick");
  const isFresh = (...coordinates: readonly number[]): boolean => stream(seed, "replay", ...coordinates)() < fresh;
  const wholeStep = mixing === "step" && isFresh(step);
  return slots.map((slot, index): GroupAssignment => {
    const drawn = slot.source !== "student" || (mixing === "step" ? wholeStep : isFresh(step, index));
    if (drawn || left.length === 0) return slot;
    const [group] = left.splice(integer(pick, 0, left.length - 1), 1) as [RememberedGroup];
    return { source: "replay", prompt: prompts[group.prompt]!, group };
  });
};

/** The buffer after a step: what the student drew in it is added in the order of slots, and the oldest groups leave. */
export const remembering = (
  buffer: ReplayBuffer,
  slots: readonly GroupAssignment[],
  rollouts: readonly Rollout[],
  capacity: number,
): ReplayBuffer => {
  const drawn = slots.flatMap((slot, index): RememberedGroup[] => {
    if (slot.source !== "student") return [];
    const group = rollouts
      .filter(({ order }) => order.prompt === index)
      .toSorted((a, b) => a.order.sample - b.order.sample);
    const completions = group.map(({ tokens, behaviorLogProbs }) => ({
      tokens: [...tokens],
      logProbs: [...behaviorLogProbs],
    }));
    return [{ prompt: slot.prompt.index, version: group[0]!.version, completions }];
  });
  return [...buffer, ...drawn].slice(-capacity);
};
