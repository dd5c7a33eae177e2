/** How large the parts of a batch may be for a training to fit into an amount of memory. */
import { dirname } from "node:path";
import { objectiveOf } from "../../objectives/objective-of.ts";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { FileContext } from "../inputs/file-context.ts";
import { readInputs } from "../inputs/inputs.ts";
import type { Source } from "../file/file-source.ts";
import { givenOverrides } from "../file/overrides.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import { stagePointer, type TrainingValues } from "../schema/trainings.ts";
import type { PlannedTraining } from "./planned.ts";
import { planRuns } from "./run-plan.ts";
import { checkSource } from "./sound-file.ts";
import { trainingMemory } from "./training-memory.ts";

/** What was chosen for one training of a file. */
export interface ChosenPart {
  /** Where it is set: `/training/microBatch`, or of a stage. */
  readonly pointer: string;
  /** Rows of a part, below the batch. */
  readonly rows: number;
  readonly batch: number;
}

/** A training of one of the runs. */
interface Candidate {
  readonly training: PlannedTraining;
  readonly file: ExperimentValues;
}

/** The parts that a batch can be learned from in, the largest first: all of it, and halves of halves, to one row. */
export const partsOfBatch = ({
  training: { batch },
  objective,
}: Pick<TrainingValues, "training" | "objective">): readonly number[] => {
  // The two answers of a pair stay together.
  const least = objectiveOf(objective).pairs === true ? 2 : 1;
  const parts = [batch];
  for (let rows = batch / 2; rows >= least && Number.isInteger(rows / least); rows /= 2) parts.push(rows);
  if (parts.at(-1)! > least && batch % least === 0) parts.push(least);
  return parts;
};

const withPart = ({ training, file }: Candidate, rows: number, fileContext: FileContext): number => {
  const { values } = training;
  const changed = { ...values, training: { ...values.training, microBatch: rows } };
  return trainingMemory({ ...training, values: changed }, file, fileContext).peak;
};

/** The part with which all of these fit, of those that every batch can be cut into; nothing where they fit whole. */
const largestPart = (
  all: readonly Candidate[],
  bytes: number,
  fileContext: FileContext,
): Pick<ChosenPart, "rows" | "batch"> | undefined => {
  const fits = (one: Candidate, rows: number): boolean => withPart(one, rows, fileContext) <= bytes;
  const batches = all.map(({ training }) => training.values.training.batch);
  if (all.every((one, i) => fits(one, batches[i]!))) return undefined;
  const batch = Math.min(...batches);
  const parts = partsOfBatch(all[batches.indexOf(batch)]!.training.values).filter((rows) =>
    batches.every((each) => each % rows === 0),
  );
  const rows = parts.find((each) => all.every((one) => fits(one, each))) ?? parts.at(-1);
  return rows === undefined ? undefined : { rows, batch };
};

/**
 * The parts to set so that each run of a file, and each stage, is estimated to take at most `bytes`: none where a
 * training fits whole, or where any run says for itself what its parts are. Where one row is too much, one row is set;
 * whether that fits is for `prepareExperiment` to say. Errors as of `prepareExperiment`.
 */
export const fittingParts = async (
  source: Source,
  overrides: readonly string[],
  bytes: number,
  hub: HubOptions = {},
): Promise<readonly ChosenPart[]> => {
  const file = checkSource(source, givenOverrides(overrides));
  const inputs = await readInputs(file.drafts, dirname(file.path), hub);
  const fileContext = new FileContext(dirname(file.path), inputs);
  const trainings = new Map<string, Candidate[]>();
  const add = (at: string, one: Candidate): void => void trainings.set(at, [...(trainings.get(at) ?? []), one]);
  for (const [i, run] of planRuns(file, inputs, fileContext).entries()) {
    const { values } = file.drafts[i]!;
    for (const stage of run.stages) add(stagePointer(stage.name), { training: stage, file: values });
    add("", { training: run, file: values });
  }
  return [...trainings].flatMap(([at, all]) => {
    if (all.some(({ training }) => training.values.training.microBatch !== undefined)) return [];
    const chosen = largestPart(all, bytes, fileContext);
    return chosen === undefined || chosen.rows === chosen.batch
      ? []
      : [{ pointer: `${at}/training/microBatch`, ...chosen }];
  });
};

/** The overrides that set them. */
export const overridesOf = (parts: readonly ChosenPart[]): readonly string[] =>
  parts.map(({ pointer, rows }) => `${pointer}=${rows}`);
