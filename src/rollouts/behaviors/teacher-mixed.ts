/**
 * Teacher-mixed sampling: each token is drawn by the teacher with a fixed probability, else by the student (MiniLLM).
 */
import * as tf from "@tensorflow/tfjs";
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { Behavior } from "./behavior.ts";
import { logSum } from "./log-sum.ts";

const parameters = {
  share: Type.Number({
    default: 0.2,
    minimum: 0,
    exclusiveMaximum: 1,
    description: "Probability with which the teacher draws a token; 0 is the student alone.",
  }),
};

/**
 * `type: "teacher-mixed"`: b = share p + (1 - share) q, with the teacher's p and the student's q (Gu et al., 2024,
 * arXiv 2306.08543, section 2.2, share .2). It keeps a student from sequences that deceive the reward of a likelihood
 * ratio; an objective that is stated for the student's own sequences needs the weight q / b. With share 0, b is q bit
 * for bit. `RangeError` for a share outside [0, 1).
 */
export const teacherMixed = define({
  type: "teacher-mixed",
  summary: "Each token is drawn by the teacher with a fixed probability, else by the student.",
  parameters,
  create({ share }): Behavior {
    if (!(share >= 0 && share < 1)) throw new RangeError(`teacher-mixed: expected a share in [0, 1), got ${share}`);
    return {
      name: "teacher-mixed",
      mixture: (student, teacher) =>
        share === 0
          ? student
          : logSum<tf.Tensor2D>(tf.add(teacher, Math.log(share)), tf.add(student, Math.log1p(-share))),
    };
  },
});
