/** Where a command writes: results to output, everything else to errors. */
import pc from "picocolors";
import { plain, type Colors } from "../experiments/problem.ts";

/** A place to write text. */
export interface Sink {
  write(text: string): unknown;
}

/** Both streams of a command, and how to write to them. */
export interface Terminal {
  /** Results: what a pipe is to get. */
  readonly output: Sink;
  /** Progress, hints and errors; a person reads it. */
  readonly errors: Sink;
  /** The stream of a live display, when `errors` is one. */
  readonly live: NodeJS.WriteStream | undefined;
  /** Of `errors`. */
  readonly colors: Colors;
}

/** This process's terminal. Colours only where a person looks, and as NO_COLOR and FORCE_COLOR say. */
export const processTerminal = (): Terminal => {
  const { stdout, stderr } = process;
  return {
    output: stdout,
    errors: stderr,
    live: stderr.isTTY ? stderr : undefined,
    colors: stderr.isTTY && pc.isColorSupported ? pc : plain,
  };
};
