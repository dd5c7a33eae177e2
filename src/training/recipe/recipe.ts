/**
 * A recipe: everything that one training run needs, as plain data. Each thread makes the parts that it uses from it.
 */
import type { EngineName } from "../../engine/names.ts";
import type { ObjectiveValues } from "../../objectives/index.ts";
import type { Weights } from "../../policies/policy.ts";
import type { RewardValues } from "../../rewards/index.ts";
import type { RewardModels } from "../../rewards/reward.ts";
import type { TaskValues } from "../../tasks/index.ts";
import type { TeacherSource } from "../../teachers/teacher-source.ts";
import type { ScoringSettings } from "./scoring-settings.ts";
import type { EvaluationSettings } from "./evaluation-settings.ts";
import type { DataSettings, RolloutSettings, TrainingSettings } from "./training-settings.ts";

/** A policy with its weights: a HuggingFace `config.json` document and arrays by parameter name. */
export interface Model {
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: Weights;
}

/**
 * How much of the machine a run may use. It changes speed, and results only where an engine's sums depend on its
 * threads.
 */
export interface Machine {
  readonly engine: EngineName;
  /** Threads of the learner's program; of the samplers' and the teacher's too, where their policies are large. */
  readonly threads: number;
  /** Most sampling threads, each with an engine of its own; a large student has one. */
  readonly samplers: number;
}

/** One training run. */
export interface Recipe {
  /** Of this training's draws. */
  readonly seed: number;
  readonly task: TaskValues;
  /**
   * Of the task's prompts; stages that start from each other share it, so that none trains on what a later one is
   * tested on.
   */
  readonly taskSeed: number;
  /** Where a user's own modules and the files of the task are found. */
  readonly folder: string;
  /** What `toJSON` of a tokenizer gave, for a task that has none of its own. */
  readonly tokenizer?: unknown;
  readonly student: Model;
  readonly teacher?: TeacherSource;
  readonly rewards: readonly RewardValues[];
  /** Where the models are that rewards name, when they name some. */
  readonly models?: RewardModels;
  readonly objective: ObjectiveValues;
  readonly data: DataSettings;
  readonly rollouts: RolloutSettings;
  readonly training: TrainingSettings;
  readonly evaluation: EvaluationSettings;
  readonly scoring: ScoringSettings;
  readonly machine: Machine;
}
