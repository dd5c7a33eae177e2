/** What the task `instructions` asks for: operations on a few letters. */

/** The letters that lists are of, in order. */
export const letters: readonly string[] = Array.from("abcdefgh");

/** Each operation by its name, from a list to a list that is not empty when the given one is not. */
export const operations: Readonly<Record<string, (list: readonly string[]) => readonly string[]>> = {
  reverse: (list) => list.toReversed(),
  sort: (list) => list.toSorted(),
  rotate: (list) => [...list.slice(1), ...list.slice(0, 1)],
  swap: (list) => (list.length < 2 ? list : [list.at(-1)!, ...list.slice(1, -1), list[0]!]),
  rest: (list) => (list.length < 2 ? list : list.slice(1)),
  next: (list) => list.map((letter) => letters[(letters.indexOf(letter) + 1) % letters.length]!),
  double: (list) => list.flatMap((letter) => [letter, letter]),
  unique: (list) => [...new Set(list)],
};

/**
 * What an instruction's operations make of a list, one after another: a list for each. `RangeError` for a name that no
 * operation has.
 */
export const resultsOf = (names: readonly string[], list: readonly string[]): readonly (readonly string[])[] => {
  let last = list;
  return names.map((name) => {
    const operation = operations[name];
    if (operation === undefined)
      throw new RangeError(
        `operation: expected one of ${Object.keys(operations).join(", ")}, got ${JSON.stringify(name)}`,
      );
    last = operation(last);
    return last;
  });
};
