/** Tests of models by name. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadModel, tokenizerOf } from "../../../src/experiments/inputs/model.ts";
import { savedModel } from "../../fixtures/models.ts";

test("a folder is its policy, its weights and its tokenizer", async () => {
  const folder = await savedModel();
  const { policy, weights, tokenizer } = await loadModel(folder);
  expect(Object.keys(weights)).toEqual(Object.keys(policy.parameters));
  expect(tokenizer!.decode(tokenizer!.encode("a bad cab"))).toBe("a bad cab");
  expect(tokenizer!.vocabularySize).toBe(policy.vocabularySize);
});

test("a folder without a tokenizer has none; what it holds instead is refused", async () => {
  const folder = await savedModel();
  rmSync(join(folder, "tokenizer.json"));
  expect((await loadModel(folder)).tokenizer).toBeUndefined();
  expect(await tokenizerOf({ folder })).toBeUndefined();
  await expect(loadModel(join(folder, "nowhere"))).rejects.toThrow(/no folder or file is at .*nowhere/);
});
