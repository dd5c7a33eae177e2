/** Tries an engine in a process of its own. */
import { askProcess } from "./own-process.ts";

/** What a try found out. */
export interface Probe {
  /** The engine opened and computed what it should. */
  readonly found: boolean;
  /** What it runs on, or why it is not there and what to do. */
  readonly reason: string;
}

const isProbe = (value: unknown): value is Probe =>
  typeof value === "object" &&
  value !== null &&
  "found" in value &&
  "reason" in value &&
  typeof value.reason === "string";

/** Opens the engine called `name` in a new process and runs a small program on it. Never rejects. */
export const probeEngine = async (name: string): Promise<Probe> => {
  const answer = await askProcess(new URL("./probe-process.ts", import.meta.url), [name]);
  if ("ending" in answer) return { found: false, reason: answer.ending };
  return isProbe(answer.value) ? answer.value : { found: false, reason: "the process that tried it gave no answer" };
};
