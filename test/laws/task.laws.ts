/** What holds for every task. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Task } from "../../src/tasks/task.ts";

/** `make` gives the task of a seed. */
export const taskLaws = (make: (seed: number) => Task): void => {
  describe("laws of a task", () => {
    const task = make(7);
    const prompts = [...task.train, ...task.test];

    test("a seed decides the prompts, and another seed gives others", () => {
      const [again, other] = [make(7), make(8)];
      expect([again.train, again.test]).toEqual([task.train, task.test]);
      expect(other.train).not.toEqual(task.train);
      expect(other.test).not.toEqual(task.test);
    });

    test("all prompts differ, within a split and between the two", () => {
      expect(task.train.length).toBeGreaterThan(0);
      expect(task.test.length).toBeGreaterThan(0);
      expect(new Set(prompts.map((prompt) => prompt.text)).size).toBe(prompts.length);
    });

    test("prompts know their index in their split", () => {
      for (const split of [task.train, task.test]) expect(split.map((prompt) => prompt.index)).toEqual(split.map((_, index) => index));
    });

    test("every reference is correct and well-formed", () => {
      const entailed = task.entails === true ? { entailed: true } : {};
      for (const prompt of prompts) expect(task.check(prompt, prompt.reference)).toEqual({ correct: true, wellFormed: true, ...entailed });
    });

    test("the references of other prompts are well-formed, and some of them are not correct", () => {
      const [prompt] = prompts;
      if (prompt === undefined) throw new Error("expected a prompt");
      const verdicts = prompts.map(({ reference }) => task.check(prompt, reference));
      expect(verdicts.every(({ wellFormed }) => wellFormed)).toBe(true);
      expect(verdicts.some(({ correct }) => !correct)).toBe(true);
    });

    test("the tokenizer knows every prompt and reference, and longest is the longest of them", () => {
      const { tokenizer } = task;
      const longest = { prompt: 0, completion: 0 };
      for (const { text, reference } of prompts) {
        const [promptIds, completionIds] = [tokenizer.encode(text), tokenizer.encode(reference)];
        expect(tokenizer.decode(promptIds)).toBe(text);
        expect(tokenizer.decode(completionIds)).toBe(reference);
        longest.prompt = Math.max(longest.prompt, promptIds.length);
        longest.completion = Math.max(longest.completion, completionIds.length + 1);
      }
      expect(task.longest).toEqual(longest);
    });

    test("any text gets a verdict, the same one each time", () => {
      const alphabet = Array.from({ length: task.tokenizer.vocabularySize }, (_, id) => task.tokenizer.decode([id]));
      const likely = fc.array(fc.constantFrom(...alphabet), { maxLength: 60 }).map((pieces) => pieces.join(""));
      const any = fc.string({ unit: "binary", maxLength: 60 });
      fc.assert(
        fc.property(fc.constantFrom(...prompts), fc.oneof(likely, any), (prompt, completion) => {
          const verdict = task.check(prompt, completion);
          expect([typeof verdict.correct, typeof verdict.wellFormed]).toEqual(["boolean", "boolean"]);
          expect(task.check(prompt, completion)).toEqual(verdict);
        }),
        { seed: 3 },
      );
    });

    test("very long texts get a verdict too", () => {
      const [prompt] = task.train;
      if (prompt === undefined) throw new Error("expected a training prompt");
      for (const piece of [prompt.reference, prompt.reference.slice(0, 1), prompt.reference.slice(-1), "\u0000", " "]) {
        const completion = piece.repeat(Math.ceil(1e6 / piece.length));
        for (const text of [completion, completion + prompt.reference]) {
          const verdict = task.check(prompt, text);
          expect([typeof verdict.correct, typeof verdict.wellFormed]).toEqual(["boolean", "boolean"]);
        }
      }
    });
  });
};
