/** Pairs of completions to compare, as group assignments of a step. */
import type { Prompt } from "../../tasks/task.ts";
import { shuffled } from "./shuffled.ts";
import type { GroupAssignment } from "./group-assignment.ts";

/** The prompt with the better completion as its reference, and with the worse one. `RangeError` when it has none. */
export const pairOf = (prompt: Prompt): readonly [better: Prompt, worse: Prompt] => {
  const { rejected } = prompt;
  if (rejected === undefined) {
    throw new RangeError(
      `pairs: expected a rejected completion of the prompt ${JSON.stringify(prompt.text.slice(0, 60))}, got none`,
    );
  }
  return [prompt, { ...prompt, reference: rejected }];
};

/**
 * The group assignments of any step: `batch` / 2 prompts, each with its two completions as data, the better one first.
 * The prompts are shuffled anew in every pass. `RangeError` for no prompts, an odd batch, and a prompt without a
 * rejected completion.
 */
export const pairSource = ({
  seed,
  prompts,
  batch,
}: {
  readonly seed: number;
  readonly prompts: readonly Prompt[];
  readonly batch: number;
}): ((step: number) => readonly GroupAssignment[]) => {
  if (prompts.length === 0) throw new RangeError("pairs: expected at least one training prompt, got none");
  if (batch % 2 !== 0) throw new RangeError(`pairs: expected an even batch, got ${batch}`);
  const pairAt = shuffled(seed, prompts.map(pairOf));
  const pairs = batch / 2;
  return (step) =>
    Array.from({ length: pairs }, (_, pair) => ({ source: "data", prompts: pairAt((step - 1) * pairs + pair) }));
};
