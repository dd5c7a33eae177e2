/** Where a command writes: results to output, everything else to errors. */
import pc from "picocolors";
import { plain, type Colors } from "../../experiments/file/problem.ts";

/** Where text is written. */
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

/**
 * Control characters, by which text from a stranger could move the cursor or write over what is there; all but line
 * ends and tabs.
 */
// oxlint-disable-next-line no-control-regex -- these are what is searched for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;

/** Text that does to a terminal nothing but appear; control characters are shown as U+FFFD. */
export const printable = (text: string): string => text.replaceAll(controls, "\ufffd");

/** This process's terminal. Colours only where a person reads along, and as NO_COLOR and FORCE_COLOR say. */
export const processTerminal = (): Terminal => {
  const { stdout, stderr } = process;
  return {
    output: stdout,
    errors: stderr,
    live: stderr.isTTY ? stderr : undefined,
    colors: stderr.isTTY && pc.isColorSupported ? pc : plain,
  };
};
