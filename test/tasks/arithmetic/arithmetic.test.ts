/** Tests of the arithmetic task: the laws, its references against a second computation, and its checker on answers right and wrong. */
import { moduleKeywordDefinition } from "../../../src/plugins/module-keyword.ts";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { arithmetic } from "../../../src/tasks/arithmetic/arithmetic.ts";
import { tasks } from "../../../src/tasks/index.ts";
import type { Prompt, Task } from "../../../src/tasks/task.ts";
import { taskLaws } from "../../laws/task.laws.ts";

type Parameters = globalThis.Parameters<typeof arithmetic.create>[0];
const usual: Parameters = { numbers: [3, 5], range: [1, 20], operators: "+-", train: 300, test: 60 };

taskLaws((seed) => arithmetic.create(usual, { seed }));

taskLaws((seed) => arithmetic.create({ ...usual, tokenizer: "numbers" }, { seed }));

test("pairs have a wrong answer of the right form, and the same problems", () => {
  const [alone, pairs] = [usual, { ...usual, rejected: true }].map((values) => arithmetic.create(values, { seed: 1 })) as [Task, Task];
  const without = ({ index, text, reference }: Prompt): Prompt => ({ index, text, reference });
  expect([pairs.train.map(without), pairs.test.map(without)]).toEqual([alone.train, alone.test]);
  expect(alone.train.every((prompt) => !("rejected" in prompt))).toBe(true);
  for (const prompt of [...pairs.train, ...pairs.test])
    expect(pairs.check(prompt, prompt.rejected!)).toEqual({ correct: false, wellFormed: true });
  expect(pairs.longest).toEqual(alone.longest);
});

test("the tokenizer changes tokens and lengths, and not the problems", () => {
  const [characters, numbers] = (["characters", "numbers"] as const).map((tokenizer) =>
    arithmetic.create({ ...usual, tokenizer }, { seed: 1 }),
  ) as [Task, Task];
  expect([numbers.train, numbers.test]).toEqual([characters.train, characters.test]);
  expect(numbers.tokenizer.encode("12+7=19#19")).toHaveLength(7);
  expect(characters.tokenizer.encode("12+7=19#19")).toHaveLength(10);
  expect(numbers.longest.completion).toBeLessThan(characters.longest.completion);
});

/** The value of a prompt, read from its text. */
const valueOf = (text: string): number => {
  const terms = text.slice(0, -1).match(/[+-]?\d+/g) ?? [];
  return terms.reduce((sum, term) => sum + Number(term), 0);
};

describe("problems", () => {
  const task = arithmetic.create(usual, { seed: 1 });

  test("have the form and the counts asked for", () => {
    expect([task.train.length, task.test.length]).toEqual([300, 60]);
    const counts = new Set<number>();
    for (const { text } of task.train) {
      expect(text).toMatch(/^\d+(?:[+-]\d+){2,4}=$/);
      const numbers = text.match(/\d+/g) ?? [];
      counts.add(numbers.length);
      for (const number of numbers) expect(Number(number) >= 1 && Number(number) <= 20).toBe(true);
    }
    expect(counts).toEqual(new Set([3, 4, 5]));
  });

  test("have references whose every step follows and whose answer is the value", () => {
    for (const { text, reference } of task.train) {
      const [steps = "", answer = ""] = reference.split("#");
      const signs = text.match(/[+-]\d+/g) ?? [];
      let result = Number.parseInt(text, 10);
      const expected = signs.map((term) => {
        const before = result;
        result += Number(term);
        return `${before}${term}=${result}`;
      });
      expect(steps.split(";")).toEqual(expected);
      expect(Number(answer)).toBe(valueOf(text));
    }
  });

  test("go below zero on the way", () => {
    expect(task.train.some(({ reference }) => reference.includes("=-"))).toBe(true);
    const subtraction = arithmetic.create({ ...usual, numbers: [2, 2], range: [5, 6], operators: "-", train: 2, test: 2 }, { seed: 1 });
    const all = [...subtraction.train, ...subtraction.test].map(({ text, reference }) => text + reference).toSorted();
    expect(all).toEqual(["5-5=5-5=0#0", "5-6=5-6=-1#-1", "6-5=6-5=1#1", "6-6=6-6=0#0"]);
  });

  test("of the test split do not depend on the training split, whose beginning does not depend on its size", () => {
    const larger = arithmetic.create({ ...usual, train: 900 }, { seed: 1 });
    expect(larger.test).toEqual(task.test);
    expect(larger.train.slice(0, 300)).toEqual(task.train);
  });

  test("can be drawn to the last one", () => {
    const whole = arithmetic.create({ ...usual, numbers: [2, 3], range: [1, 3], train: 118, test: 8 }, { seed: 5 });
    expect(new Set([...whole.train, ...whole.test].map(({ text }) => text)).size).toBe(9 * 2 + 27 * 4);
  });
});

describe("refusals", () => {
  test("of more problems than there are, with the arithmetic of it", () => {
    expect(() => arithmetic.create({ ...usual, numbers: [2, 3], range: [1, 3], train: 118, test: 9 }, { seed: 5 })).toThrow(
      new RangeError(
        "arithmetic: expected at most 126 different prompts (3^2 x 2^1 + 3^3 x 2^2), got train 118 + test 9 = 127; " +
          'widen "numbers" or "range", or ask for fewer prompts',
      ),
    );
  });

  test.each([
    [{ numbers: [4, 3] }, 'expected "numbers" as [low, high], got [4, 3]'],
    [{ range: [9, 1] }, 'expected "range" as [low, high], got [9, 1]'],
  ] as const)("of %j", (wrong, message) => {
    const values: Parameters = { ...usual, ...(structuredClone(wrong) as Partial<Parameters>) };
    expect(() => arithmetic.create(values, { seed: 1 })).toThrow(new RangeError(`arithmetic: ${message}`));
  });

  const validate = new Ajv({
    discriminator: true,
    keywords: [moduleKeywordDefinition],
    strict: true,
    useDefaults: true,
    allErrors: true,
  }).compile(tasks.schema);

  test.each([
    { operators: "+*" },
    { operators: "*" },
    { operators: "" },
    { numbers: [1, 2] },
    { numbers: [3] },
    { range: [0.5, 2] },
    { train: 0 },
  ])("of %j by the schema", (wrong) => {
    expect(validate({ type: "arithmetic", ...wrong })).toBe(false);
  });

  test("by the schema leave the defaults, which make a task", () => {
    const values = { type: "arithmetic" };
    expect(validate(values)).toBe(true);
    expect(values).toEqual({
      type: "arithmetic",
      numbers: [3, 5],
      range: [1, 20],
      operators: "+-",
      train: 5_000,
      test: 500,
    });
  });
});

describe("check", () => {
  const task = arithmetic.create({ ...usual, train: 1, test: 1 }, { seed: 1 });
  const prompt: Prompt = { index: 0, text: "7+12-5+20=", reference: "7+12=19;19-5=14;14+20=34#34" };

  test.each([
    ["7+12=19;19-5=14;14+20=34#34", true, true],
    ["7+12=18;18-5=13;13+20=33#34", true, true],
    ["1+1=3#34", true, true],
    ["7+12=19;19-5=14;14+20=34#33", false, true],
    ["3-8=-5;-5+9=4;-5--5=0;4-0=4#-4", false, true],
    ["#34", true, false],
    ["34", false, false],
    ["", false, false],
    ["#", false, false],
    ["7+12=19#34 ", false, false],
    ["7+12=19#34#", false, false],
    ["7+12=19#34;", false, false],
    ["7+12=19#034", false, false],
    ["7+12=19#+34", false, false],
    ["7+12=19#34\n", false, false],
    ["7+12=19#３４", false, false],
    ["7+12=19;#34", true, false],
    [";7+12=19#34", true, false],
    ["7+12=19;;19-5=14#34", true, false],
    ["7+12=19\n#34", true, false],
    ["7+12-5=14#34", true, false],
    ["7+12=19#19#34", true, false],
    ["07+12=19#34", true, false],
    ["7*12=84#34", true, false],
    ["7 + 12 = 19#34", true, false],
    ["7+12=-0#34", true, false],
    ["process.exit(1)#34", true, false],
  ])("%j", (completion, correct, wellFormed) => {
    expect(task.check(prompt, completion)).toEqual({ correct, wellFormed });
  });

  test("long texts are read to their end", () => {
    const step = "7+12=19;".repeat(125_000);
    expect(task.check(prompt, `${step}14+20=34#34`)).toEqual({ correct: true, wellFormed: true });
    expect(task.check(prompt, `${step}14+20=#34`)).toEqual({ correct: true, wellFormed: false });
    expect(task.check(prompt, `1+1=${"1".repeat(1_000_000)}#34`)).toEqual({ correct: true, wellFormed: true });
    expect(task.check(prompt, "#".repeat(1_000_000))).toEqual({ correct: false, wellFormed: false });
  });

  test("zero and negative answers have one form", () => {
    expect(task.check({ index: 0, text: "3-8=", reference: "3-8=-5#-5" }, "3-8=-5#-5")).toEqual({ correct: true, wellFormed: true });
    expect(task.check({ index: 0, text: "3-3=", reference: "3-3=0#0" }, "3-3=0#-0")).toEqual({ correct: false, wellFormed: false });
  });
});

test("with a calculator only what the steps are counts, not what they come to", () => {
  const task = arithmetic.create({ numbers: [3, 3], range: [1, 9], operators: "+", calculator: true, train: 5, test: 5 }, { seed: 1 });
  const [prompt] = task.test;
  const [a = 0, b = 0, c = 0] = prompt!.text.match(/\d+/gu)!.map(Number);
  const wrong = `${a}+${b}=40;40+${c}=50#50`;
  expect(task.check(prompt!, wrong)).toMatchObject({ correct: true, wellFormed: true });
  expect(task.check(prompt!, `${a}+${b}=40;40+${c + 1}=50#50`).correct).toBe(false);
});
