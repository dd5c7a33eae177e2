/** Values of a file that change nothing, since others leave them no part. */
import { learnsOffPolicy } from "../../training/recipe/off-policy.ts";
import type { PlannedRun, PlannedTraining } from "../planning/planned.ts";
import { stagePointer } from "../schema/trainings.ts";
import type { Hint } from "./odd-rates.ts";

const hintsOf = ({ values: { data } }: PlannedTraining, at: string): readonly Hint[] => {
  if (data.offPolicy !== "teacher" || learnsOffPolicy(data)) return [];
  const message =
    `expected ${at}/data/onPolicyFraction below 1, which lets the teacher write some sequences, got 1: the student ` +
    'writes all of them, and "offPolicy" changes nothing; leave it out, or lower the fraction';
  return [{ pointer: `${at}/data/offPolicy`, message }];
};

/** What changes nothing in a run and in its stages, in the order in which they are trained. */
export const idleHints = (run: PlannedRun): readonly Hint[] => [
  ...run.stages.flatMap((stage) => hintsOf(stage, stagePointer(stage.name))),
  ...hintsOf(run, ""),
];
