/** Tests of the task that reads prompts from a file. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { tasks } from "../../../src/tasks/index.ts";
import { prompts } from "../../../src/tasks/prompts/prompts.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { characterTokenizer } from "../../../src/tokenizers/characters.ts";
import { taskLaws } from "../../laws/task.laws.ts";

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789 ?";
const tokenizer = characterTokenizer(alphabet).toJSON();

interface Line {
  readonly prompt: string;
  readonly reference?: string;
}

const lines: Line[] = Array.from({ length: 40 }, (_, i) => ({ prompt: `what is ${i} times two?`, reference: String(2 * i) }));

let folder: string;
let path: string;
const write = (content: readonly unknown[]): void => writeFileSync(path, content.map((line) => `${JSON.stringify(line)}\n`).join(""));
const make = (changes: Partial<Parameters<typeof prompts.create>[0]> = {}, seed = 1): Task =>
  prompts.create({ path: basename(path), test: 10, promptTokens: 30, completionTokens: 8, ...changes }, { seed, folder, tokenizer });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-prompts-"));
  path = join(folder, "questions.jsonl");
  write(lines);
});

describe("with references", () => {
  const lawful = join(mkdtempSync(join(tmpdir(), "retort-prompts-")), "questions.jsonl");
  writeFileSync(lawful, lines.map((line) => JSON.stringify(line)).join("\n"));
  taskLaws((seed) => prompts.create({ path: lawful, test: 10, promptTokens: 30, completionTokens: 8 }, { seed, tokenizer }));
});

test("tests of code go with their prompts", () => {
  write(lines.map((line, i) => ({ ...line, tests: [`f(${i})`, "g()"] })));
  const { train, test: held } = make();
  for (const { text, tests } of [...train, ...held])
    expect(tests).toEqual([`f(${lines.findIndex(({ prompt }) => prompt === text)})`, "g()"]);
});

describe("fields that the task names", () => {
  test("go with their prompts, and no others", () => {
    write(lines.map((line, i) => ({ ...line, hint: `twice ${i}`, subject: "sums" })));
    const { train, test: held } = make({ fields: ["hint"] });
    for (const { text, fields } of [...train, ...held]) {
      expect(fields).toEqual({ hint: `twice ${lines.findIndex(({ prompt }) => prompt === text)}` });
    }
    expect(make().train[0]).not.toHaveProperty("fields");
  });

  test.each([[undefined], [7], [null]])("are refused with their line where one is %s", (hint) => {
    write(lines.map((line, i) => ({ ...line, hint: i === 4 ? hint : "so" })));
    const got = hint === undefined ? "none" : JSON.stringify(hint);
    expect(() => make({ fields: ["hint"] })).toThrow(`${path}:5: expected a text "hint", which the task's "fields" name, got ${got}`);
  });
});

describe("pairs of completions", () => {
  const pairs = lines.map(({ prompt }, i) => ({ prompt, chosen: String(2 * i), rejected: String(2 * i + 1) }));

  test("are the reference and a worse one", () => {
    write(pairs);
    const task = make();
    expect(task.answered).toBe(true);
    for (const { text, reference, rejected } of [...task.train, ...task.test]) {
      const { chosen, rejected: worse } = pairs.find(({ prompt }) => prompt === text)!;
      expect([reference, rejected]).toEqual([chosen, worse]);
    }
  });

  test("may be several of one prompt, which is then trained on or tested on and never both", () => {
    write(pairs.flatMap((pair) => [pair, { ...pair, rejected: "99" }, { ...pair, rejected: "100" }]));
    const task = make({ test: 10 });
    const tested = new Set(task.test.map(({ text }) => text));
    expect([task.test.length, tested.size]).toEqual([10, 4]);
    expect(task.train.filter(({ text }) => tested.has(text))).toEqual([]);
    expect(task.train.length).toBe(3 * (40 - 4));
  });

  test("count in the longest completion", () => {
    write([...pairs.slice(1), { ...pairs[0]!, rejected: "1234567" }]);
    expect(make().longest.completion).toBe(8);
    write([...pairs.slice(1), { ...pairs[0]!, rejected: "12345678" }]);
    expect(() => make()).toThrow(":40: expected a completion of at most 8 tokens, got 9");
  });
});

describe("the splits", () => {
  test("are all lines: the held-out ones by the seed, the others in their order", () => {
    const task = make();
    expect([task.test.length, task.train.length]).toEqual([10, 30]);
    const indices = task.train.map(({ text }) => lines.findIndex(({ prompt }) => prompt === text));
    expect(indices).toEqual(indices.toSorted((a, b) => a - b));
    expect(new Set([...task.test, ...task.train].map(({ text }) => text))).toEqual(new Set(lines.map(({ prompt }) => prompt)));
    expect(make({ train: 3 }).train).toEqual(task.train.slice(0, 3));
    expect(make({ test: 4 }).test).toEqual(task.test.slice(0, 4));
  });

  test("hold out the same prompts whatever the order of the lines", () => {
    const { test: before } = make();
    write(lines.toReversed());
    expect(make().test).toEqual(before);
  });

  test("know the file that they were read from", () => {
    const before = make().content;
    expect(before).toBe(createHash("sha256").update(readFileSync(path)).digest("hex"));
    write([...lines, { prompt: "more?", reference: "yes" }]);
    expect(make().content).not.toBe(before);
  });
});

describe("an answer", () => {
  const task = (): Task => make();
  test.each<[string, boolean]>([
    ["14", true],
    [" 14\n", true],
    ["14 ", true],
    ["1 4", false],
    ["140", false],
    ["", false],
  ])("%j to a reference of 14 is correct: %s", (text, correct) => {
    const prompt = { index: 0, text: "what is 7 times two?", reference: "14" };
    expect(task().check(prompt, text)).toEqual({ correct, wellFormed: true });
  });
});

test("without references nothing is correct, and completions are as long as the file says", () => {
  write(lines.map(({ prompt, ...rest }) => ({ prompt, note: rest.reference })));
  const task = make();
  expect(task.answered).toBe(false);
  expect(task.train[0]?.reference).toBe("");
  expect(task.check(task.train[0]!, "").correct).toBe(false);
  expect(task.longest).toEqual({ prompt: "what is 10 times two?".length, completion: 8 });
  write(lines);
  expect(make().answered).toBe(true);
});

describe("is refused", () => {
  test.each<[string, readonly unknown[], string]>([
    ["a line that is no object", [7], ":1: expected an object with prompt or messages, got 7"],
    ["a line without a prompt", [{ text: "x" }], ":1: expected"],
    ["an empty prompt", [...lines, { prompt: "", reference: "x" }], ":41: expected"],
    ["a reference that is no text", [...lines, { prompt: "x", reference: 4 }], ":41: expected string at /reference, got 4"],
    [
      "pairs of a single prompt",
      Array.from({ length: 12 }, () => ({ prompt: "a", chosen: "b", rejected: "c" })),
      ": expected 1 prompts to be left to train on, got 0",
    ],
    [
      "pairs here and not there",
      [{ prompt: "a", chosen: "b", rejected: "c" }, ...lines],
      ':2: expected "rejected" in all lines or in none',
    ],
    ["a prompt that occurs twice", [...lines, lines[2]], ":41: expected different prompts, got that of"],
    [
      "a line without a reference beside others",
      [...lines, { prompt: "x" }],
      ':41: expected "reference" in all lines or in none, got none, and',
    ],
    [
      "a line with tests beside others",
      [...lines, { prompt: "x", reference: "y", tests: ["z"] }],
      ':41: expected "tests" in all lines or in none, got some, and',
    ],
    [
      "a prompt that is too long",
      [...lines, { prompt: "x".repeat(31), reference: "y" }],
      ':41: expected a prompt of at most 30 tokens, got 31; raise "promptTokens"',
    ],
    [
      "a reference that is too long",
      [...lines, { prompt: "x", reference: "y".repeat(8) }],
      ':41: expected a completion of at most 8 tokens, got 9; raise "completionTokens"',
    ],
    ["a prompt that has no tokens", [...lines, { prompt: "ä", reference: "y" }], ":41: character tokenizer: expected only the characters"],
    ["a file without prompts", [], ": expected at least one prompt, got none"],
    ["a file of too few", lines.slice(0, 10), ": expected at least 11 prompts, 10 of them to test on, got 10"],
  ])("%s, with its line", (_, content, message) => {
    write(content);
    expect(() => make()).toThrow(RangeError);
    expect(() => make()).toThrow(path + message);
  });

  test("a task without a tokenizer", () => {
    expect(() => prompts.create({ path, test: 1, promptTokens: 30, completionTokens: 8 }, { seed: 1, folder })).toThrow(
      'prompts: expected a tokenizer, got none; add "tokenizer": { "bpe": 512 }',
    );
  });
});

test("arithmetic is written in a tokenizer that is given, unless it names its own", () => {
  const values = { type: "arithmetic", numbers: [2, 2], range: [1, 9], operators: "+", train: 5, test: 2 } as const;
  const given = characterTokenizer("0123456789+-=;#xyz");
  const plain = { ...values, numbers: [2, 2] as [number, number], range: [1, 9] as [number, number] };
  const context = { seed: 1, tokenizer: given.toJSON() };
  expect(tasks.create(plain, context).tokenizer.vocabularySize).toBe(given.vocabularySize);
  expect(tasks.create({ ...plain, tokenizer: "characters" }, context).tokenizer.vocabularySize).toBe(17);
  expect(tasks.create(plain, { seed: 1 }).tokenizer.vocabularySize).toBe(17);
});

describe("a file of its own for what is held out", () => {
  const held = lines.slice(0, 15).map(({ prompt, reference }) => ({ prompt: prompt.replace("what", "and what"), reference }));
  beforeEach(() => writeFileSync(join(folder, "held.jsonl"), [...held, lines[3]!].map((line) => JSON.stringify(line)).join("\n")));
  const apart = (changes: Partial<Parameters<typeof prompts.create>[0]> = {}, seed = 1): Task =>
    make({ heldOut: { path: "held.jsonl" }, test: 16, ...changes }, seed);

  test("is tested on, and none of its prompts is trained on", () => {
    const task = apart();
    expect(task.test.map(({ text }) => text).toSorted()).toEqual([...held, lines[3]!].map(({ prompt }) => prompt).toSorted());
    expect(task.train.map(({ text }) => text)).toEqual(lines.filter((_, i) => i !== 3).map(({ prompt }) => prompt));
  });

  test("of which the seed draws some, when fewer are asked for", () => {
    const drawn = (seed: number): string[] => apart({ test: 5 }, seed).test.map(({ text }) => text);
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    expect(() => apart({ test: 17 })).toThrow(
      `${join(folder, "held.jsonl")}: expected at least 17 prompts to test on, got 16; lower "test"`,
    );
  });

  test("counts in what the task is made of", () => {
    const before = apart().content;
    writeFileSync(join(folder, "held.jsonl"), held.map((line) => JSON.stringify(line)).join("\n"));
    expect(apart({ test: 15 }).content).not.toBe(before);
    expect(apart({ test: 15 }).content).not.toBe(make({ test: 15 }).content);
  });

  test("lets the reading of the others end when there are enough", () => {
    expect(apart({ train: 5 }).train.map(({ text }) => text)).toEqual([0, 1, 2, 4, 5].map((i) => lines[i]!.prompt));
    expect(() => apart({ train: 40 })).toThrow(`${path}: expected 40 prompts to be left to train on, got 39`);
  });

  test("has other keys, when it says what its prompts are made of", () => {
    writeFileSync(join(folder, "held.jsonl"), [1, 2].map((i) => JSON.stringify({ input: `${i}`, target: `<${i}>` })).join("\n"));
    const heldOut = { path: "held.jsonl", prompt: "twice {input}", reference: "{target}", replace: [{ start: "<", end: ">", by: "two" }] };
    const task = apart({ test: 2, heldOut });
    expect(new Map(task.test.map(({ text, reference }) => [text, reference]))).toEqual(
      new Map([
        ["twice 1", "two"],
        ["twice 2", "two"],
      ]),
    );
    expect(task.train.map(({ text }) => text)).toEqual(lines.map(({ prompt }) => prompt));
  });

  test("is made as the others are, where it says nothing else", () => {
    writeFileSync(join(folder, "held.jsonl"), JSON.stringify({ input: "1", reference: "one" }));
    const task = apart({ test: 1, prompt: "so {prompt}", heldOut: { path: "held.jsonl", prompt: "{input}" } });
    expect(task.test.map(({ text, reference }) => [text, reference])).toEqual([["1", "one"]]);
    expect(task.train[0]!.text).toBe(`so ${lines[0]!.prompt}`);
    expect(() => apart({ heldOut: { path: "held.jsonl", replace: [{ start: "a", by: "b" }] } })).toThrow(
      'expected a template "prompt" or "reference" beside "replace", got neither',
    );
  });

  test("has references when the others have", () => {
    writeFileSync(join(folder, "held.jsonl"), JSON.stringify({ prompt: "what" }));
    expect(() => apart({ test: 1 })).toThrow('expected "reference" in all lines or in none');
  });
});

test.each([
  ["text", [true, false, false, false]],
  ["number", [true, true, false, false]],
  ["calculator", [true, true, true, false]],
] as const)("completions are checked by %s", (check, expected) => {
  write(lines.map(({ prompt, reference }) => ({ prompt, reference: `is ${reference}` })));
  const task = make({ check });
  const prompt = task.test[0]!;
  const right = prompt.reference.slice("is ".length);
  const said = [prompt.reference, `the answer is ${right}.`, `${right} + 0 = 99. The answer is 99.`, `The answer is ${right}1.`];
  expect(said.map((completion) => task.check(prompt, completion).correct)).toEqual(expected);
});

test("prompts and references are made of other keys, and long prompts are cut, when the task says so", () => {
  write(lines.map(({ prompt, reference }) => ({ q: `${prompt} and so on and on`, a: `<${reference}>` })));
  const replace = [
    { start: "<", by: "" },
    { start: ">", by: "" },
  ];
  const task = make({ prompt: "{q}", reference: "{a}", replace, unfit: "cut" });
  expect(task.train.length).toBe(30);
  for (const { text, reference } of [...task.train, ...task.test]) {
    expect(text.length).toBe(30);
    expect(reference).toBe(String(2 * Number(/\d+/u.exec(text)![0])));
  }
  expect(() => make({ replace })).toThrow('prompts: expected a template "prompt" or "reference" beside "replace", got neither');
});
