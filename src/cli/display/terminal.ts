/** Where a command writes: results to output, everything else to errors. */
import pc from "picocolors";
import { plain, type Colors } from "../../experiments/file/problem.ts";
import { visible } from "../../files/visible.ts";

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
  /** Results that other programs read as bytes: as they are, unless a person reads along. */
  readonly data: Sink;
  /** The stream of a live display, when `errors` is one. */
  readonly live: NodeJS.WriteStream | undefined;
  /** Of `errors`. */
  readonly colors: Colors;
}

/** What colours begin and end with. */
// oxlint-disable-next-line no-control-regex -- these are what is searched for
const style = /(\u001b\[(?:[12]|22|3[1-69])m)/u;

/** A stream that a stranger's text cannot write anywhere else on: all but colours is made visible. */
const guarded = (stream: Sink): Sink => ({
  write: (text) =>
    stream.write(
      text
        .split(style)
        .map((part, i) => (i % 2 === 1 ? part : visible(part)))
        .join(""),
    ),
});

/** This process's terminal. Colours only where a person reads along, and as NO_COLOR and FORCE_COLOR say. */
export const processTerminal = (): Terminal => {
  const { stdout, stderr } = process;
  const output = guarded(stdout);
  return {
    output,
    errors: guarded(stderr),
    data: stdout.isTTY ? output : stdout,
    live: stderr.isTTY ? stderr : undefined,
    colors: stderr.isTTY && pc.isColorSupported ? pc : plain,
  };
};
