/** Whether the file that answers make can run: everything that `retort validate` says of it. */
import { dirname, extname, resolve } from "node:path";
import { existsSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { validateExperiment } from "../../../experiments/explaining/validated.ts";
import { parseSource } from "../../../experiments/file/file-source.ts";
import { layout } from "../../../experiments/file/json-layout.ts";
import { ExperimentError, type Problem } from "../../../experiments/file/problem.ts";
import { startingParts, type StartingAnswers } from "../../../experiments/file/starting-file.ts";
import { yamlLayout } from "../../../experiments/file/yaml-layout.ts";
import type { PlannedRun } from "../../../experiments/planning/planned.ts";
import { checkSource } from "../../../experiments/planning/sound-file.ts";
import { prepareSweep } from "../../../sweeps/planning/prepare-sweep.ts";
import { heldOut } from "./answers.ts";

/** A file that can be written. */
export interface SoundText {
  readonly text: string;
  /** What is to be said beside it. */
  readonly notes: readonly string[];
}

/** A checkpoint of the Hub may be large, so it is not fetched only to write a file. */
const isOnHub = (file: string, { teacher, student, tokenizer }: StartingAnswers): boolean =>
  [teacher, student, tokenizer].some(
    (model) =>
      model !== undefined && "checkpoint" in model && !existsSync(resolve(dirname(resolve(file)), model.checkpoint)),
  );

const textOf = (file: string, answers: StartingAnswers): string => {
  const parts = startingParts(answers);
  return /^\.ya?ml$/iu.test(extname(file)) ? yamlLayout(parts) : layout(parts);
};

/** The run of the file, or what is wrong with it. */
const tried = async (
  file: string,
  answers: StartingAnswers,
): Promise<{ readonly text: string } & ({ readonly run: PlannedRun } | { readonly problems: readonly Problem[] })> => {
  const text = textOf(file, answers);
  const source = parseSource(file, text);
  try {
    const [validated] = await validateExperiment(source);
    if (answers.sweep) await prepareSweep(source);
    return { text, run: validated!.run };
  } catch (error) {
    if (error instanceof ExperimentError) return { text, problems: error.problems };
    throw error;
  }
};

const refusal = (problems: readonly Problem[]): InvalidArgumentError =>
  new InvalidArgumentError(
    `these answers do not go together: ${problems.map(({ pointer, message }) => `${pointer}: ${message}`).join("; ")}`,
  );

/** The same without rows that a task refuses, where that is all that is wrong. */
const withoutUnfit = async (
  file: string,
  answers: StartingAnswers,
  problems: readonly Problem[],
): Promise<SoundText> => {
  const { task } = answers;
  if (task.type !== "prompts" || problems.some(({ pointer }) => !/^(?:\/stages\/[^/]*)?\/task/u.test(pointer)))
    throw refusal(problems);
  const leaving = { ...answers, task: { ...task, unfit: "leave-out" as const, test: 1 } };
  const all = await tried(file, leaving);
  if ("problems" in all) throw refusal(problems);
  const prompts = all.run.prompts.train + all.run.prompts.test;
  const second = await tried(file, { ...leaving, task: { ...leaving.task, test: heldOut(prompts) } });
  if ("problems" in second) throw refusal(problems);
  const first = problems[0]!.message;
  const note = `${prompts} prompts are used, and others left out ("unfit"), of which this is the first: ${first}`;
  return { text: second.text, notes: [note] };
};

/**
 * The text of the file, in YAML where it is called so. `InvalidArgumentError` when it would be refused. Of checkpoints
 * of the Hub nothing is known, and that is noted.
 */
export const soundText = async (file: string, answers: StartingAnswers): Promise<SoundText> => {
  if (isOnHub(file, answers)) {
    const text = textOf(file, answers);
    try {
      checkSource(parseSource(file, text), []);
    } catch (error) {
      if (error instanceof ExperimentError) throw refusal(error.problems);
      throw error;
    }
    return { text, notes: ["it names a checkpoint of the Hub: retort validate fetches it, and checks the rest"] };
  }
  const found = await tried(file, answers);
  return "problems" in found ? withoutUnfit(file, answers, found.problems) : { text: found.text, notes: [] };
};
