/** A plan: trainings with the hashes that name their results, before anything runs. */
import type { TaskValues } from "../../tasks/index.ts";
import { type Json } from "../../files/json.ts";
import type { DecidingFiles } from "./deciding-files.ts";
import { type TrainingValues } from "../schema/trainings.ts";

/** One training of a plan: a stage, or the run itself. */
export interface PlannedTraining {
  /** The stage's name, or the run's. */
  readonly name: string;
  /**
   * sha256 of everything that decides the result: all values but the checks and how scorers are asked, the ids of the
   * stages and the contents of the checkpoints and files that it starts from, and this package's version.
   */
  readonly id: string;
  /** sha256 of what the id is made of but seeds: trainings of one setting are its repeats. */
  readonly setting: string;
  readonly values: TrainingValues;
  /** The task's values with its data as files of this machine. */
  readonly task: TaskValues;
  /** How many prompts the task has to train on, and how many others it holds out. */
  readonly prompts: { readonly train: number; readonly test: number };
  /** Ids of the stages that student and teacher come from, by stage name. */
  readonly inputs: Readonly<Record<string, string>>;
  /**
   * Where the checkpoints are that it names, and the sha256 of their contents, by the names that the file has for them.
   */
  readonly checkpoints: Readonly<Record<string, { readonly path: string; readonly hash: string }>>;
  /** sha256 of each file of the user's that decides the result, by the name that the file has for it. */
  readonly files: DecidingFiles;
  /** Most tokens of prompt and completion together that the student can read. */
  readonly contextLength: number;
  /** Tokens after which a completion is cut. */
  readonly maxNewTokens: number;
}

/** One run of a file. */
export interface PlannedRun extends PlannedTraining {
  /** What tables call it. */
  readonly label: string;
  readonly question: string;
  readonly paper: string | undefined;
  /** The file, as it was given. */
  readonly path: string;
  /** What a trial of a sweep sets, by pointer; absent for a run of the file itself. */
  readonly axes?: Readonly<Record<string, Json>>;
  /** What must be there first, in the order in which to make it. */
  readonly stages: readonly PlannedTraining[];
}
