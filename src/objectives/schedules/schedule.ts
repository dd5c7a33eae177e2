/** Schedules: a number that is constant, or moves on a straight line over the run. */
import { Type, type TSchema } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { defined } from "../../optional/defined.ts";

/** From one number to another, between two moments of the run; constant before and after. */
export interface Ramp {
  readonly from: number;
  readonly to: number;
  /** Progress in [0, 1] at which it starts to move; 0 when left out. */
  readonly start?: number;
  /** Progress in (start, 1] from which on it is `to`; 1 when left out. */
  readonly end?: number;
}

/** A constant, or a ramp over the run. */
export type Schedule = number | Ramp;

/** Least and greatest number that a schedule takes. */
export const boundsOf = (schedule: Schedule): { readonly least: number; readonly most: number } =>
  typeof schedule === "number"
    ? { least: schedule, most: schedule }
    : { least: Math.min(schedule.from, schedule.to), most: Math.max(schedule.from, schedule.to) };

/**
 * Throws `RangeError`, in the name of `owner`, unless every number of the schedule is in [least, most] and a ramp's
 * moments satisfy 0 <= start < end <= 1.
 */
export const checkSchedule = (owner: string, schedule: Schedule, least: number, most = Infinity): void => {
  const bounds = boundsOf(schedule);
  const inside = bounds.least >= least && bounds.most <= most && Number.isFinite(bounds.most);
  const range = most === Infinity ? `at least ${least}` : `in [${least}, ${most}]`;
  const got = typeof schedule === "number" ? String(schedule) : `${schedule.from} to ${schedule.to}`;
  if (!inside) throw new RangeError(`${owner}: expected a number ${range}, got ${got}`);
  if (typeof schedule === "number") return;
  const { start = 0, end = 1 } = schedule;
  if (!(start >= 0 && start < end && end <= 1)) {
    throw new RangeError(`${owner}: expected 0 <= start < end <= 1, got start ${start} and end ${end}`);
  }
};

/** The number at `progress` in [0, 1], on the host. */
export const numberAt = (schedule: Schedule, progress: number): number => {
  if (typeof schedule === "number") return schedule;
  const { from, to, start = 0, end = 1 } = schedule;
  return from + (to - from) * Math.min(1, Math.max(0, (progress - start) / (end - start)));
};

/** The signals that a schedule reads: the run's progress, if it is a ramp. */
export const scheduleNeeds = (...schedules: readonly Schedule[]): readonly "progress"[] =>
  schedules.some((schedule) => typeof schedule !== "number") ? ["progress"] : [];

/** The number at the batch's `progress`, within a program. `TypeError` when a ramp is given no progress. */
export const scheduled = (schedule: Schedule, { progress }: { readonly progress?: tf.Scalar }): tf.Scalar | number => {
  if (typeof schedule === "number") return schedule;
  if (progress === undefined)
    throw new TypeError("schedule: expected the run's progress, got none; the objective must need it");
  const { from, to, start = 0, end = 1 } = schedule;
  const share = tf.clipByValue(tf.mul(tf.sub(progress, start), 1 / (end - start)), 0, 1);
  return tf.add<tf.Scalar>(tf.mul(share, to - from), from);
};

/** Progress at `step` (from 1) of `steps`: 0 at the first, 1 at the last. */
export const progressAt = (step: number, steps: number): number => (steps === 1 ? 1 : (step - 1) / (steps - 1));

/** Schema of a schedule whose numbers are in [minimum, maximum]. */
export const scheduleSchema = (
  description: string,
  range: { minimum: number; maximum?: number; default?: Schedule },
) => {
  const { default: standard, ...bounds } = range;
  const moment = (what: string, value: number): TSchema =>
    Type.Number({ minimum: 0, maximum: 1, default: value, description: what });
  return Type.Unsafe<Schedule>({
    description: `${description} A number, or a ramp over the run.`,
    ...defined({ default: standard }),
    type: ["number", "object"],
    ...bounds,
    properties: {
      from: { type: "number", ...bounds, description: "The number before the ramp." },
      to: { type: "number", ...bounds, description: "The number after it." },
      start: moment("Share of the run after which it starts to move.", 0),
      end: moment("Share of the run after which it stays.", 1),
    },
    required: ["from", "to"],
    additionalProperties: false,
  });
};
