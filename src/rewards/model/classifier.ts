/** A reward from a sequence classifier: textual entailment, toxicity, quality, whatever it was trained to tell. */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { Reward, RewardContext } from "../reward.ts";
import { lazyClassifier } from "./lazy-classifier.ts";
import { modelSchema } from "./reference.ts";

const logSumExp = (values: readonly number[]): number => {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
};

/** What a label's value is made of its score and those of the others; a single label's alternative has the score 0. */
const outputs = {
  probability: (score: number, others: readonly number[]) => 1 / (1 + Math.exp(logSumExp(others) - score)),
  "log-odds": (score: number, others: readonly number[]) => score - logSumExp(others),
  logit: (score: number) => score,
};

/**
 * What the classifier says of one label: its probability p (softmax; of a single label the sigmoid), its log-odds log p
 * / (1 - p) in nats, or its raw score. Reads the prompt and the completion, or a text made of them by a template.
 */
export const classifier = define({
  type: "classifier",
  summary:
    "Probability, log-odds or score that a sequence classifier gives a label: entailment of the reference, " +
    "or whatever it tells.",
  parameters: {
    model: modelSchema,
    label: Type.Union([Type.Integer({ minimum: 0 }), Type.String({ minLength: 1 })], {
      default: 0,
      description: "The label, by its number or by its name in the classifier's configuration.",
    }),
    output: Type.Union([Type.Literal("probability"), Type.Literal("log-odds"), Type.Literal("logit")], {
      default: "probability",
      description: "probability: of the label, 0 to 1. log-odds: in nats. logit: its score as it is.",
    }),
    template: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 10_000,
        description:
          "The text that is read, with {prompt}, {completion} and {reference} in it. The prompt, the " +
          "completion and, if it ended, the end-of-sequence when left out.",
      }),
    ),
  },
  create(values, context: RewardContext): Reward {
    const { output } = values;
    const { prepare, score, close } = lazyClassifier("classifier", values, context);
    return {
      name: "classifier",
      ...(output === "probability" ? { range: [0, 1] as const } : {}),
      prepare,
      close,
      async score(rollout, signal) {
        const { scores, index } = await score(rollout, signal);
        const others = scores.length === 1 ? [0] : Array.from(scores).toSpliced(index, 1);
        return { value: outputs[output](scores[index]!, others), parts: {} };
      },
    };
  },
});
