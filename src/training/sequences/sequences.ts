/** Which sequences each step learns from: lambda over the run, group assignments, and the replay buffer. Host data. */
import { objectiveOf } from "../../objectives/objective-of.ts";
import { boundsOf, numberAt, progressAt } from "../../objectives/schedules/schedule.ts";
import { pairSource } from "../../rollouts/batches/pairs.ts";
import { remembering, withReplays, type ReplayBuffer } from "../../rollouts/batches/replay.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { GroupAssignment } from "../../rollouts/batches/group-assignment.ts";
import { source } from "../../rollouts/batches/assign-groups.ts";
import type { Prompt, Task } from "../../tasks/task.ts";
import { adaptiveFraction, noLoss, validationLoss, type AdaptiveState } from "./adaptive-fraction.ts";
import type { LookaheadSizes } from "./lookahead.ts";
import type { Recipe } from "../recipe/recipe.ts";
import type { DataSettings } from "../recipe/training-settings.ts";

/** What is carried from step to step; plain data. */
export interface SequenceState {
  readonly adaptive: AdaptiveState;
  readonly replay: ReplayBuffer;
}

/** Before the first step. */
export const noSequences: SequenceState = { adaptive: noLoss, replay: [] };

/** A run's sequences. */
export interface Sequences {
  /**
   * Training prompts that nothing is learned from; their references validate the student when lambda is adaptive, else
   * there are none.
   */
  readonly validation: readonly Prompt[];
  /** lambda of a step (from 1), and the assignments of its groups. */
  at(
    step: number,
    state: SequenceState,
  ): { readonly fraction: number; readonly assignments: readonly GroupAssignment[] };
  /** After a step: what the student drew may be replayed. */
  learned(state: SequenceState, assignments: readonly GroupAssignment[], drawn: readonly Rollout[]): SequenceState;
  /** After `step` steps: the validation loss in nats may move lambda. */
  validated(state: SequenceState, loss: number, step: number): SequenceState;
}

/**
 * The prompts that are learned from, and those that validate: the last of the split. `RangeError` when the split has
 * too few.
 */
const split = (
  { examples, adaptive }: DataSettings,
  { train }: Task,
): { training: readonly Prompt[]; validation: readonly Prompt[] } => {
  const held = adaptive?.prompts ?? 0;
  const used = examples ?? train.length - held;
  if (used < 1 || used + held > train.length) {
    throw new RangeError(
      `data: expected at most the task's ${train.length} training prompts, got ${used} to learn from and ` +
        `${held} to validate with`,
    );
  }
  return { training: train.slice(0, used), validation: train.slice(train.length - held) };
};

/** Pairs of completions from the data, in every step. */
const pairSequences = (assignmentsAt: ReturnType<typeof pairSource>): Sequences => ({
  validation: [],
  at: (step) => ({ fraction: 0, assignments: assignmentsAt(step) }),
  learned: (state) => state,
  validated: (state) => state,
});

/** How far ahead of the learner a recipe's steps are drawn, and whether the student draws any of them. */
export const lookaheadOf = ({
  data,
  rollouts,
  objective,
  training,
}: Pick<Recipe, "data" | "rollouts" | "objective" | "training">): LookaheadSizes => ({
  maxStaleness: rollouts.maxStaleness ?? 0,
  steps: training.steps,
  studentDraws:
    objectiveOf(objective).pairs !== true && (data.adaptive !== undefined || boundsOf(data.onPolicyFraction).most > 0),
});

/** The temperature of sampling where the student's sequences are drawn ahead of the learner; nothing elsewhere. */
export const aheadTemperature = (
  recipe: Pick<Recipe, "data" | "rollouts" | "objective" | "training">,
): number | undefined => {
  const { maxStaleness, studentDraws } = lookaheadOf(recipe);
  return maxStaleness > 0 && studentDraws ? recipe.rollouts.temperature : undefined;
};

/** The sequences of a recipe's steps. `RangeError` when its data settings do not fit the task. */
export const sequencesOf = (
  { seed, data, rollouts, objective, training: { batch, steps } }: Recipe,
  task: Task,
): Sequences => {
  const { training, validation } = split(data, task);
  if (objectiveOf(objective).pairs === true) return pairSequences(pairSource({ seed, prompts: training, batch }));
  const { adaptive, replay, onPolicyFraction, mixing } = data;
  const { group } = rollouts;
  const assignmentsAt = source({ seed, prompts: training, batch, group, mixing, offPolicy: data.offPolicy });
  const controller =
    adaptive === undefined ? undefined : adaptiveFraction({ ...adaptive, start: boundsOf(onPolicyFraction).least });
  const capacity = Math.floor((replay?.capacity ?? 0) / group);
  return {
    validation,
    at(step, state) {
      const progress = progressAt(step, steps);
      const fraction = controller?.value(state.adaptive) ?? numberAt(onPolicyFraction, progress);
      const assignments = assignmentsAt(step, fraction);
      if (replay === undefined) return { fraction, assignments };
      const options = { seed, step, capacity, fresh: numberAt(replay.fresh, progress), mixing, prompts: task.train };
      return { fraction, assignments: withReplays(assignments, state.replay, options) };
    },
    learned: (state, assignments, drawn) =>
      replay === undefined
        ? state
        : {
            ...state,
            replay: remembering(state.replay, assignments, drawn, capacity),
          },
    validated: (state, loss, step) =>
      controller === undefined
        ? state
        : { ...state, adaptive: controller.observe(state.adaptive, { [validationLoss]: loss }, step / steps) },
  };
};
