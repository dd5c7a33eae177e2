/** Whether the neighbouring rows of a batch have the same prompt, so that it can be read once for all of them. */
import { learnsOffPolicy } from "../recipe/off-policy.ts";
import type { Policy } from "../../policies/policy.ts";
import { rowsAtOnce } from "../../policies/shared-prompts.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { lengthOf, type Batch, type BatchShape } from "./collate.ts";

const sameNumbers = (all: ArrayLike<number>, first: number, second: number, count: number): boolean => {
  for (let i = 0; i < count; i += 1) if (all[first + i] !== all[second + i]) return false;
  return true;
};

/** What decides which rows are read together. */
export interface SharingOptions {
  readonly policy: Policy;
  readonly batch: BatchShape;
  /** How many neighbouring rows of most batches have the same prompt; 1 when left out. */
  readonly group?: number;
}

/** How many rows of a batch are read together where prompts are the same: 1 where that would not pay. */
export const sharedRows = ({ policy, batch, group = 1 }: SharingOptions): number =>
  batch.whole === true
    ? 1
    : rowsAtOnce(policy, { length: lengthOf(batch), completion: batch.completion }, { rows: batch.size, group });

/** Whether each `count` neighbouring rows of a collated batch have the same prompt, its padding included. */
export const sharesPrompts = ({ tokens, prompt }: Batch, shape: BatchShape, count: number): boolean => {
  const length = lengthOf(shape);
  for (let row = 0; row < shape.size; row += 1) {
    const [own, first] = [row * length, (row - (row % count)) * length];
    for (const array of [tokens!, prompt!]) if (!sameNumbers(array, first, own, shape.prompt)) return false;
  }
  return true;
};

/** How many neighbouring rows of most batches have the same prompt: the group, where the student writes every row. */
export const neighbours = ({ data, rollouts }: Pick<Recipe, "data" | "rollouts">): number =>
  learnsOffPolicy(data) ? 1 : rollouts.group;
