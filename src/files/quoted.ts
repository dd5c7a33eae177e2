/** Values of strangers in errors. */

const longest = 80;

/**
 * JSON of a value that a file holds, cut after 80 characters, so that an error stays readable whatever it quotes. Never
 * throws. What is missing is "nothing".
 */
export const quoted = (value: unknown): string => {
  let text: string;
  try {
    text = typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? "nothing");
  } catch {
    text = "a value that is no JSON, or nested too deeply";
  }
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
};
