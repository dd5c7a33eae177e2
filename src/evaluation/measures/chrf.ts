/** chrF of all completions as one corpus. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { corpusChrf } from "../../text-metrics/chrf.ts";
import { comparisonsOf } from "./corpus.ts";
import type { Measure } from "./measure.ts";

/**
 * `{ "type": "chrf" }`: the metric `chrf`, with pairs of words too `chrf++`; 0 to 100 (Popović, 2015 and 2017, as
 * sacrebleu counts it).
 */
export const chrf = define({
  type: "chrf",
  summary: "chrF of the completions as one corpus, 0 to 100, as sacrebleu counts it: metric chrf, or chrf++.",
  parameters: {
    words: Type.Boolean({ default: false, description: "Whether words and pairs of words count too: chrF++." }),
  },
  create: ({ words }, _context: void): Measure => ({
    name: words ? "chrf++" : "chrf",
    samples: 1,
    references: true,
    of: (evaluated) => corpusChrf(comparisonsOf(evaluated), words ? { wordOrder: 2 } : {}),
  }),
});
