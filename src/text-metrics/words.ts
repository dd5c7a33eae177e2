/** Words: what is between whitespace. */

/** Unicode's whitespace and the four separators of ASCII. */
// oxlint-disable-next-line no-control-regex -- they are whitespace
const whitespace = /[\p{White_Space}\u001C-\u001F]+/u;

/** The words of a text, split as Python's `str.split` does. */
export const wordsOf = (text: string): string[] => text.split(whitespace).filter((word) => word !== "");
