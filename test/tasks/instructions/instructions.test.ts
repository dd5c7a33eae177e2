/** Tests of the mixture of instructions. */
import { describe, expect, test } from "vitest";
import { instructions } from "../../../src/tasks/instructions/instructions.ts";
import type { Prompt } from "../../../src/tasks/task.ts";
import { taskLaws } from "../../laws/task.laws.ts";

const made = (seed: number, given: Partial<Parameters<typeof instructions.create>[0]> = {}) =>
  instructions.create({ length: [3, 4], heldOut: 12, train: 300, test: 40, ...given }, { seed });

taskLaws((seed) => made(seed));

const instructionOf = ({ text }: Prompt): string => text.split(" ").slice(0, -1).join(" ");
const instructionsOf = (prompts: readonly Prompt[]): Set<string> => new Set(prompts.map(instructionOf));

describe("instructions", () => {
  const task = made(3, { train: 4000, test: 400 });
  const [trained, tested] = [instructionsOf(task.train), instructionsOf(task.test)];

  test("are 64, of which those of the test are held out", () => {
    expect(trained.size).toBe(52);
    expect(tested.size).toBe(12);
    expect(new Set([...trained, ...tested]).size).toBe(64);
    expect([...tested].every((instruction) => instruction.includes(" "))).toBe(true);
  });

  test("have each of the operations trained", () => {
    const single = [...trained].filter((instruction) => !instruction.includes(" "));
    expect(single.toSorted()).toEqual(["double", "next", "rest", "reverse", "rotate", "sort", "swap", "unique"]);
  });

  test("are others for another seed", () => {
    expect(instructionsOf(made(4, { train: 10, test: 400 }).test)).not.toEqual(tested);
  });

  test("come before lists of the length that was asked for", () => {
    const short = made(3, { train: 200, test: 10, length: [2, 2] });
    for (const { text } of short.train) expect(text).toMatch(/^(?:[a-z]{4,} ){1,2}[a-h]{2}\n$/u);
    expect(() => made(3, { length: [4, 3] })).toThrow('instructions: expected "length" as [low, high], got [4, 3]');
    expect(() => made(3, { length: [1, 1], train: 5000 })).toThrow("instructions: expected fewer prompts");
  });
});

describe("the checker", () => {
  const task = made(0);
  const prompt: Prompt = { index: 0, text: "reverse next badc\n", reference: "cdab;debc" };

  test.each([
    ["cdab;debc", true, true],
    ["badc;debc", true, true],
    ["debc", true, true],
    ["cdab", false, true],
    ["cdab;deb", false, true],
    ["cdab;debc;", false, false],
    ["a;b;debc", false, false],
    [";debc", false, false],
    ["next debc", false, false],
    ["", false, false],
  ])("of %j: correct %s, well-formed %s", (completion, correct, wellFormed) => {
    expect(task.check(prompt, completion)).toEqual({ correct, wellFormed });
  });
});

test("the test split does not depend on the training split, whose beginning does not depend on its size", () => {
  const [small, large] = [made(5, { train: 50, test: 20 }), made(5, { train: 200, test: 20 })];
  expect(small.test).toEqual(large.test);
  expect(small.train).toEqual(large.train.slice(0, 50));
});
