/** Text of strangers where a person reads it: on a terminal, on a page, in a log. */

/** Characters that do something besides appearing. */
const classes = [
  // Control characters of C0 and C1, but line ends and tabs.
  String.raw`\0-\u0008\v\f\u000e-\u001f\u007f-\u009f`,
  // What turns the direction of writing.
  String.raw`\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f`,
  // What has no width, separators of lines that are none here, and tags.
  String.raw`\u00ad\u180e\u200b-\u200d\u2028\u2029\u2060-\u2065\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}`,
  // Halves of surrogate pairs.
  String.raw`\p{Surrogate}`,
];

/** One of them, or a carriage return that ends no line. */
const acting = new RegExp(String.raw`[${classes.join("")}]|\r(?!\n)`, "gu");

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");

/**
 * Text that does nothing but appear: such characters as `\u202e`, which is also what JSON writes for them, so that JSON
 * stays the same values.
 */
export const visible = (text: string): string => text.replaceAll(acting, escaped);
