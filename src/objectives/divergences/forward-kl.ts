/** Forward KL, KL(teacher || student): covers everything that the teacher might say. */
import * as tf from "@tensorflow/tfjs";
import { define } from "../../plugins/definition.ts";
import type { Divergence } from "./divergence.ts";

/** sum_i P_i log(P_i / Q_i). Gradient: Q - P. (Kullback and Leibler, 1951; equation 3 of GKD.) */
export const forwardKl: Divergence = {
  name: "forward-kl",
  formula: (teacher, student) => ({
    value: tf.sum(tf.mul(teacher.probabilities, tf.sub(teacher.logProbs, student.logProbs)), -1),
    gradient: tf.sub(student.probabilities, teacher.probabilities),
  }),
};

/** `{ "type": "forward-kl" }` */
export const definition = define({
  type: "forward-kl",
  summary: "KL(teacher || student): the student covers all that the teacher might say.",
  parameters: {},
  create: (): Divergence => forwardKl,
});
