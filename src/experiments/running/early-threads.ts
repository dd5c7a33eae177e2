/** Starts the threads of an experiment's trainings while it is still being read: they load on another processor. */
import { engineNames } from "../../engine/names.ts";
import { defined } from "../../optional/defined.ts";
import { isObject, type Json } from "../../files/json.ts";
import { startEarly } from "../../training/threads/early-threads.ts";
import type { IdleThreads } from "../../workers/idle-threads.ts";
import { machineFor } from "./planned-recipe.ts";

/**
 * Guesses from a file that is not checked yet which threads its first training needs, and starts them. Nothing depends
 * on the guess but time; where a user's code will run nothing is started, for it gets threads of its own. Rejects for a
 * precision that the engine does not have.
 */
export const startEarlyThreads = async (idle: IdleThreads, file: Json, threads?: number): Promise<void> => {
  if (!isObject(file) || JSON.stringify(file).includes('"module"')) return;
  const engine = engineNames.find((name) => name === file["engine"]) ?? "auto";
  const precision = file["precision"] === "bfloat16" ? "bfloat16" : undefined;
  const machine = await machineFor({ engine, ...defined({ precision }) }, threads);
  await startEarly(idle, machine, { teacher: isObject(file["teacher"]), rewards: Array.isArray(file["rewards"]) });
};
