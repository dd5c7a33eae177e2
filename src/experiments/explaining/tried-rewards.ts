/** What a training's rewards say of a few completions of one prompt, before anything is trained by them. */
import { checked } from "../../rewards/checked.ts";
import { rewards, type RewardValues } from "../../rewards/index.ts";
import { outsideOf, type Outside } from "../../rewards/outside.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { Prompt, Task } from "../../tasks/task.ts";
import { referenceRollout } from "../../training/step/drawing.ts";
import type { Mistake } from "../schema/check.ts";

/** A completion that rewards are tried on. */
export interface TriedCompletion {
  readonly name: "its reference" | "another reference" | "the prompt again" | "nothing";
  readonly text: string;
}

/** What one reward said. */
export interface TriedReward {
  /** JSON Pointer into the run's values. */
  readonly pointer: string;
  /** As metrics call it. */
  readonly name: string;
  /** A value for each completion, without its weight; absent when it was not called. */
  readonly values?: readonly number[];
  /** What it would have asked, where it was not called. */
  readonly notCalled?: Outside;
}

/** The rewards of one training. */
export interface TriedRewards {
  readonly prompt: string;
  readonly completions: readonly TriedCompletion[];
  readonly rewards: readonly TriedReward[];
}

/** How rewards are tried. */
export interface TryOptions {
  /** Folder of the experiment file. */
  readonly folder: string;
  /** Whether servers and sandboxes are asked too. Models are not: stages and runs load them. */
  readonly callOutside: boolean;
}

/** Most time that one reward takes for all completions, in milliseconds. */
const LONGEST = 30_000;

/** The reference where there are some, one that is wrong, and nothing. */
const completionsOf = (task: Task, { text, reference }: Prompt): readonly TriedCompletion[] => {
  const nothing = { name: "nothing", text: "" } as const;
  if (task.answered === false) return [{ name: "the prompt again", text }, nothing];
  const other = task.train.find((prompt) => prompt.reference !== reference)?.reference;
  return [
    { name: "its reference", text: reference },
    ...(other === undefined ? [] : [{ name: "another reference", text: other } as const]),
    nothing,
  ];
};

const rolloutOf = (task: Task, prompt: Prompt, completion: string, sample: number): Rollout => ({
  ...referenceRollout(
    task,
    { prompt: { ...prompt, reference: completion }, order: { prompt: 0, sample } },
    Infinity,
    0,
  ),
  prompt,
});

const valuesOf = async (
  values: RewardValues,
  rollouts: readonly Rollout[],
  context: { readonly task: Task; readonly folder: string },
): Promise<readonly number[]> => {
  const reward = checked(rewards.create(values, context), values.name);
  const signal = AbortSignal.timeout(LONGEST);
  try {
    await reward.prepare?.();
    const scores = await Promise.all(rollouts.map((rollout) => reward.score(rollout, signal)));
    return scores.map(({ value }) => value);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new RangeError(`reward ${reward.name}: expected a value within ${LONGEST / 1000} s, got none`, {
      cause: error,
    });
  } finally {
    await reward.close?.();
  }
};

/**
 * Calls each reward of a list on completions of the task's first training prompt. What a reward throws is a mistake at
 * its place, from the pointer of what holds the list.
 */
export const tryRewards = async (
  list: readonly RewardValues[],
  task: Task,
  at: string,
  { folder, callOutside }: TryOptions,
): Promise<{ readonly tried: TriedRewards; readonly mistakes: readonly Mistake[] }> => {
  const prompt = task.train[0]!;
  const completions = completionsOf(task, prompt);
  const rollouts = completions.map(({ text }, sample) => rolloutOf(task, prompt, text, sample));
  const tried: TriedReward[] = [];
  const mistakes: Mistake[] = [];
  for (const [index, values] of list.entries()) {
    const pointer = `${at}/rewards/${index}`;
    const { name } = checked(rewards.create(values, { task, folder }), values.name);
    const outside = outsideOf(values);
    if (outside !== undefined && (outside === "a model" || !callOutside)) {
      tried.push({ pointer, name, notCalled: outside });
      continue;
    }
    try {
      tried.push({ pointer, name, values: await valuesOf(values, rollouts, { task, folder }) });
    } catch (error) {
      mistakes.push({ pointer, part: "whole", message: error instanceof Error ? error.message : String(error) });
    }
  }
  return { tried: { prompt: prompt.text, completions, rewards: tried }, mistakes };
};
