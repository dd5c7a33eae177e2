/** BLEU of all completions as one corpus. */
import { define } from "../../plugins/definition.ts";
import { corpusBleu } from "../../text-metrics/bleu.ts";
import { comparisonsOf } from "./corpus.ts";
import type { Measure } from "./measure.ts";

/** `{ "type": "bleu" }`: the metric `bleu`, 0 to 100 (Papineni et al., 2002, as sacrebleu counts it). */
export const bleu = define({
  type: "bleu",
  summary: "BLEU of the completions as one corpus, 0 to 100, as sacrebleu counts it: metric bleu.",
  parameters: {},
  create: (_parameters, _context: void): Measure => ({
    name: "bleu",
    samples: 1,
    references: true,
    of: (evaluated) => corpusBleu(comparisonsOf(evaluated)),
  }),
});
