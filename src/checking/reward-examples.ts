/** What a reward of the user's is tried on: completions of a file, or some that say little and much. */
import type { Rollout } from "../rollouts/batches/rollout.ts";
import { quoted } from "../files/quoted.ts";
import { readJsonLines } from "../tasks/prompts/json-lines.ts";
import { taskOf, type Line } from "../tasks/task-of.ts";
import type { Task } from "../tasks/task.ts";
import { characterTokenizer } from "../tokenizers/characters.ts";

/** A prompt, and completions of it. */
interface Example extends Line {
  readonly completions: readonly string[];
}

/** Completions with the task of their prompts. */
export interface RewardExamples {
  readonly task: Task;
  readonly rollouts: readonly Rollout[];
  /** Whether they are the user's own. */
  readonly own: boolean;
}

/** Lines of a file that are read at most: laws need some, and each is scored several times. */
const mostExamples = 100;

const usual: readonly Example[] = [
  {
    text: "Add 2 and 3.",
    reference: "5",
    completions: ["5", "The answer is 5.", "6", "", " ", "Answer: (B)", "2+3=5", "NaN"],
  },
  {
    text: "Say yes or no in JSON.",
    reference: '{"answer": "yes"}',
    completions: ['{"answer": "yes"}', '{"answer": ', "yes", "[".repeat(2000), "__proto__", "$&\\1"],
  },
  {
    text: "Continue: it was a",
    reference: "dark and stormy night.",
    completions: ["dark and stormy night.", "dark dark dark dark", "déjà vu 👍🏽\n\t\u0000", "y ".repeat(2000)],
  },
];

const textIn = (line: Readonly<Record<string, unknown>>, key: string, location: string): string => {
  const value = line[key];
  if (typeof value === "string") return value;
  throw new RangeError(
    `${location}: expected a text "${key}", got ${value === undefined ? "none" : quoted(value)}; lines are such as ` +
      `{ "prompt": "2+3=", "completion": "6", "reference": "5" }`,
  );
};

const exampleIn = (value: unknown, location: string): Example => {
  const line = Object(value) as Readonly<Record<string, unknown>>;
  const { prompt: _prompt, completion: _completion, reference: _reference, ...others } = line;
  const [text, ...told] = ["prompt", "completion", "reference"]
    .filter((key) => key === "prompt" || line[key] !== undefined)
    .map((key) => textIn(line, key, location));
  const fields = Object.fromEntries(Object.keys(others).map((key) => [key, textIn(others, key, location)]));
  return {
    text: text!,
    ...(line["reference"] === undefined ? {} : { reference: told.at(-1)! }),
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
    completions: [...new Set([...told, ""])],
  };
};

const examplesIn = (path: string): readonly Example[] => {
  const examples: Example[] = [];
  readJsonLines(path, (value, location) => examples.push(exampleIn(value, location)) < mostExamples);
  if (examples.length > 0) return examples;
  throw new RangeError(`${path}: expected lines such as { "prompt": "2+3=", "completion": "5" }, got none`);
};

/** Half of a character is nothing that a tokenizer writes, but a file may have it. */
const whole = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, "\uFFFD");

/** The task of these prompts: a token is a character, and all of it is trained on but a prompt of its own. */
const taskFor = (examples: readonly Example[]): Task => {
  const texts = examples.flatMap(({ text, reference = "", completions }) => [text, reference, ...completions]);
  const held = "?";
  const alphabet = [...new Set(Array.from(whole([...texts, held].join(""))))].join("");
  const tokenizer = characterTokenizer(alphabet);
  const taken = examples.map(({ text }) => text);
  const answered = examples.every(({ reference }) => reference !== undefined);
  return taskOf({
    name: "check",
    tokenizer: { ...tokenizer, encode: (text) => tokenizer.encode(whole(text)) },
    train: examples.map(({ completions: _completions, ...line }) => line),
    test: [
      { text: held.repeat(1 + Math.max(...taken.map((text) => text.length))), ...(answered && { reference: "" }) },
    ],
    ...(!answered && { completionTokens: Math.max(...texts.map((text) => text.length)) + 1 }),
  });
};

const rolloutsOf = ({ train, tokenizer }: Task, examples: readonly Example[]): readonly Rollout[] =>
  examples.flatMap(({ completions }, index) =>
    completions.map((text, sample): Rollout => {
      const tokens = Int32Array.from([...tokenizer.encode(text), tokenizer.endId]);
      return {
        prompt: train[index]!,
        order: { prompt: index, sample },
        promptTokens: Int32Array.from(tokenizer.encode(train[index]!.text)),
        tokens,
        behaviorLogProbs: new Float32Array(tokens.length),
        finish: "stop",
        text,
        version: 0,
        source: "data",
      };
    }),
  );

/**
 * The first `mostExamples` lines of a file, or those that are built in: each `{ prompt, completion, reference }`, the
 * last two where there are some, and further texts, which are the prompt's fields. A reference and an empty completion
 * are tried too. `RangeError` with the location for what is none, and for references of some lines alone.
 */
export const rewardExamples = (path?: string): RewardExamples => {
  const examples = path === undefined ? usual : examplesIn(path);
  const task = taskFor(examples);
  return { task, rollouts: rolloutsOf(task, examples), own: path !== undefined };
};
