/** ROUGE of completions against references. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { rougeL, rougeN } from "../../text-metrics/rouge.ts";
import { mean } from "../statistics/strata.ts";
import type { Measure } from "./measure.ts";

/**
 * `{ "type": "rouge", "variant": "2" }`: the metric `rouge-2`, mean F-measure over all completions, 0 to 100 (Lin,
 * 2004, as rouge-score counts it). The reward `rouge` calls its variants rouge1, rouge2 and rougeL, and scores from 0
 * to 1.
 */
export const rouge = define({
  type: "rouge",
  summary: "Mean ROUGE F-measure against the reference, 0 to 100: metric rouge-1, rouge-2 or rouge-L.",
  parameters: {
    variant: Type.Union([Type.Literal("1"), Type.Literal("2"), Type.Literal("L")], {
      default: "2",
      description: "Words, pairs of words, or the longest common subsequence.",
    }),
    stemmer: Type.Boolean({ default: false, description: "Whether words are compared by their Porter stems." }),
  },
  create({ variant, stemmer }, _context: void): Measure {
    const score = (text: string, reference: string): number =>
      (variant === "L" ? rougeL(text, reference, { stemmer }) : rougeN(text, reference, Number(variant), { stemmer }))
        .fMeasure;
    return {
      name: `rouge-${variant}`,
      samples: 1,
      references: true,
      of: (evaluated) =>
        100 *
        mean(
          evaluated.flatMap(({ prompt, completions }) => completions.map(({ text }) => score(text, prompt.reference))),
        ),
    };
  },
});
