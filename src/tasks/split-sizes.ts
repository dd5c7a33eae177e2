/** How many prompts a task draws for each split. */
import { Type } from "@sinclair/typebox";

/** Parameters of every task whose prompts are generated. */
export const splitSizes = {
  train: Type.Integer({ default: 5_000, minimum: 1, maximum: 1_000_000, description: "Training prompts." }),
  test: Type.Integer({ default: 500, minimum: 1, maximum: 100_000, description: "Test prompts." }),
  furtherTest: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100_000,
      description:
        "Test prompts beyond those of `test`, drawn after all others: a better measurement of what is trained on the " +
        "same prompts. None when left out.",
    }),
  ),
};

/** The sizes of one task. */
interface Sizes {
  readonly train: number;
  readonly test: number;
  readonly furtherTest?: number | undefined;
}

/** How many prompts are drawn in all. */
export const drawnSize = ({ train, test, furtherTest = 0 }: Sizes): number => test + train + furtherTest;

/**
 * The splits of what was drawn, in its order: first `test`, then `train`, then the further ones, so that neither these
 * nor more training prompts change what is tested or trained besides.
 */
export const splitsOf = <T>(
  drawn: readonly T[],
  sizes: Sizes,
): { readonly train: readonly T[]; readonly test: readonly T[] } => {
  const trained = sizes.test + sizes.train;
  return {
    train: drawn.slice(sizes.test, trained),
    test: [...drawn.slice(0, sizes.test), ...drawn.slice(trained, drawnSize(sizes))],
  };
};
