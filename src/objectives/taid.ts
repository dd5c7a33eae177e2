/** TAID, temporally adaptive interpolated distillation: the target starts near the student and moves to the teacher. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define, type ParametersOf, type WithParts } from "../plugins/definition.ts";
import { adaptiveInterpolation } from "./schedules/adaptive-interpolation.ts";
import { averages, averageSchema, weighted, type Average } from "./arithmetic/averages.ts";
import { checkTemperature, distribution, tempered, studentTemperatureSchema } from "./arithmetic/distribution.ts";
import { between } from "./divergences/between.ts";
import type { Divergence } from "./divergences/divergence.ts";
import { forwardKl } from "./divergences/forward-kl.ts";
import { divergences, type DivergenceValues } from "./divergences/index.ts";
import { entropy } from "./arithmetic/entropy.ts";
import type { Objective } from "./objective.ts";
import { checkSchedule, scheduled, scheduleNeeds, scheduleSchema } from "./schedules/schedule.ts";
import { defined } from "../optional/defined.ts";

/** The teacher; and what says how far the target has moved: the run's progress or the controller's number, if any. */
type TaidNeeds = "teacherLogProbs" | "progress" | "controlled";

const parameters = {
  interpolation: scheduleSchema("How far the target is from the student, 0, to the teacher, 1.", {
    minimum: 0,
    maximum: 1,
    default: { from: 0.4, to: 1 },
  }),
  adaptation: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 5e-4,
    description: "Rate at which the target runs ahead of its ramp while the loss falls; 0 keeps to the ramp.",
  }),
  momentum: Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0.99,
    description: "Of the moving average of the loss's relative change.",
  }),
  divergence: Type.Unsafe<DivergenceValues>({ ...divergences.schema, default: { type: "forward-kl" } }),
  average: averageSchema("How the tokens' divergences are averaged."),
  studentTemperature: studentTemperatureSchema("The student's logits are divided by it within the loss."),
};

/**
 * Parameters of TAID; the schemas' defaults hold for what is left out. The student's distribution, in the target
 * too, is softmax(logits / studentTemperature). An interpolation that is a number stays as it is.
 */
export type TaidParameters = WithParts<
  ParametersOf<typeof parameters>,
  { readonly divergence?: Divergence; readonly average?: Average }
>;

/**
 * D(target || student), the target a constant: softmax((1 - t) log Q + t log P), where log-probs serve as logits, being
 * these up to a shift.
 */
const fromTarget = (divergence: Divergence, t: tf.Scalar | number): Divergence => ({
  ...divergence,
  formula: (teacher, student) =>
    divergence.formula(
      distribution(tf.add(tf.mul(student.logProbs, tf.sub(1, t)), tf.mul(teacher.logProbs, t))),
      student,
    ),
});

/**
 * Average of D(p_t || Q) over completion tokens, in nats, p_t = softmax((1 - t) z_Q + t z_P) with the student's logits
 * in it held constant (TAID, Shing et al., 2025, arXiv 2501.16937). The gradient is that of D at a fixed target, for
 * forward KL Q - p_t; it is not the derivative of the value, whose target moves along. At t = 1 it is distillation, at
 * t = 0 nothing. With forward KL its fixed point is the teacher at every t above 0.
 *
 * A ramp with `adaptation` above 0 is run by `adaptiveInterpolation` on the metric `objective/taid`. The metric
 * `weight/teacher` is t. `RangeError` for an interpolation outside [0, 1], a ramp that falls and adapts, and a
 * temperature that is not positive.
 */
export const taid = ({
  interpolation = { from: 0.4, to: 1 },
  adaptation = 5e-4,
  momentum = 0.99,
  divergence = forwardKl,
  average = averages.sequence,
  studentTemperature = 1,
}: TaidParameters = {}): Objective<TaidNeeds> => {
  checkSchedule("taid, interpolation", interpolation, 0, 1);
  checkTemperature("taid", studentTemperature);
  const controller =
    typeof interpolation === "number" || adaptation === 0
      ? undefined
      : adaptiveInterpolation({ schedule: interpolation, rate: adaptation, momentum, metric: "objective/taid" });
  return {
    name: "taid",
    needs: [
      "teacherLogProbs",
      ...(controller === undefined ? scheduleNeeds(interpolation) : (["controlled"] as const)),
    ],
    learnsFrom: ["student", "others"],
    ...defined({ controller }),
    loss(studentLogits, { completionMask, teacherLogProbs, progress, controlled }) {
      const t = controller === undefined ? scheduled(interpolation, { progress }) : controlled;
      const nats = between(fromTarget(divergence, t), teacherLogProbs, tempered(studentLogits, studentTemperature));
      const perToken = averages.token(completionMask);
      const loss = weighted(nats, average(completionMask));
      return {
        loss,
        metrics: {
          "objective/taid": loss,
          [`divergence/${divergence.name}`]: weighted(nats, perToken),
          "weight/teacher": typeof t === "number" ? tf.scalar(t) : t,
          "policy/entropy": weighted(entropy(studentLogits), perToken),
        },
      };
    },
  };
};

/** `{ "type": "taid" }` */
export const definition = define({
  type: "taid",
  summary:
    "TAID: distillation from a target between student and teacher that moves to the teacher as the student learns.",
  parameters,
  create: (values): Objective<TaidNeeds> =>
    taid({ ...values, divergence: divergences.create(values.divergence), average: averages[values.average] }),
});
