/** The rewards that `retort new` offers: those that compare with a reference, and those that need none. */
import { existsSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { StartingAnswers } from "../../../experiments/file/starting-file.ts";

type Reward = StartingAnswers["reward"];

/** Rewards that compare with a reference, and need nothing but their name. */
export const comparing = [
  "exact-match",
  "numeric-answer",
  "math-answer",
  "edit-similarity",
  "rouge",
  "bleu",
  "chrf",
] as const;

/** The module beside the file. */
const MODULE = "reward.ts";

const alone: Readonly<Record<string, Reward>> = {
  module: {
    value: { module: MODULE },
    note: "A function of your own; what it says is what the student will do. retort validate calls it.",
  },
  length: {
    value: { type: "length", target: 20, tolerance: 20 },
    note: "1 for completions of target tokens, 0 at tolerance away from it. Alone it says nothing of what they say.",
  },
  repetition: {
    value: { type: "repetition", weight: -1 },
    note: "A penalty for what is said twice. Alone it is best served by short answers: put another reward beside it.",
  },
  "regular-expression": {
    value: { type: "regular-expression", pattern: String.raw`[.!?]\s*$` },
    note: "1 where the pattern matches, here the end of a sentence: put another reward beside it.",
  },
};

/** Rewards that need no reference. */
export const independent: readonly string[] = Object.keys(alone);

/** The reward as the file has it. */
export const offeredReward = (type: string): Reward => alone[type] ?? { value: { type } };

const moduleText = (file: string): string => `/**
 * The reward of ${basename(file)}: how good a completion is, as a number; larger is better. This one is a start
 * that knows nothing of what is wanted. It gives the share of a completion's words that are different from each other,
 * so that repeating oneself costs, and so does silence. Whatever it gives the most to is what the student will write:
 * replace it by what you want, and see with \`retort validate ${basename(file)}\` what it says.
 */
import { reward } from "retort-rl/rewards";

export default reward(({ completion }) => {
  const words = completion.toLowerCase().split(/\\s+/u).filter((word) => word !== "");
  return words.length === 0 ? 0 : new Set(words).size / words.length;
});
`;

/**
 * Writes the module beside the file where it is asked for and there is none; one that is there is used as it is. The
 * path of what was written, else nothing.
 */
export const writeModule = (file: string, { value }: Reward): string | undefined => {
  if (value["module"] !== MODULE) return undefined;
  const path = join(dirname(file), MODULE);
  if (existsSync(path)) return undefined;
  writeFileSync(path, moduleText(file), { flag: "wx" });
  return path;
};
