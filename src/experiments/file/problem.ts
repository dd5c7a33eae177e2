/** What is wrong with an experiment: where, and what to do. All problems are found in one pass and thrown together. */
import pc from "picocolors";

/**
 * Where a wrong value was written: a location in a file, an override (on the command line, or in a variable of the
 * environment), or a file as a whole.
 */
export type Location =
  | { readonly file: string; readonly line: number; readonly column: number }
  | { readonly file: string }
  | { readonly override: string; readonly variable?: string };

/** One thing to mend. */
export interface Problem {
  readonly location: Location;
  /** JSON pointer of the value, in the file's own terms. */
  readonly pointer: string;
  /** What was expected, what came, and what to do. */
  readonly message: string;
  /** The line that cannot be read, with a caret below what is wrong. */
  readonly excerpt?: string;
}

/** Colours of a terminal; `plain` leaves the text as it is. */
export type Colors = Pick<typeof pc, "bold" | "dim" | "red" | "green" | "yellow" | "cyan">;

/** No colours: for files, pipes and tests. */
export const plain: Colors = pc.createColors(false);

/**
 * `file:line:column: /pointer: message`, `file: message`, or `command line: /pointer=value: message`; the variable's
 * name instead of the command line.
 */
export const formatProblem = ({ location, pointer, message, excerpt }: Problem, colors: Colors = plain): string => {
  if ("override" in location) {
    const same = location.override === pointer || location.override.startsWith(`${pointer}=`);
    return [
      colors.bold(location.variable ?? "command line"),
      colors.cyan(location.override),
      ...(same ? [] : [colors.cyan(pointer)]),
      message,
    ].join(": ");
  }
  const lines = excerpt === undefined ? "" : `\n${excerpt}`;
  const where = colors.bold(
    "line" in location ? `${location.file}:${location.line}:${location.column}` : location.file,
  );
  return [where, ...(pointer === "" ? [] : [colors.cyan(pointer)]), message].join(": ") + lines;
};

/**
 * Thrown when an experiment cannot start because of what was written; `problems` holds every reason, in the order of
 * the file.
 */
export class ExperimentError extends Error {
  override readonly name = "ExperimentError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => formatProblem(problem)).join("\n"));
    this.problems = problems;
  }
}
