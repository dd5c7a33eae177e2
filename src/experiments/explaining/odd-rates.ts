/** Learning rates of a file that are far from what was found to be good for students of that size. */
import { objectiveOf } from "../../objectives/objective-of.ts";
import type { Objective, Signal } from "../../objectives/objective.ts";
import { layerParameterCount } from "../../policies/initialize.ts";
import { oddRate, type RateSignals } from "../../training/recipe/usual-learning-rate.ts";
import type { FileContext } from "../inputs/file-context.ts";
import { studentPolicy } from "../inputs/students.ts";
import type { PlannedRun, PlannedTraining } from "../planning/planned.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import { stagePointer } from "../schema/trainings.ts";

/** What may be meant, and mostly is not. */
export interface Hint {
  /** JSON Pointer into the run's values. */
  readonly pointer: string;
  readonly message: string;
}

const rewardSignals: readonly Signal[] = ["advantages", "rewards"];

const termSignals = ({ needs, learnsFrom }: Objective<Signal>): RateSignals => {
  const rewarded = needs.some((signal) => rewardSignals.includes(signal));
  const taught = needs.some((signal) => /^(?:foreignT|t)eacher/u.test(signal));
  return { rewarded, imitating: taught || (!rewarded && learnsFrom.includes("others")) };
};

/** What an objective learns from, by its terms where it is a sum. */
const signalsOf = (objective: Objective<Signal>): RateSignals => {
  const terms = (objective.terms?.map((term) => term.objective) ?? [objective]).map(termSignals);
  return { rewarded: terms.some((term) => term.rewarded), imitating: terms.some((term) => term.imitating) };
};

/** Adapters, other optimizers than AdamW, and single steps, which only measure a student, have no usual rate. */
const isMeasured = ({ values: { training } }: PlannedTraining): boolean =>
  training.adapters === undefined && training.optimizer.type === "adamw" && training.steps > 1;

const hintsOf = (
  training: PlannedTraining,
  file: ExperimentValues,
  at: string,
  fileContext: FileContext,
): readonly Hint[] => {
  const parameters = layerParameterCount(studentPolicy(file, training.values, fileContext));
  const { learningRate } = training.values.training.optimizer;
  const signals = signalsOf(objectiveOf(training.values.objective));
  if (!isMeasured(training) || parameters === 0 || !(signals.rewarded || signals.imitating)) return [];
  const usual = oddRate(learningRate, parameters, signals);
  if (usual === undefined) return [];
  const size = `${parameters.toLocaleString("en")} parameters in its layers`;
  const message = `expected about ${usual} for a student with ${size}, got ${learningRate}, more than ten times off`;
  return [{ pointer: `${at}/training/optimizer/learningRate`, message }];
};

/** What is odd of the rates of a run and of its stages, in the order in which they are trained. */
export const rateHints = (run: PlannedRun, file: ExperimentValues, fileContext: FileContext): readonly Hint[] => [
  ...run.stages.flatMap((stage) => hintsOf(stage, file, stagePointer(stage.name), fileContext)),
  ...hintsOf(run, file, "", fileContext),
];
