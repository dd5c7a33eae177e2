/** What a row could be made a prompt of, for errors: most files of others call their keys by a few names. */

const asked = [
  "question",
  "instruction",
  "input",
  "query",
  "problem",
  "source",
  "document",
  "article",
  "text",
  "sentence",
] as const;

const answers = [
  "answer",
  "response",
  "output",
  "completion",
  "solution",
  "target",
  "summary",
  "highlights",
  "translation",
  "label",
] as const;

/** Keys that a template can name. */
const plain = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/u;

const likeliest = (keys: readonly string[], names: readonly string[]): string | undefined => {
  const found = names.find((name) => keys.some((key) => key.toLowerCase() === name));
  return keys.find((key) => key.toLowerCase() === found);
};

/** What to add to the task for rows with these keys and no prompt: by their names, else the first two. */
export const templateHint = (keys: readonly string[]): string => {
  const usable = keys.filter((key) => plain.test(key) && key !== "reference");
  const prompt = likeliest(usable, asked) ?? usable.find((key) => likeliest([key], answers) === undefined) ?? usable[0];
  if (prompt === undefined) return 'say what a "prompt" is made of';
  const others = usable.filter((key) => key !== prompt);
  const reference = keys.includes("reference") ? undefined : (likeliest(others, answers) ?? others[0]);
  const answer = reference === undefined ? "" : `, "reference": "{${reference}}"`;
  return `add "prompt": "{${prompt}}"${answer} to the task`;
};

/** Keys that an error names at most. */
const shown = 20;

/** What is wrong with a row of these keys, which has neither a prompt nor messages, and how to go on. */
export const missingPrompt = (keys: readonly string[]): string => {
  const named = keys.slice(0, shown).map((key) => JSON.stringify(key.slice(0, 64)));
  const got = named.length === 0 ? "no keys" : named.join(", ");
  return `expected "prompt" or "messages", got ${got}${keys.length > shown ? ", ..." : ""}; ${templateHint(keys)}`;
};
