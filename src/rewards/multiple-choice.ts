/** A reward for naming the right one of lettered choices. */
import { Type } from "@sinclair/typebox";
import { define } from "../plugins/definition.ts";
import { checkAnswered } from "./answered.ts";
import type { Reward, RewardContext } from "./reward.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A way to name a choice; `X` is any letter of a choice. */
interface Phrase {
  readonly source: string;
  readonly flags: string;
  /** Of several letters the last one counts; none of them where this is not so. */
  readonly lastCounts: boolean;
}

/** The surest first. A letter is a capital: "the answer is a city" names none. */
const phrases: readonly Phrase[] = [
  // Answer: (B), the answer is **B**, the correct choice is B
  {
    source:
      String.raw`\b(?:[Aa]nswer|ANSWER|(?:correct|right|best) (?:option|choice))` +
      String.raw`(?: is)?[\s:=*]{1,6}(?:(?:option|choice) )?[*"'(\[]{0,4}(X)(?![\p{L}\p{N}'])`,
    flags: "gu",
    lastCounts: true,
  },
  // \boxed{B}, \boxed{\text{B}}
  { source: String.raw`\\boxed\{(?:\\(?:text|mathrm|textbf)\{)?\(?(X)\)?\}`, flags: "gu", lastCounts: true },
  // (B), [B], **B**
  { source: String.raw`(?:[(\[]|\*\*)(X)(?:[)\]]|\*\*)`, flags: "gu", lastCounts: false },
  // A line that is the letter, or begins with it and a sign: B, B., B) Paris
  { source: String.raw`^[ \t]{0,8}(X)(?:[.):,]|[ \t]{0,8}$)`, flags: "gmu", lastCounts: false },
];

/** Finds the letter that a text names among the first `choices` of the alphabet. Nothing where it names none. */
const choiceIn = (choices: number): ((text: string) => string | undefined) => {
  const letters = `([${alphabet.slice(0, choices)}])`;
  const patterns = phrases.map(({ source, flags, lastCounts }) => ({
    pattern: new RegExp(source.replace("(X)", letters), flags),
    lastCounts,
  }));
  return (text) => {
    for (const { pattern, lastCounts } of patterns) {
      const named = [...text.matchAll(pattern)].map(([, letter]) => letter);
      if (named.length > 0) return lastCounts || new Set(named).size === 1 ? named.at(-1) : undefined;
    }
    return undefined;
  };
};

/**
 * `correct` when the completion names the letter that the reference names, else `incorrect`. `RangeError` for a task
 * without references, and for a reference that names none of the letters.
 */
export const multipleChoice = define({
  type: "multiple-choice",
  summary:
    'One value for the right letter of a choice ("Answer: (B)", "\\boxed{B}", "B) Paris"), another for a ' +
    "wrong one or none.",
  parameters: {
    choices: Type.Integer({ default: 4, minimum: 2, maximum: 26, description: "How many there are: 4 for A to D." }),
    correct: Type.Number({ default: 1, description: "Reward of the right letter." }),
    incorrect: Type.Number({ default: 0, description: "Reward of a wrong letter or none." }),
  },
  create({ choices, correct, incorrect }, { task }: Pick<RewardContext, "task">): Reward {
    checkAnswered("multiple-choice", task);
    const choiceOf = choiceIn(choices);
    for (const { reference, text } of [...task.train, ...task.test]) {
      if (choiceOf(reference) !== undefined) continue;
      const letters = `A to ${alphabet[choices - 1]!}`;
      const owner = `of the prompt ${JSON.stringify(text.slice(0, 60))}`;
      throw new RangeError(
        `multiple-choice: expected a reference that names one of ${letters}, got ${JSON.stringify(reference)} ${owner}`,
      );
    }
    return {
      name: "multiple-choice",
      range: [Math.min(correct, incorrect), Math.max(correct, incorrect)],
      score({ prompt, text }) {
        const named = choiceOf(text);
        const isRight = named !== undefined && named === choiceOf(prompt.reference);
        return Promise.resolve({ value: isRight ? correct : incorrect, parts: {} });
      },
    };
  },
});
