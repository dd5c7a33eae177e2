/** A reward for words of the reference: ROUGE. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { rougeL, rougeN } from "../../text-metrics/rouge.ts";
import { checkAnswered } from "../answered.ts";
import type { Reward, RewardContext } from "../reward.ts";

const variants = {
  rouge1: (candidate: string, reference: string, stemmer: boolean) => rougeN(candidate, reference, 1, { stemmer }),
  rouge2: (candidate: string, reference: string, stemmer: boolean) => rougeN(candidate, reference, 2, { stemmer }),
  rougeL: (candidate: string, reference: string, stemmer: boolean) => rougeL(candidate, reference, { stemmer }),
};

/**
 * ROUGE of the completion's text against the prompt's reference, 0 to 1, named as its variant. `RangeError` for a task
 * without references. The measure `rouge` calls rouge1, rouge2 and rougeL "1", "2" and "L", and scales them to 0 to
 * 100.
 */
export const rouge = define({
  type: "rouge",
  summary: "ROUGE-1, ROUGE-2 or ROUGE-L of the completion against the reference, 0 to 1, as rouge_score.",
  parameters: {
    variant: Type.Union([Type.Literal("rouge1"), Type.Literal("rouge2"), Type.Literal("rougeL")], {
      default: "rougeL",
      description: "Words, pairs of words, or the longest common subsequence.",
    }),
    measure: Type.Union([Type.Literal("fMeasure"), Type.Literal("precision"), Type.Literal("recall")], {
      default: "fMeasure",
      description: "Share of the completion (precision), of the reference (recall), or their harmonic mean.",
    }),
    stemmer: Type.Boolean({
      default: false,
      description: "Compares stems of English words (Porter) instead of words.",
    }),
  },
  create({ variant, measure, stemmer }, { task }: Pick<RewardContext, "task">): Reward {
    checkAnswered("rouge", task);
    const scoreOf = variants[variant];
    return {
      name: variant,
      range: [0, 1],
      score: ({ prompt, text }) =>
        Promise.resolve({ value: scoreOf(text, prompt.reference, stemmer)[measure], parts: {} }),
    };
  },
});
