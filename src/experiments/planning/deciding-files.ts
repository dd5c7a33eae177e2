/**
 * The files of the user's that decide a training's result: its task's data and tokenizer, and the code of
 * its modules.
 */
import { relative, resolve, sep } from "node:path";
import { modulesIn } from "../../plugins/modules-in.ts";
import { sourceNames } from "../../tasks/prompts/data-source.ts";
import type { Task } from "../../tasks/task.ts";
import type { TrainingValues } from "../schema/trainings.ts";

/** Sha256, in hexadecimal, by the name that the experiment file has for a file, or by the path from its folder. */
export type DecidingFiles = Readonly<Record<string, string>>;

/** The files of one training; `folder` is the experiment file's. */
export const decidingFiles = (values: TrainingValues, task: Task, folder: string): DecidingFiles => {
  const names = sourceNames(values.task);
  const data = (task.files ?? []).map((hash, i) => [names[i] ?? `data ${i + 1}`, hash] as const);
  const code = modulesIn(values).flatMap(({ sources }) =>
    Object.entries(sources).map(
      ([path, { sha256 }]) => [relative(resolve(folder), path).replaceAll(sep, "/"), sha256] as const,
    ),
  );
  return Object.fromEntries([...data, ...code].toSorted(([a], [b]) => (a < b ? -1 : 1)));
};
