/** pass@k: whether one of k tries is right. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { mean } from "../statistics/strata.ts";
import type { Measure } from "./measure.ts";

/** 1 - C(n - c, k) / C(n, k), as a product, for c right ones of n. */
const chance = (n: number, c: number, k: number): number => {
  if (n - c < k) return 1;
  let missed = 1;
  for (let i = 0; i < k; i += 1) missed *= (n - c - i) / (n - i);
  return 1 - missed;
};

/**
 * `{ "type": "pass-at-k", "k": 4 }`: the metric `pass@4`, mean over prompts of the chance that of k of the completions,
 * taken without replacement, at least one is right: the estimate without bias of Chen et al. (2021), equation 1. In [0,
 * 1].
 */
export const passAtK = define({
  type: "pass-at-k",
  summary: "Chance that one of k completions is right, estimated without bias from all samples: metric pass@k.",
  parameters: {
    k: Type.Integer({
      minimum: 1,
      maximum: 1024,
      description: "Tries; the evaluation draws at least as many samples.",
    }),
  },
  create: ({ k }, _context: void): Measure => ({
    name: `pass@${k}`,
    samples: k,
    references: false,
    of: (evaluated) =>
      mean(
        evaluated.map(({ completions }) =>
          chance(completions.length, completions.filter(({ correct }) => correct).length, k),
        ),
      ),
  }),
});
