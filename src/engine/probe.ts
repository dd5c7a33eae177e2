/** Tries an engine in a process of its own, so that a native library that fails cannot take this one down. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What a try found out. */
export interface Probe {
  /** The engine opened and computed what it should. */
  readonly found: boolean;
  /** What it runs on, or why it is not there and what to do. */
  readonly reason: string;
}

/** Milliseconds until a try counts as failed; a software renderer takes two seconds. */
const patience = 60_000;

const file = new URL("./probe-process.ts", import.meta.url);
const fromSource = existsSync(file);
const command = fromSource
  ? ["--import", import.meta.resolve("tsx"), fileURLToPath(file)]
  : [fileURLToPath(file).replace(/\.ts$/, ".js")];

const isProbe = (value: unknown): value is Probe =>
  typeof value === "object" &&
  value !== null &&
  "found" in value &&
  "reason" in value &&
  typeof value.reason === "string";

/** The process writes its answer as the last line; libraries may write before it. */
const answerOf = (output: string): Probe | undefined => {
  try {
    const answer: unknown = JSON.parse(output.trim().split("\n").at(-1) ?? "");
    return isProbe(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
};

/** Opens the engine called `name` in a new process and runs a small program on it. Never rejects. */
export const probeEngine = (name: string): Promise<Probe> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [...command, name],
      { timeout: patience, maxBuffer: 2 ** 24 },
      (error, output, errors) => {
        const answer = answerOf(output);
        if (answer !== undefined) return resolve(answer);
        const last = errors.trim().split("\n").at(-1);
        const ending = error?.signal ?? error?.code ?? "no answer";
        resolve({ found: false, reason: `the process that tried it ended with ${ending}${last ? `: ${last}` : ""}` });
      },
    );
  });
