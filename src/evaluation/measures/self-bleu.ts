/** Self-BLEU: how alike the completions of one prompt are. */
import { define } from "../../plugins/definition.ts";
import { selfBleu as selfBleuOf } from "../../text-metrics/bleu.ts";
import { mean } from "../statistics/strata.ts";
import type { Measure } from "./measure.ts";

/**
 * `{ "type": "self-bleu" }`: the metric `self-bleu`, mean over prompts of the BLEU of each completion against the
 * prompt's others; 100 when all are the same, near 0 when they share nothing (Zhu et al., 2018).
 */
export const selfBleu = define({
  type: "self-bleu",
  summary: "How alike the completions of a prompt are, 0 to 100; needs at least 2 samples: metric self-bleu.",
  parameters: {},
  create: (_parameters, _context: void): Measure => ({
    name: "self-bleu",
    samples: 2,
    references: false,
    of: (evaluated) => mean(evaluated.map(({ completions }) => selfBleuOf(completions.map(({ text }) => text)))),
  }),
});
