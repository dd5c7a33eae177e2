/** The settings of checkpoints as a schema: when they are written, and which are kept. */
import { Type, type Static } from "@sinclair/typebox";
import { closedObject } from "../../plugins/closed-object.ts";

/**
 * When a run writes checkpoints, from which it resumes after an interruption, and how many are kept. Nothing here
 * changes what is learned.
 */
export const CheckpointSettings = closedObject(
  {
    every: Type.Integer({ default: 0, minimum: 0, description: "Steps between checkpoints; 0: by time alone." }),
    minutes: Type.Number({
      default: 5,
      exclusiveMinimum: 0,
      maximum: 100_000,
      description: "Minutes after which a step is followed by a checkpoint: the most that is done again after a crash.",
    }),
    last: Type.Integer({
      default: 2,
      minimum: 1,
      maximum: 1000,
      description: "How many of the newest are kept: when the newest is damaged, the run resumes from the one before.",
    }),
    best: Type.Union([Type.Boolean(), Type.String({ minLength: 1 })], {
      default: false,
      description:
        "Whether the best one is kept too, and written when it is found: by accuracy, or by the held-out reward " +
        "(evaluation/reward) in a task without references; or the name of the evaluations' metric, of which more is " +
        "better, that says so.",
    }),
    keepEvery: Type.Integer({
      default: 0,
      minimum: 0,
      description:
        "Steps between checkpoints that are kept for good, and written if they are not due otherwise; 0: none.",
    }),
  },
  {
    description:
      "What an interrupted run resumes from; removed when the run is done, but for the best one and those " +
      "that are kept for good.",
  },
);
/** Values of `CheckpointSettings`. */
export type CheckpointSettings = Static<typeof CheckpointSettings>;
