/** JSON in what a policy wrote: bounded in length and depth. */

/** Most characters of a completion that is read as JSON. */
const longest = 2 ** 16;

/** Most arrays and objects inside each other. */
const deepest = 100;

/** Whether brackets outside of strings nest at most so deep. */
const isShallow = (text: string): boolean => {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (inString) {
      if (character === "\\") at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    if (depth > deepest) return false;
  }
  return true;
};

/**
 * The value that a text is, in an object of its own; nothing for what is no JSON, longer than 65,536 characters or
 * nested deeper than 100 levels.
 */
export const jsonValue = (text: string): { readonly value: unknown } | undefined => {
  if (text.length > longest || !isShallow(text)) return undefined;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};

/** The text of the last whole block between lines of three backticks; nothing without one. */
export const lastBlock = (text: string): string | undefined => {
  let block: string[] | undefined;
  let last: string | undefined;
  for (const line of text.split("\n")) {
    if (!line.trimStart().startsWith("```")) block?.push(line);
    else if (block === undefined) block = [];
    else {
      last = block.join("\n");
      block = undefined;
    }
  }
  return last;
};
