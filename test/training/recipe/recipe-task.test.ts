/** The task of a recipe. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { characterTokenizer } from "../../../src/tokenizers/characters.ts";
import { recipeTask, withOwnTokenizer } from "../../../src/training/recipe/recipe-task.ts";
import { recipe, smallTask } from "../../fixtures/recipes.ts";

test("is made from the recipe's values and seed", () => {
  const [one, two] = [recipeTask(recipe()), recipeTask(recipe())];
  expect([one.train, one.test]).toEqual([smallTask().train, smallTask().test]);
  expect(two.train).toEqual(one.train);
  expect(recipeTask(recipe({ taskSeed: 6 })).test).not.toEqual(one.test);
});

test("is made once for the same values, and anew for another seed or tokenizer, and folder where it reads a file", () => {
  const given = recipe();
  const one = recipeTask(given);
  expect(recipeTask({ ...given })).toBe(one);
  const tokenizer = one.tokenizer.toJSON();
  for (const change of [{ taskSeed: 6 }, { tokenizer }]) expect(recipeTask({ ...given, ...change })).not.toBe(one);
  const folders = ["a", "ab"].map((prompt) => {
    const folder = mkdtempSync(join(tmpdir(), "retort-task-"));
    writeFileSync(join(folder, "p.jsonl"), `{"prompt": "${prompt}"}\n{"prompt": "b"}`);
    return folder;
  });
  const task = { type: "prompts", path: "p.jsonl", test: 1, promptTokens: 4, completionTokens: 4 } as const;
  const reading = recipe({ task, tokenizer: characterTokenizer("ab").toJSON() });
  const [here, there] = folders.map((folder) => recipeTask({ ...reading, folder }));
  expect([...here!.train, ...here!.test]).not.toEqual([...there!.train, ...there!.test]);
});

test("finds its files in the recipe's folder, and is written in its tokenizer", () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-task-"));
  writeFileSync(join(folder, "p.jsonl"), '{"prompt": "a"}\n{"prompt": "b"}');
  const task = { type: "prompts", path: "p.jsonl", test: 1, promptTokens: 4, completionTokens: 4 } as const;
  const made = recipeTask(recipe({ task, folder, tokenizer: characterTokenizer("ab").toJSON() }));
  expect([made.train.length, made.tokenizer.vocabularySize]).toEqual([1, 4]);
});

test("has the tokenizer that its task has trained, which is then not trained again", () => {
  const folder = mkdtempSync(join(tmpdir(), "retort-task-"));
  writeFileSync(join(folder, "p.jsonl"), '{"prompt": "a"}\n{"prompt": "ab"}\n{"prompt": "b"}');
  const sizes = { test: 1, promptTokens: 4, completionTokens: 4 };
  const given = recipe({ task: { type: "prompts", path: "p.jsonl", tokenizer: "characters", ...sizes }, folder });
  const whole = withOwnTokenizer(given);
  const made = recipeTask(whole);
  expect([whole.tokenizer, made.tokenizer.vocabularySize]).toEqual([made.tokenizer.toJSON(), 4]);
  expect(recipeTask(whole)).toBe(made);
  // Another thread has a copy of the recipe, and the file may have more by then.
  writeFileSync(join(folder, "p.jsonl"), '{"prompt": "a"}\n{"prompt": "ab"}\n{"prompt": "b"}\n{"prompt": "z"}');
  expect(() => recipeTask(structuredClone(whole))).toThrow('got "z"');
  const plain = recipe();
  expect(withOwnTokenizer(plain)).toBe(plain);
});
