/** The entropy bonus: a policy that stays undecided keeps exploring. */
import * as tf from "@tensorflow/tfjs";
import { define } from "../plugins/definition.ts";
import { averages, averageSchema, sampledByStudent, weighted, type Average } from "./arithmetic/averages.ts";
import { checkTemperature, tempered, studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { entropy } from "./arithmetic/entropy.ts";
import type { Objective } from "./objective.ts";

/** Parameters of the entropy bonus. */
export interface EntropyBonusParameters {
  /** Over tokens; `averages.sequence` when left out. */
  readonly average?: Average;
  /** The entropy is that of softmax(logits / studentTemperature); 1 when left out. */
  readonly studentTemperature?: number;
}

/**
 * -average of H(Q_t) over the tokens that the student drew, in nats: a term of weight c rewards c nats of entropy
 * (Williams and Peng, 1991; Mnih et al., 2016, arXiv 1602.01783). Its expected gradient is that of the next-token
 * entropies at fixed prefixes; it does not lead the student to prefixes at which it is undecided, so it is not the
 * gradient of the entropy of whole sequences. Sequences that the student did not sample add nothing, yet they count
 * among the sequences. `RangeError` for a temperature that is not positive.
 */
export const entropyBonus = ({
  average = averages.sequence,
  studentTemperature = 1,
}: EntropyBonusParameters = {}): Objective<"fromStudent"> => {
  checkTemperature("entropy-bonus", studentTemperature);
  return {
    name: "entropy-bonus",
    needs: ["fromStudent"],
    learnsFrom: ["student"],
    loss(studentLogits, { completionMask, fromStudent }) {
      const nats = entropy(tempered(studentLogits, studentTemperature));
      const loss = tf.neg(weighted(nats, sampledByStudent(average(completionMask), fromStudent)));
      return { loss, metrics: { "objective/entropy-bonus": loss } };
    },
  };
};

/** `{ "type": "entropy-bonus" }` */
export const definition = define({
  type: "entropy-bonus",
  summary: "Minus the entropy of the student's next-token distributions, as a term beside a policy gradient.",
  parameters: {
    average: averageSchema("How the tokens' entropies are averaged."),
    studentTemperature: studentTemperatureSchema("The student's logits are divided by it within the loss."),
  },
  create: (values): Objective<"fromStudent"> => entropyBonus({ ...values, average: averages[values.average] }),
});
