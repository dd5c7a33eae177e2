/** Repetition: how much of a completion it has said before. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { mean } from "../statistics/strata.ts";
import type { Measure } from "./measure.ts";

const repeated = (tokens: ArrayLike<number>, order: number): number => {
  const count = Math.max(0, tokens.length - order + 1);
  if (count === 0) return 0;
  const different = new Set(
    Array.from({ length: count }, (_, start) => Array.prototype.slice.call(tokens, start, start + order).join(" ")),
  );
  return 1 - different.size / count;
};

/**
 * `{ "type": "repetition", "order": 4 }`: the metric `repetition-4`, mean over completions of the share of its n-grams
 * of tokens that it has had before (seq-rep-n of Welleck et al., 2019); 0 for one of fewer tokens.
 */
export const repetition = define({
  type: "repetition",
  summary: "Mean share of a completion's n-grams of tokens that it has had before: metric repetition-<order>.",
  parameters: { order: Type.Integer({ default: 4, minimum: 1, maximum: 64, description: "n: tokens of an n-gram." }) },
  create: ({ order }, _context: void): Measure => ({
    name: `repetition-${order}`,
    samples: 1,
    references: false,
    of: (evaluated) =>
      mean(evaluated.flatMap(({ completions }) => completions.map(({ tokens }) => repeated(tokens, order)))),
  }),
});
