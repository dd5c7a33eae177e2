/**
 * Asks a file of this package in a process of its own, so that a native library that fails cannot take this one down.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What a process answered: the value of its last line, or how it ended without one. */
export type ProcessAnswer = { readonly value: unknown } | { readonly ending: string };

/** How a process is asked. */
export interface AskOptions {
  /** Beside this process's own variables. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Milliseconds until an answer counts as none. Default a minute: a software renderer takes two seconds. */
  readonly patience?: number;
}

/** Compiled files are run plainly, those of the source through tsx. */
const commandOf = (url: URL): string[] =>
  existsSync(url)
    ? ["--import", import.meta.resolve("tsx"), fileURLToPath(url)]
    : [fileURLToPath(url).replace(/\.ts$/u, ".js")];

/** The process writes its answer as the last line; libraries may write before it. */
const answerOf = (output: string): ProcessAnswer | undefined => {
  try {
    return { value: JSON.parse(output.trim().split("\n").at(-1) ?? "") as unknown };
  } catch {
    return undefined;
  }
};

/** Runs the file that the source names with `.ts`, which writes one line of JSON. Never rejects. */
export const askProcess = (
  url: URL,
  args: readonly string[],
  { environment = {}, signal, patience = 60_000 }: AskOptions = {},
): Promise<ProcessAnswer> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [...commandOf(url), ...args],
      { timeout: patience, maxBuffer: 2 ** 24, env: { ...process.env, ...environment }, signal },
      (error, output, errors) => {
        const answer = answerOf(output);
        if (answer !== undefined) return resolve(answer);
        const last = errors.trim().split("\n").at(-1);
        const ending = error?.signal ?? error?.code ?? "no answer";
        resolve({ ending: `the process that tried it ended with ${ending}${last ? `: ${last}` : ""}` });
      },
    );
  });
