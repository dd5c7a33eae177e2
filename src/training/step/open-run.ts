/** A run whose threads are open: what its steps and its evaluations share. */
import type { Lookahead } from "../sequences/lookahead.ts";
import type { Task } from "../../tasks/task.ts";
import { type RewardNormalizer } from "../../rewards/normalization.ts";
import type { GroupAssignment } from "../../rollouts/batches/group-assignment.ts";
import type { Check } from "../checks/check.ts";
import { type RunThreads } from "../threads/run-threads.ts";
import type { Answers } from "../batch/row.ts";
import type { ScoredRollout } from "../../rollouts/scoring/scorer.ts";
import type { Recipe } from "../recipe/recipe.ts";
import type { StepReport } from "../recipe/step-report.ts";
import { type RunShape } from "../batch/run-shape.ts";
import { type Sequences } from "../sequences/sequences.ts";
import type { Objective, Signal } from "../../objectives/objective.ts";

/** What the steps of a run share. */
export interface OpenRun {
  readonly recipe: Recipe;
  /** The recipe's objective, as its learner has it. */
  readonly objective: Objective<Signal>;
  readonly task: Task;
  readonly shape: RunShape;
  readonly threads: RunThreads;
  readonly ahead: Lookahead<StepSequences>;
  readonly checks: readonly Check[];
  readonly normalizer: RewardNormalizer | undefined;
  readonly sequences: Sequences;
  readonly emit: (report: StepReport) => void;
  readonly signal: AbortSignal;
}

/** The sequences of a step, drawn and scored. */
export interface StepSequences {
  /** lambda. */
  readonly fraction: number;
  readonly assignments: readonly GroupAssignment[];
  readonly scored: readonly ScoredRollout<Answers>[];
}
