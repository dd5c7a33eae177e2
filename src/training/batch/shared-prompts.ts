/** Whether the neighbouring rows of a batch have the same prompt, so that it can be read once for all of them. */
import { boundsOf } from "../../objectives/schedules/schedule.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { lengthOf, type Batch, type BatchShape } from "./collate.ts";

const sameNumbers = (all: ArrayLike<number>, first: number, second: number, count: number): boolean => {
  for (let i = 0; i < count; i += 1) if (all[first + i] !== all[second + i]) return false;
  return true;
};

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
  data.adaptive === undefined && boundsOf(data.onPolicyFraction).least === 1 ? rollouts.group : 1;
