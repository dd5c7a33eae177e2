/** `queue.json` beside a sweep's plan: how workers run its trials, written by the driver that asked last. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { checker } from "../check.ts";
import { writeJson } from "../json-file.ts";
import type { Json, JsonObject } from "../json.ts";
import type { TrialOptions } from "./executor.ts";

/** How all of its trials are run; where each pauses is said by its job. */
type QueuedOptions = Omit<TrialOptions, "pauseAt">;

const Options = Type.Object(
  {
    threads: Type.Integer({ minimum: 1, maximum: 1024 }),
    retries: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
);

const check = checker<QueuedOptions>(JSON.parse(JSON.stringify(Options)) as JsonObject);

/** Longest file, in bytes. */
const longest = 10_000;

const pathIn = (folder: string): string => join(folder, "queue.json");

/** Writes them into the sweep's folder. */
export const writeQueuedOptions = (folder: string, { threads, retries }: QueuedOptions): Promise<void> =>
  writeJson(pathIn(folder), { threads, retries });

/** Reads them. `Error` when there are none. */
export const readQueuedOptions = (folder: string): QueuedOptions => {
  const path = pathIn(folder);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined || size > longest) {
    throw new Error(`${path}: expected how trials are run, in at most ${longest} bytes, got ${size ?? "no file"}; start the sweep again`);
  }
  let value: Json;
  try {
    value = JSON.parse(readFileSync(path, "utf8")) as Json;
  } catch (cause) {
    throw new Error(`${path}: expected JSON`, { cause });
  }
  const checked = check(value);
  if ("mistakes" in checked) {
    const { pointer, message } = checked.mistakes[0]!;
    throw new Error(`${path}: ${pointer}: ${message}`);
  }
  return checked.values;
};
