/** How many prompts a task draws for each split. */
import { Type } from "@sinclair/typebox";

/** Parameters of every task whose prompts are generated. */
export const splitSizes = {
  train: Type.Integer({ default: 5_000, minimum: 1, maximum: 1_000_000, description: "Training prompts." }),
  test: Type.Integer({ default: 500, minimum: 1, maximum: 100_000, description: "Test prompts." }),
};
