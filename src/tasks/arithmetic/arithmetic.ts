/**
 * Arithmetic whose answer is written out in steps: an early mistake spoils what follows, so a student's own prefixes
 * matter.
 */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { stream } from "../../random/stream.ts";
import { characterTokenizer } from "../../tokenizers/characters.ts";
import { pieceTokenizer } from "../../tokenizers/pieces.ts";
import { promptIds } from "../../tokenizers/prompt-ids.ts";
import { tokenizerFromJSON } from "../../tokenizers/read.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import { calculated } from "../chain-calculator.ts";
import { mistaken } from "./arithmetic-mistakes.ts";
import { drawProblems, problemCount, type Problem } from "./arithmetic-problems.ts";
import { drawnSize, splitSizes, splitsOf } from "../split-sizes.ts";
import type { Prompt, Task, TaskContext, Verdict } from "../task.ts";

const alphabet = "0123456789+-=;#";

const tokenizers: Readonly<Record<"characters" | "numbers", () => Tokenizer>> = {
  characters: () => characterTokenizer(alphabet),
  numbers: () => pieceTokenizer([...Array.from(alphabet), ...Array.from({ length: 90 }, (_, i) => String(10 + i))]),
};

/** No leading zeros, no minus zero, no plus sign: the one way in which the references write a number. */
const step = /^(?:0|-?[1-9]\d*)[+-](?:0|-?[1-9]\d*)=(?:0|-?[1-9]\d*)$/;
const whole = /^(?:0|-?[1-9]\d*)$/;

const check = (prompt: Prompt, completion: string): Verdict => {
  const end = completion.lastIndexOf("#");
  const answer = completion.slice(end + 1);
  const truth = prompt.reference.slice(prompt.reference.lastIndexOf("#") + 1);
  return {
    correct: end >= 0 && answer === truth,
    wellFormed:
      end >= 0 &&
      whole.test(answer) &&
      completion
        .slice(0, end)
        .split(";")
        .every((part) => step.test(part)),
  };
};

const parameters = {
  numbers: Type.Tuple([Type.Integer({ minimum: 2, maximum: 16 }), Type.Integer({ minimum: 2, maximum: 16 })], {
    default: [3, 5],
    description: "Fewest and most numbers in a problem.",
  }),
  range: Type.Tuple(
    [Type.Integer({ minimum: 0, maximum: 1_000_000 }), Type.Integer({ minimum: 0, maximum: 1_000_000 })],
    {
      default: [1, 20],
      description: "Lowest and highest number.",
    },
  ),
  operators: Type.Union([Type.Literal("+"), Type.Literal("-"), Type.Literal("+-")], {
    default: "+-",
    description: "Signs that may come between numbers.",
  }),
  tokenizer: Type.Optional(
    Type.Union([Type.Literal("characters"), Type.Literal("numbers")], {
      description:
        "characters: one token a character. numbers: numbers of two digits are tokens too. When left out, " +
        "those of a student that comes from a checkpoint, else characters.",
    }),
  ),
  calculator: Type.Optional(
    Type.Boolean({
      description:
        "Completions are checked after a calculator has done their steps again, so that mistakes in sums " +
        "do not count. Off when left out.",
    }),
  ),
  rejected: Type.Optional(
    Type.Boolean({
      description:
        "Each prompt has a wrong answer too, with one slip in its steps: pairs that a reward model learns from.",
    }),
  ),
  ...splitSizes,
};

/**
 * Sums and differences of a few whole numbers, as text. Prompt `7+12-5+20=`, reference `7+12=19;19-5=14;14+20=34#34`:
 * one step for each operator from left to right, then the answer. Results on the way may be negative, as in
 * `3-8=-5;-5+9=4#4`. A completion is correct when what follows its last `#` is the answer and nothing more; it is
 * well-formed when it is steps `a+b=c` joined by `;` and then `#` and a number, whether they are true or not.
 *
 * All problems are different. The test split depends on the seed and its own size only, so that runs with more or less
 * training data share it, and a smaller training split is the beginning of a larger one. With `rejected` each prompt
 * has a wrong completion too (`mistaken`). `RangeError` when there are fewer different problems than asked for.
 */
export const arithmetic = define({
  type: "arithmetic",
  summary: "Sums and differences with the steps written out.",
  parameters,
  create(
    { numbers, range, operators, tokenizer: name, calculator = false, rejected = false, ...sizes },
    { seed, tokenizer: document }: TaskContext,
  ): Task {
    const space = { numbers, range, operators };
    const { total, terms } = problemCount(space);
    const count = drawnSize(sizes);
    if (count > total) {
      const { train, test, furtherTest } = sizes;
      const further = furtherTest === undefined ? "" : ` + further ${furtherTest}`;
      throw new RangeError(
        `arithmetic: expected at most ${total} different prompts (${terms}), got train ${train} + test ${test}` +
          `${further} = ${count}; ` +
          `widen "numbers" or "range", or ask for fewer prompts`,
      );
    }
    const problems = drawProblems(space, count, stream(seed, "task", "arithmetic"));
    const mistakeOf = ({ text, reference }: Problem): string =>
      mistaken(reference, stream(seed, "task", "arithmetic", "mistake", text));
    const answered = problems.map((problem) => (rejected ? { ...problem, rejected: mistakeOf(problem) } : problem));
    const splits = splitsOf(answered, sizes);
    const prompts = (some: readonly Problem[]): Prompt[] => some.map((problem, index) => ({ index, ...problem }));
    const tokenizer =
      name === undefined && document !== undefined ? tokenizerFromJSON(document) : tokenizers[name ?? "characters"]();
    const longest = (texts: readonly string[], count: (text: string) => number): number =>
      texts.reduce((most, text) => Math.max(most, count(text)), 0);
    const completions = answered.flatMap((problem) =>
      "rejected" in problem ? [problem.reference, problem.rejected] : [problem.reference],
    );
    return {
      name: "arithmetic",
      tokenizer,
      train: prompts(splits.train),
      test: prompts(splits.test),
      longest: {
        prompt: longest(
          problems.map(({ text }) => text),
          (text) => promptIds(tokenizer, text).length,
        ),
        completion: longest(completions, (text) => tokenizer.encode(text).length) + 1,
      },
      check: calculator ? (prompt, completion) => check(prompt, calculated(completion)) : check,
    };
  },
});
