/** Completions of a figure's trials in Markdown: a row each, with the tokens at which the teacher would differ. */
import type { ShownCompletion, ShownToken } from "../../runs/reading/completions.ts";
import { numberText } from "../html/number-text.ts";
import { cellTable, plain, strange } from "./markdown-text.ts";
import type { ShownTrial } from "./shown-trials.ts";

/** From so many nats on a token is marked. */
const marked = 0.3;

/** What is shown for a token that adds no text: the end of the sequence, or part of a character. */
const silent = "◦";

/** Bold by HTML, since Markdown has no bold punctuation inside of a word; the space before a word stays before it. */
const token = ({ text, divergence }: ShownToken): string => {
  if (!(divergence >= marked)) return strange(text);
  const [space = ""] = /^ */u.exec(text) ?? [];
  const rest = text.slice(space.length);
  return `${space}<b>${rest === "" ? silent : strange(rest)}</b> (${numberText(divergence)})`;
};

const completionText = ({ completion, pieces, cut }: ShownCompletion): string =>
  (pieces.length === 0 ? strange(completion) : pieces.map(token).join("")) + (cut ? " … (cut at the limit)" : "");

/** A text that the row above has too is not said twice. */
const unless = (text: string, above: string | undefined): string =>
  text === "" ? "–" : text === above ? "as above" : strange(text);

/** The section's text; nothing without completions. */
export const completionsMarkdown = (trials: readonly ShownTrial[]): readonly string[] => {
  if (trials.length === 0) return [];
  const all = trials.flatMap(({ name, completions }) => completions.map((one) => ({ name, one })));
  const rows = all.map(({ name, one }, i) => {
    const above = all[i - 1];
    return [
      above?.name === name ? "" : plain(name),
      unless(one.prompt, above?.one.prompt),
      completionText(one),
      unless(one.reference, above?.one.reference),
      one.reward === undefined ? "–" : numberText(one.reward),
    ];
  });
  return [
    "### Completions\n",
    "What each setting learned from, of its lowest seed: in the last step whose tokens were inspected, else in the " +
      `last. Tokens at which KL(teacher \\|\\| student) is ${marked} nats or more are bold, with their nats behind; ` +
      `${silent} adds no text, like the end of a sequence.\n`,
    cellTable(["setting", "prompt", "completion", "reference", "reward"], rows),
  ];
};
