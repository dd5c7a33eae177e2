/** Lines of a file that may be of any size and from a stranger: one at a time, and none longer than a bound. */
import { fileBytes } from "./regular-file.ts";

const LINE_END = 10;

/**
 * The lines of a regular file that end in a line feed, without it, as they come. One of more than `longest` bytes is
 * left out, or an error where it is said so, and a last one that was cut is left out. `RangeError` for that, and for
 * what is no regular file; errors of the system.
 */
export async function* boundedLines(
  path: string,
  longest: number,
  tooLong: "left out" | "error" = "left out",
): AsyncGenerator<string> {
  let number = 1;
  const check = (bytes: number): void => {
    if (tooLong === "error" && bytes > longest)
      throw new RangeError(`${path}:${number}: expected at most ${longest} bytes in a line, got more`);
  };
  let parts: Buffer[] = [];
  let held = 0;
  for await (const chunk of fileBytes(path)) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, start)) {
      const whole = held + end - start;
      check(whole);
      if (whole <= longest) yield Buffer.concat([...parts, chunk.subarray(start, end)]).toString();
      parts = [];
      held = 0;
      start = end + 1;
      number += 1;
    }
    held += chunk.length - start;
    check(held);
    // Of a line that is too long nothing is kept but its length.
    if (held <= longest) parts.push(chunk.subarray(start));
    else parts = [];
  }
}

/** `boundedLines` of a file that may not be there, or may be removed before it is opened: then there are none. */
export async function* presentLines(path: string, longest: number): AsyncGenerator<string> {
  try {
    yield* boundedLines(path, longest);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
