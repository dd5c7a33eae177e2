/**
 * The replay buffer: groups of the student's completions that are learned from again. Plain data, passed in and out.
 */
import { integer, stream } from "../../random/stream.ts";
import type { Prompt } from "../../tasks/task.ts";
import type { Rollout } from "./rollout.ts";
import type { RememberedGroup, GroupAssignment } from "./group-assignment.ts";

/** Groups, the oldest first. */
export type ReplayBuffer = readonly RememberedGroup[];

/** What decides which of a step's groups are replayed. */
export interface ReplayOptions {
  readonly seed: number;
  readonly step: number;
  /** Groups that the buffer holds; nothing is replayed before it is full. */
  readonly capacity: number;
  /** Probability in [0, 1] that a group of the student's is drawn anew although the buffer is full. */
  readonly fresh: number;
  /** `step`: one coin for all groups of the step. `sequence`: one for each group. */
  readonly mixing: "step" | "sequence";
  /** The task's training split. */
  readonly prompts: readonly Prompt[];
}

/**
 * The assignments, with some of the student's replaced by groups of a full buffer, all different: DistiLLM's off-policy
 * sampling (Ko et al., 2024, arXiv 2402.03898; capacity 1000 sequences, `fresh` falling from 1 to 0 on a straight
 * line). A function of assignments, buffer and coordinates alone. What is replayed was drawn by older weights: an
 * objective that is stated for the student's own sequences needs the weight q / b.
 */
export const withReplays = (
  assignments: readonly GroupAssignment[],
  buffer: ReplayBuffer,
  options: ReplayOptions,
): readonly GroupAssignment[] => {
  const { seed, step, capacity, fresh, mixing, prompts } = options;
  if (buffer.length < capacity) return assignments;
  const left = [...buffer];
  const pick = stream(seed, "replay", step, "pick");
  const isFresh = (...coordinates: readonly number[]): boolean => stream(seed, "replay", ...coordinates)() < fresh;
  const wholeStep = mixing === "step" && isFresh(step);
  return assignments.map((assignment, index): GroupAssignment => {
    const drawn = assignment.source !== "student" || (mixing === "step" ? wholeStep : isFresh(step, index));
    if (drawn || left.length === 0) return assignment;
    const [group] = left.splice(integer(pick, 0, left.length - 1), 1) as [RememberedGroup];
    return { source: "replay", prompt: prompts[group.prompt]!, group };
  });
};

/**
 * The buffer after a step: the groups that the student drew in it are added in the order of the assignments, and the
 * oldest groups are removed.
 */
export const remembering = (
  buffer: ReplayBuffer,
  assignments: readonly GroupAssignment[],
  rollouts: readonly Rollout[],
  capacity: number,
): ReplayBuffer => {
  const drawn = assignments.flatMap((assignment, index): RememberedGroup[] => {
    if (assignment.source !== "student") return [];
    const group = rollouts
      .filter(({ order }) => order.prompt === index)
      .toSorted((a, b) => a.order.sample - b.order.sample);
    const completions = group.map(({ tokens, behaviorLogProbs }) => ({
      tokens: [...tokens],
      logProbs: [...behaviorLogProbs],
    }));
    return [{ prompt: assignment.prompt.index, version: group[0]!.version, completions }];
  });
  return [...buffer, ...drawn].slice(-capacity);
};
