/** `queue.json` beside a sweep's plan: how workers run its trials, written by the driver that asked last. */
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { writeJson } from "../../files/json-file.ts";
import { checkerOf, readChecked } from "../planning/checked-file.ts";
import type { TrialOptions } from "./executor.ts";
import { closedObject } from "../../plugins/closed-object.ts";

/** How all of its trials are run; where each pauses is said by its job. */
type QueuedOptions = Omit<TrialOptions, "pauseAt">;

const Options = closedObject({
  threads: Type.Integer({ minimum: 1, maximum: 1024 }),
  retries: Type.Integer({ minimum: 0 }),
});

const check = checkerOf<QueuedOptions>(Options);

/** Longest file, in bytes. */
const longest = 10_000;

const pathIn = (folder: string): string => join(folder, "queue.json");

/** Writes them into the sweep's folder. */
export const writeQueuedOptions = (folder: string, { threads, retries }: QueuedOptions): Promise<void> =>
  writeJson(pathIn(folder), { threads, retries });

/** Reads them. `Error` when there are none. */
export const readQueuedOptions = (folder: string): QueuedOptions =>
  readChecked(pathIn(folder), { what: "how trials are run", longest, check });
