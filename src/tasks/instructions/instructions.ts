/**
 * A mixture of small tasks, each named by an instruction, of which some are held out: what a student learns of
 * instructions shows in those that it has never seen.
 */
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import { integer, pick, stream, type Uniforms } from "../../random/stream.ts";
import { pieceTokenizer } from "../../tokenizers/pieces.ts";
import { distinct, longestOf } from "../distinct.ts";
import { letters, operations, resultsOf } from "./list-operations.ts";
import { splitSizes } from "../split-sizes.ts";
import type { Prompt, Task, TaskContext, Verdict } from "../task.ts";

const parameters = {
  length: Type.Tuple([Type.Integer({ minimum: 1, maximum: 12 }), Type.Integer({ minimum: 1, maximum: 12 })], {
    default: [3, 4],
    description: "Fewest and most letters of a list.",
  }),
  heldOut: Type.Integer({
    default: 12,
    minimum: 1,
    maximum: 40,
    description: "Instructions of two operations that are in the test prompts, and in no others.",
  }),
  ...splitSizes,
};

/** Names of one operation, or of two different ones. */
type Instruction = readonly string[];

const names = Object.keys(operations);
const singles: readonly Instruction[] = names.map((name) => [name]);
const pairs: readonly Instruction[] = names.flatMap((first) =>
  names.flatMap((second) => (first === second ? [] : [[first, second]])),
);

/** The pairs in an order of the seed's: the first ones are held out, the others are trained. */
const shuffled = (uniforms: Uniforms): readonly Instruction[] => {
  const all = [...pairs];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = integer(uniforms, 0, last);
    [all[last], all[other]] = [all[other]!, all[last]!];
  }
  return all;
};

interface Exercise {
  readonly text: string;
  readonly reference: string;
}

const drawExercise = (
  uniforms: Uniforms,
  instructions: readonly Instruction[],
  [fewest, most]: readonly [number, number],
): Exercise => {
  const instruction = pick(uniforms, instructions);
  const list = Array.from({ length: integer(uniforms, fewest, most) }, () => pick(uniforms, letters));
  const results = resultsOf(instruction, list);
  return {
    text: `${instruction.map((name) => `${name} `).join("")}${list.join("")}\n`,
    reference: results.map((result) => result.join("")).join(";"),
  };
};

const answer = /^[a-h]+(?:;[a-h]+)?$/u;

const check = ({ reference }: Prompt, completion: string): Verdict => {
  const last = (text: string): string => text.slice(text.lastIndexOf(";") + 1);
  const wellFormed = answer.test(completion);
  return { correct: wellFormed && last(completion) === last(reference), wellFormed };
};

/**
 * Instructions of one or two operations on a few letters, as in `reverse next badc\n`, answered by what each operation
 * makes of the list: `cdab;debc`. Eight operations (`list-operations.ts`) give 64 instructions, of which `heldOut`
 * pairs are in the test prompts alone, whose operations are all trained in other pairs: so is FLAN's mixture of 62
 * tasks evaluated by those held out, in little.
 *
 * A completion is well-formed when it is one list or two with `;` between them, and correct when the last one is right,
 * whatever comes before it. The test split depends on the seed, its own size and what is held out, and a smaller
 * training split is the beginning of a larger one. `RangeError` for more prompts than there are.
 */
export const instructions = define({
  type: "instructions",
  summary:
    "A mixture of small tasks on lists of letters, each named by an instruction; those of the test prompts " +
    "are held out.",
  parameters,
  create({ length, heldOut, train, test, furtherTest = 0 }, { seed }: TaskContext): Task {
    const [fewest, most] = length;
    if (fewest > most) throw new RangeError(`instructions: expected "length" as [low, high], got [${fewest}, ${most}]`);
    const order = shuffled(stream(seed, "task", "instructions", "held out"));
    const split = (name: "train" | "test", count: number, some: readonly Instruction[]): Prompt[] => {
      const drawn = distinct("instructions", count, (index) =>
        drawExercise(stream(seed, "task", "instructions", name, index), some, length),
      );
      return [...drawn.values()].map((exercise, index) => ({ index, ...exercise }));
    };
    const prompts = {
      train: split("train", train, [...singles, ...order.slice(heldOut)]),
      test: split("test", test + furtherTest, order.slice(0, heldOut)),
    };
    const all = [...prompts.train, ...prompts.test];
    const tokenizer = pieceTokenizer([...names.map((name) => `${name} `), ...letters, ";", "\n"]);
    return {
      name: "instructions",
      tokenizer,
      ...prompts,
      longest: {
        prompt: longestOf(all.map(({ text }) => tokenizer.encode(text).length)),
        completion: longestOf(all.map(({ reference }) => tokenizer.encode(reference).length)) + 1,
      },
      check,
    };
  },
});
