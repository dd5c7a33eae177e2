/** Supervised fine-tuning: the mean negative log-likelihood of given completions. */
import * as tf from "@tensorflow/tfjs";
import { define } from "../plugins/definition.ts";
import { averages, averageSchema, weighted, writtenByOthers, type Average } from "./arithmetic/averages.ts";
import { entropy } from "./arithmetic/entropy.ts";
import type { Objective } from "./objective.ts";
import { tokenLogProbs } from "./arithmetic/token-log-probs.ts";

/** Parameters of supervised fine-tuning. */
export interface SftParameters {
  /** Over tokens; `averages.sequence` when left out. */
  readonly average?: Average;
}

/**
 * -average of log Q(y_t) in nats: the forward KL to a teacher that is certain of the given token. Sequences that the
 * student sampled are masked out: imitating them would teach it its own mistakes. On the teacher's samples it is
 * sequence-level distillation (Kim and Rush, 2016).
 */
export const sft = ({ average = averages.sequence }: SftParameters = {}): Objective<"fromStudent"> => ({
  name: "sft",
  needs: ["fromStudent"],
  learnsFrom: ["others"],
  loss(studentLogits, { targets, completionMask, fromStudent }) {
    const others = writtenByOthers(completionMask, fromStudent);
    const loss = weighted(tf.neg(tokenLogProbs(studentLogits, targets)), average(others));
    const undecided = weighted(entropy(studentLogits), averages.token(completionMask));
    return { loss, metrics: { "objective/sft": loss, "policy/entropy": undecided } };
  },
});

/** `{ "type": "sft" }` */
export const definition = define({
  type: "sft",
  summary: "Supervised fine-tuning: the negative log-likelihood of given completions.",
  parameters: { average: averageSchema("How the tokens' losses are averaged.") },
  create: ({ average }): Objective<"fromStudent"> => sft({ average: averages[average] }),
});
