/** Contrastive distillation (DistiLLM-2): one divergence on what the student wrote, another on what others wrote. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define } from "../plugins/definition.ts";
import {
  averages,
  averageSchema,
  sampledByStudent,
  weighted,
  writtenByOthers,
  type Average,
} from "./arithmetic/averages.ts";
import { checkTemperature, tempered, studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { between } from "./divergences/between.ts";
import type { Divergence } from "./divergences/divergence.ts";
import { divergences, type DivergenceValues } from "./divergences/index.ts";
import { skewKl } from "./divergences/skew-kl.ts";
import { skewReverseKl } from "./divergences/skew-reverse-kl.ts";
import { entropy } from "./arithmetic/entropy.ts";
import type { Objective } from "./objective.ts";
import { checkSchedule, scheduled, scheduleNeeds, scheduleSchema, type Schedule } from "./schedules/schedule.ts";

/** The teacher, who wrote each sequence, and the run's progress when the share moves. */
type ContrastiveDistillationNeeds = "teacherLogProbs" | "fromStudent" | "progress";

/** Parameters of contrastive distillation. */
export interface ContrastiveDistillationParameters {
  /** On sequences of the teacher, or of the data; skew KL of .1 when left out. */
  readonly othersDivergence?: Divergence;
  /** On sequences that the student sampled; skew reverse KL of .1 when left out. */
  readonly studentDivergence?: Divergence;
  /** b, the weight of the student's sequences, in [0, 1]; .5 when left out. */
  readonly studentWeight?: Schedule;
  /** Over tokens; `averages.sequence` when left out. */
  readonly average?: Average;
  /** The student's distribution is softmax(logits / studentTemperature); 1 when left out. */
  readonly studentTemperature?: number;
}

/**
 * Average over the whole batch of (1 - b) D_others on sequences that others wrote and b D_student on those that the
 * student sampled, in nats (DistiLLM-2, Ko et al., 2025, arXiv 2503.07067: (1 / 2|D|) sum over pairs of (1 - b) SKL(y
 * of the teacher) + b SRKL(y of the student)). The first raises what the teacher says, the second lowers what only the
 * student says. The gradient is the exact one of this value at fixed sequences; none goes through the sampling. With
 * equal divergences and b = 1/2 it is half of distillation, whoever wrote what.
 *
 * The authors' code can ramp b from .5 to .75 over the first half of the run; it also holds the student's share of the
 * mixture in SRKL constant, which changes the gradient: ours is that of the divergence. Left out is the curriculum of
 * the skew by sequence, alpha = 1 - (1 - alpha0) m / (p - q) cut to [.01, alpha0], p and q the geometric mean of its
 * tokens' probabilities: it needs an anchor m from earlier epochs, which that code never sets. Metrics:
 * `divergence/others` and `divergence/student`, means over the tokens of each source. `RangeError` for a weight outside
 * [0, 1] and for a temperature that is not positive.
 */
export const contrastiveDistillation = ({
  othersDivergence = skewKl(0.1),
  studentDivergence = skewReverseKl(0.1),
  studentWeight = 0.5,
  average = averages.sequence,
  studentTemperature = 1,
}: ContrastiveDistillationParameters = {}): Objective<ContrastiveDistillationNeeds> => {
  checkSchedule("contrastive-distillation, studentWeight", studentWeight, 0, 1);
  checkTemperature("contrastive-distillation", studentTemperature);
  return {
    name: "contrastive-distillation",
    needs: ["teacherLogProbs", "fromStudent", ...scheduleNeeds(studentWeight)],
    learnsFrom: ["student", "others"],
    loss(studentLogits, { completionMask, teacherLogProbs, fromStudent, progress }) {
      const logits = tempered(studentLogits, studentTemperature);
      const weight = scheduled(studentWeight, { progress });
      const weights = average(completionMask);
      const [others, own] = [
        between(othersDivergence, teacherLogProbs, logits),
        between(studentDivergence, teacherLogProbs, logits),
      ];
      const loss = tf.add<tf.Scalar>(
        tf.mul(weighted(others, writtenByOthers(weights, fromStudent)), tf.sub(1, weight)),
        tf.mul(weighted(own, sampledByStudent(weights, fromStudent)), weight),
      );
      return {
        loss,
        metrics: {
          "objective/contrastive-distillation": loss,
          "divergence/others": weighted(others, averages.token(writtenByOthers(completionMask, fromStudent))),
          "divergence/student": weighted(own, averages.token(sampledByStudent(completionMask, fromStudent))),
          ...(typeof weight === "number" ? {} : { "weight/student": weight }),
          "policy/entropy": weighted(entropy(studentLogits), averages.token(completionMask)),
        },
      };
    },
  };
};

/** `{ "type": "contrastive-distillation" }` */
export const definition = define({
  type: "contrastive-distillation",
  summary: "DistiLLM-2: a forward divergence on sequences of others, a reverse one on the student's own.",
  parameters: {
    othersDivergence: Type.Unsafe<DivergenceValues>({
      ...divergences.schema,
      default: { type: "skew-kl", alpha: 0.1 },
      description: "On sequences that the teacher or the data wrote.",
    }),
    studentDivergence: Type.Unsafe<DivergenceValues>({
      ...divergences.schema,
      default: { type: "skew-reverse-kl", alpha: 0.1 },
      description: "On sequences that the student sampled.",
    }),
    studentWeight: scheduleSchema("Weight of the student's sequences; those of others have 1 minus it.", {
      minimum: 0,
      maximum: 1,
      default: 0.5,
    }),
    average: averageSchema("How the tokens' divergences are averaged."),
    studentTemperature: studentTemperatureSchema("The student's logits are divided by it within the loss."),
  },
  create: (values): Objective<ContrastiveDistillationNeeds> =>
    contrastiveDistillation({
      ...values,
      othersDivergence: divergences.create(values.othersDivergence),
      studentDivergence: divergences.create(values.studentDivergence),
      average: averages[values.average],
    }),
});
