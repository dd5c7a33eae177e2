/**
 * Alignment of two tokenizers on one completion: where both begin a token, their next-token distributions follow the
 * same text.
 */

/** Character at which each token begins. */
const starts = (texts: readonly string[]): number[] => {
  let at = 0;
  return texts.map((text) => {
    const start = at;
    at += text.length;
    return start;
  });
};

const firstDifference = (a: string, b: string): number => {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
};

/**
 * The first token at each character: those after it at the same one begin inside of a character, of which they are
 * parts.
 */
const firsts = (positions: readonly number[]): Map<number, number> => {
  const first = new Map<number, number>();
  for (const [index, position] of positions.entries()) if (!first.has(position)) first.set(position, index);
  return first;
};

/**
 * For each of the student's completion tokens the index of the teacher's completion token that begins at the same
 * character, or -1 where the teacher is inside of a token, or the student inside of a character. Row i of a teacher's
 * score is the distribution of its token i, so these are the rows to compare with. `student` and `teacher` [L] and [L']
 * are the texts of the completion's tokens, special tokens and all but the last part of a character "" (`tokenTexts`):
 * an end-of-sequence is aligned with the other's, and where one text was cut and the other ended, with none. These are
 * the first tokens of the spans of TRL's GOLD. `RangeError` when the two do not spell one text, with the position where
 * they part.
 */
export const alignment = (student: readonly string[], teacher: readonly string[]): number[] => {
  const [text, other] = [student.join(""), teacher.join("")];
  if (text !== other) {
    const at = firstDifference(text, other);
    const [here, there] = [text, other].map((each) => JSON.stringify(each.slice(at, at + 20)));
    throw new RangeError(
      `alignment: expected both tokenizers to spell one text, got ${here} and ${there} at character ${at}`,
    );
  }
  const own = starts(student);
  const [first, positions] = [firsts(own), firsts(starts(teacher))];
  return own.map((start, index) => (first.get(start) === index ? (positions.get(start) ?? -1) : -1));
};
