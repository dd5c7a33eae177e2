/** The problems of the arithmetic task: how many there are, and draws of them without repetition. */
import { integer, type Uniforms } from "../../random/stream.ts";

/** Which problems there are. */
export interface ProblemSpace {
  /** Fewest and most numbers in a problem. */
  readonly numbers: readonly [number, number];
  /** Lowest and highest number. */
  readonly range: readonly [number, number];
  /** The signs that may come between numbers, each one character: `+` or `-`. */
  readonly operators: string;
}

/** A problem as text, with its steps written out. */
export interface Problem {
  readonly text: string;
  readonly reference: string;
}

const inOrder = (name: string, [low, high]: readonly [number, number]): void => {
  if (low > high) throw new RangeError(`arithmetic: expected "${name}" as [low, high], got [${low}, ${high}]`);
};

/** Counts of numbers that problems have, with how many problems have that many. */
const lengthsOf = ({ numbers, range, operators }: ProblemSpace): { length: number; count: number }[] => {
  const values = range[1] - range[0] + 1;
  return Array.from({ length: numbers[1] - numbers[0] + 1 }, (_, offset) => {
    const length = numbers[0] + offset;
    return { length, count: values ** length * operators.length ** (length - 1) };
  });
};

/** How many different problems there are, and the arithmetic of it. `RangeError` when a pair is not [low, high]. */
export const problemCount = (space: ProblemSpace): { total: number; terms: string } => {
  inOrder("numbers", space.numbers);
  inOrder("range", space.range);
  const values = space.range[1] - space.range[0] + 1;
  const lengths = lengthsOf(space);
  return {
    total: lengths.reduce((sum, { count }) => sum + count, 0),
    terms: lengths.map(({ length }) => `${values}^${length} x ${space.operators.length}^${length - 1}`).join(" + "),
  };
};

/** A whole number in [0, base). */
type Digits = (base: number) => number;

/** The digits of an index in a mixed base, lowest first. */
const digitsOf = (index: number): Digits => {
  let rest = index;
  return (base) => {
    const digit = rest % base;
    rest = Math.floor(rest / base);
    return digit;
  };
};

/** The problem whose numbers and signs are chosen by digits. */
const problemOf = ({ range, operators }: ProblemSpace, length: number, digit: Digits): Problem => {
  const values = range[1] - range[0] + 1;
  let result = range[0] + digit(values);
  let text = String(result);
  const steps: string[] = [];
  for (let count = 1; count < length; count += 1) {
    const sign = operators.charAt(digit(operators.length));
    const value = range[0] + digit(values);
    const next = sign === "+" ? result + value : result - value;
    steps.push(`${result}${sign}${value}=${next}`);
    text += sign + value;
    result = next;
  }
  return { text: `${text}=`, reference: `${steps.join(";")}#${result}` };
};

/**
 * Whole numbers in [0, size), each at most once, in random order: the shuffle of Fisher and Yates that keeps only the
 * positions it has moved.
 */
const shuffled = (size: number): ((uniforms: Uniforms) => number) => {
  const moved = new Map<number, number>();
  let drawn = 0;
  return (uniforms) => {
    const picked = integer(uniforms, drawn, size - 1);
    const index = moved.get(picked) ?? picked;
    moved.set(picked, moved.get(drawn) ?? drawn);
    moved.delete(drawn);
    drawn += 1;
    return index;
  };
};

/**
 * Draws of different problems of one length. Where there are more of them than a number can count exactly (2^53),
 * digits are drawn one by one and the rare repeated problem is drawn again.
 */
const problemsOf = (space: ProblemSpace, length: number, count: number): ((uniforms: Uniforms) => Problem) => {
  if (count <= Number.MAX_SAFE_INTEGER) {
    const next = shuffled(count);
    return (uniforms) => problemOf(space, length, digitsOf(next(uniforms)));
  }
  const drawn = new Set<string>();
  return (uniforms) => {
    for (;;) {
      const problem = problemOf(space, length, (base) => integer(uniforms, 0, base - 1));
      if (drawn.has(problem.text)) continue;
      drawn.add(problem.text);
      return problem;
    }
  };
};

/**
 * Different problems, in the order drawn; the first n do not depend on how many are drawn. Every count of numbers is
 * equally likely as long as problems of that length are left, and so is every problem of one length. Takes time in
 * proportion to `count`, which is at most `problemCount(space).total`.
 */
export const drawProblems = (space: ProblemSpace, count: number, uniforms: Uniforms): Problem[] => {
  let lengths = lengthsOf(space).map((entry) => ({
    length: entry.length,
    left: entry.count,
    next: problemsOf(space, entry.length, entry.count),
  }));
  return Array.from({ length: count }, () => {
    const chosen = lengths[integer(uniforms, 0, lengths.length - 1)];
    if (chosen === undefined)
      throw new RangeError(`arithmetic: expected fewer than ${count} prompts to be drawn, got no more of them`);
    const problem = chosen.next(uniforms);
    chosen.left -= 1;
    if (chosen.left === 0) lengths = lengths.filter((entry) => entry !== chosen);
    return problem;
  });
};
