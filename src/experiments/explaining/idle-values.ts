/** Values of a file that change nothing, since others leave them no part. */
import { EvaluationSettings } from "../../training/recipe/evaluation-settings.ts";
import { learnsOffPolicy } from "../../training/recipe/off-policy.ts";
import type { PlannedRun, PlannedTraining } from "../planning/planned.ts";
import { stagePointer } from "../schema/trainings.ts";
import type { Hint } from "./odd-rates.ts";

const offPolicyHints = ({ values: { data } }: PlannedTraining, at: string): readonly Hint[] => {
  if (data.offPolicy !== "teacher" || learnsOffPolicy(data)) return [];
  const message =
    `expected ${at}/data/onPolicyFraction below 1, which lets the teacher write some sequences, got 1: the student ` +
    'writes all of them, and "offPolicy" changes nothing; leave it out, or lower the fraction';
  return [{ pointer: `${at}/data/offPolicy`, message }];
};

/** Test prompts beyond those of `test` that no evaluation of the run reaches. */
const furtherTestHints = ({ values: { task, evaluation } }: PlannedRun): readonly Hint[] => {
  if (!("furtherTest" in task) || task.furtherTest === undefined) return [];
  const most = Math.max(evaluation.prompts, ...Object.values(evaluation.also ?? {}).map(({ prompts }) => prompts));
  if (most > task.test) return [];
  const message =
    `expected /evaluation/prompts above /task/test, ${task.test}, which reaches the further ones, got ${most}: ` +
    '"furtherTest" changes nothing; raise the prompts of the evaluation, or leave it out';
  return [{ pointer: "/task/furtherTest", message }];
};

/** Test prompts that an evaluation asks for beyond those held out. A number that nobody gave asks for none. */
const missingPromptHints = (
  { values: { evaluation }, prompts: { test } }: PlannedTraining,
  at: string,
): readonly Hint[] => {
  const also = Object.entries(evaluation.also ?? {}).map(
    ([name, { prompts }]) => [`also/${name}/prompts`, prompts] as const,
  );
  return ([["prompts", evaluation.prompts], ...also] as const)
    .filter(([, prompts]) => prompts > test && prompts !== EvaluationSettings.properties.prompts.default)
    .map(([place, prompts]) => ({
      pointer: `${at}/evaluation/${place}`,
      message:
        `expected at most ${test}, the test prompts that there are, got ${prompts}: ${test} are evaluated; ` +
        "lower it, or give the task more",
    }));
};

const trainingHints = (training: PlannedTraining, at: string): readonly Hint[] => [
  ...offPolicyHints(training, at),
  ...missingPromptHints(training, at),
];

/** What changes nothing in a run and in its stages, in the order in which they are trained. */
export const idleHints = (run: PlannedRun): readonly Hint[] => [
  ...run.stages.flatMap((stage) => trainingHints(stage, stagePointer(stage.name))),
  ...trainingHints(run, ""),
  ...furtherTestHints(run),
];
