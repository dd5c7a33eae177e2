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

/** What prompts and references are likely made of. */
export interface LikelyTemplates {
  readonly prompt: string | undefined;
  /** True where the key has a name that prompts often have. */
  readonly isNamedPrompt: boolean;
  readonly reference: string | undefined;
  /** True where the key has a name that answers often have. */
  readonly isNamedReference: boolean;
}

const templateOf = (key: string | undefined): string | undefined => (key === undefined ? undefined : `{${key}}`);

/** Templates for rows of these keys: by their names, else the first two. */
export const likelyTemplates = (keys: readonly string[]): LikelyTemplates => {
  const usable = keys.filter((key) => plain.test(key) && key !== "reference");
  const named = keys.includes("prompt") ? "prompt" : likeliest(usable, asked);
  const prompt = named ?? usable.find((key) => likeliest([key], answers) === undefined) ?? usable[0];
  const others = usable.filter((key) => key !== prompt);
  const answer = likeliest(others, answers);
  return {
    prompt: templateOf(prompt),
    isNamedPrompt: named !== undefined,
    reference: keys.includes("reference") ? undefined : templateOf(answer ?? others[0]),
    isNamedReference: answer !== undefined,
  };
};

/** What to add to the task for rows with these keys and no prompt: by their names, else the first two. */
export const templateHint = (keys: readonly string[]): string => {
  const { prompt, reference } = likelyTemplates(keys);
  if (prompt === undefined) return 'say what a "prompt" is made of';
  const answer = reference === undefined ? "" : `, "reference": "${reference}"`;
  return `add "prompt": "${prompt}"${answer} to the task`;
};

/** Keys that an error names at most. */
const shown = 20;

/** What is wrong with a row of these keys, which has neither a prompt nor messages, and how to go on. */
export const missingPrompt = (keys: readonly string[]): string => {
  const named = keys.slice(0, shown).map((key) => JSON.stringify(key.slice(0, 64)));
  const got = named.length === 0 ? "no keys" : named.join(", ");
  return `expected "prompt" or "messages", got ${got}${keys.length > shown ? ", ..." : ""}; ${templateHint(keys)}`;
};
