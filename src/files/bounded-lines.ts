/** Lines of a file that may be of any size and from a stranger: one at a time, and none longer than a bound. */
import { createReadStream } from "node:fs";

const LINE_END = 10;

/**
 * The lines that end in a line feed, without it, as they come. One of more than `longest` bytes is left out, and so is
 * a last one that was cut. Errors of the system.
 */
export async function* boundedLines(path: string, longest: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, start)) {
      const whole = held + end - start;
      if (whole <= longest) yield Buffer.concat([...parts, chunk.subarray(start, end)]).toString();
      parts = [];
      held = 0;
      start = end + 1;
    }
    held += chunk.length - start;
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
