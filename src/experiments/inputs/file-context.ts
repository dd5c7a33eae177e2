/** What the rules of a file may ask besides the file: its tasks, made once each, and the checkpoints that it names. */
import { foreignSources, withLines } from "../../tasks/prompts/data-source.ts";
import type { TaskValues } from "../../tasks/index.ts";
import { knownTask } from "../../tasks/known-task.ts";
import type { Task } from "../../tasks/task.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import { attempt, type Made } from "../file/refusals.ts";
import { canonicalJson } from "../../files/canonical-json.ts";
import type { KnownCheckpoint } from "./checkpoints.ts";
import { noInputs, type Inputs } from "./inputs.ts";
import type { TrainingValues } from "../schema/trainings.ts";
import { dataKey, inSource } from "./task-data.ts";

/** What a task is made of. */
type TaskSource = Pick<TrainingValues, "task" | "taskSeed" | "tokenizer">;

/** What rules ask for. */
export interface FileFacts {
  /** The task of values. `RangeError` when it cannot be made. */
  task(values: TaskSource): Task;
  /** The checkpoint of a name. `RangeError` with the reason when it could not be read. */
  checkpoint(name: string): KnownCheckpoint;
  /** Its tokenizer. `RangeError` also when it has none. */
  tokenizer(name: string): Tokenizer;
}

/** Keeps what was made: the variants of a file mostly share their tasks. */
export class FileContext implements FileFacts {
  readonly #folder: string;
  readonly #inputs: Inputs;
  readonly #tasks = new Map<string, Made<Task>>();

  /** `folder` is the file's, from which its tasks' own files are found. */
  constructor(folder = ".", inputs: Inputs = noInputs) {
    this.#folder = folder;
    this.#inputs = inputs;
  }

  /** The task of these values, or why there is none. */
  make({ task, taskSeed, tokenizer }: TaskSource): Made<Task> {
    const key = canonicalJson([task, taskSeed, tokenizer ?? null]);
    const known = this.#tasks.get(key);
    if (known !== undefined) return known;
    const made = attempt(() =>
      knownTask(this.located(task), { seed: taskSeed, folder: this.#folder, ...this.#given(tokenizer) }),
    );
    const shown = "message" in made ? { message: this.#inSources(made.message, task) } : made;
    this.#tasks.set(key, shown);
    return shown;
  }

  /** Errors of files that data was made into, said of the data. */
  #inSources(message: string, task: TaskValues): string {
    return foreignSources(task).reduce((text, source) => {
      const made = this.#inputs.data.get(dataKey(source));
      return made === undefined || "message" in made ? text : inSource(text, made.part, source.source, this.#folder);
    }, message);
  }

  /**
   * The task's values with files of this machine instead of data that must be found. `RangeError` with the reason
   * when some could not be read.
   */
  located(task: TaskValues): TaskValues {
    return withLines(task, (source) => {
      const made = this.#inputs.data.get(dataKey(source));
      if (made === undefined) throw new RangeError("its data were not read; plan the file with prepareExperiment");
      if ("message" in made) throw new RangeError(made.message);
      return made.part;
    });
  }

  task(values: TaskSource): Task {
    const made = this.make(values);
    if ("message" in made) throw new RangeError(made.message);
    return made.part;
  }

  checkpoint(name: string): KnownCheckpoint {
    const made = this.#inputs.checkpoints.get(name) ?? {
      message: `checkpoint ${JSON.stringify(name)} was not read; plan the file with prepareExperiment`,
    };
    if ("message" in made) throw new RangeError(made.message);
    return made.part;
  }

  tokenizer(name: string): Tokenizer {
    const { path, tokenizer } = this.checkpoint(name);
    if (tokenizer === undefined)
      throw new RangeError(`expected a tokenizer.json in the checkpoint, got none at ${path}`);
    return tokenizer;
  }

  #given(name: string | undefined): { tokenizer?: unknown } {
    return name === undefined ? {} : { tokenizer: this.tokenizer(name).toJSON() };
  }
}
