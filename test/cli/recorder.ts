/** A terminal that keeps what is written to it. */
import { plain } from "../../src/experiments/file/problem.ts";
import type { Terminal } from "../../src/cli/display/terminal.ts";

/** A terminal without a live display, and the text of its two streams. */
export const recorder = (): { terminal: Terminal; output: () => string; errors: () => string } => {
  const texts = { output: "", errors: "" };
  const output = { write: (text: string) => (texts.output += text) };
  return {
    terminal: {
      output,
      data: output,
      errors: { write: (text) => (texts.errors += text) },
      live: undefined,
      colors: plain,
    },
    output: () => texts.output,
    errors: () => texts.errors,
  };
};
