/** Entailment: how often a completion says nothing but what follows from its prompt. */
import { define } from "../../plugins/definition.ts";
import { mean } from "../statistics/strata.ts";
import type { Measure } from "./measure.ts";

/**
 * `{ "type": "entailment" }`: the metric `entailment`, the share of completions that the task's checker calls entailed.
 * In [0, 1].
 */
export const entailment = define({
  type: "entailment",
  summary: "Share of completions that say nothing but what follows from the prompt: metric entailment.",
  parameters: {},
  create: (_parameters, _context: void): Measure => ({
    name: "entailment",
    samples: 1,
    references: false,
    entailment: true,
    of: (evaluated) =>
      mean(evaluated.flatMap(({ completions }) => completions.map(({ entailed }) => Number(entailed === true)))),
  }),
});
