/** A file of lines that each belong to a step: where those of each step are, read on as the file grows. */
import { withRegular } from "../../files/regular-file.ts";
import { FollowedLines } from "./followed-lines.ts";

/** Most bytes of one step that are read, and steps whose places are kept. */
const [longestStep, mostSteps] = [2 ** 26, 1_000_000];

/** Where the lines of a step are in the file, in bytes. */
interface StepPlace {
  readonly start: number;
  end: number;
  marked: boolean;
}

/** What the lines of a file are. */
export interface StepLinesOptions {
  /** Most bytes of a line. */
  readonly longest: number;
  /** The step of a line; `none` for one that belongs to no step, nothing for one that cannot be read. */
  readonly stepOf: (text: string) => number | "none" | undefined;
  /** Lines whose step shall be known; none when left out. */
  readonly isMarked?: (text: string) => boolean;
}

/** The lines of a file by their steps. */
export class StepLines {
  readonly path: string;
  readonly #options: StepLinesOptions;
  readonly #steps = new Map<number, StepPlace>();
  readonly #lines: FollowedLines;
  #unreadable = 0;

  constructor(path: string, options: StepLinesOptions) {
    this.path = path;
    this.#options = options;
    this.#lines = new FollowedLines(path, options.longest, {
      take: (text, offset) => this.#take(text, offset),
      tooLong: () => void (this.#unreadable += 1),
      restart: () => {
        this.#steps.clear();
        this.#unreadable = 0;
      },
    });
  }

  /** Reads what is new. Errors of the system, but none where there is no file. */
  refresh(): void {
    this.#lines.refresh();
  }

  /** Lines that could not be read. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** The steps that have lines, in the order of the file. */
  steps(): readonly number[] {
    return [...this.#steps.keys()];
  }

  /** The steps that have a marked line. */
  marked(): readonly number[] {
    return this.steps().filter((step) => this.#steps.get(step)!.marked);
  }

  /** The lines of a step, in their order. Errors of the system. */
  at(step: number): readonly string[] {
    const place = this.#steps.get(step);
    if (place === undefined) return [];
    return withRegular(this.path, Number.POSITIVE_INFINITY, ({ read }) => {
      const bytes = Buffer.alloc(Math.min(place.end - place.start, longestStep));
      const text = bytes.toString("utf8", 0, read(bytes, place.start));
      return text.split("\n").filter((line) => this.#options.stepOf(line) === step);
    });
  }

  #take(text: string, offset: number): void {
    const step = this.#options.stepOf(text);
    if (step === undefined) this.#unreadable += 1;
    if (typeof step !== "number") return;
    const end = offset + Buffer.byteLength(text);
    const marked = this.#options.isMarked?.(text) ?? false;
    const known = this.#steps.get(step);
    if (known !== undefined) {
      known.end = end;
      known.marked ||= marked;
    } else if (this.#steps.size < mostSteps) this.#steps.set(step, { start: offset, end, marked });
  }
}
