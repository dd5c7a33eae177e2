/** Tests of `retort convert`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { loadModel } from "../../../src/experiments/inputs/model.ts";
import { savedModel, temporaryFolder } from "../../fixtures/models.ts";
import { recorder } from "../recorder.ts";

const convert = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["convert", ...args], terminal), output: output(), errors: errors() };
};

test("writes a folder that is the same model, in float32 to the last bit", async () => {
  const [from, to] = [await savedModel(), join(temporaryFolder(), "copy")];
  expect(await convert(from, to)).toMatchObject({ code: 0, output: `${to}: llama, 3.6k parameters in F32\n`, errors: "" });
  expect(readFileSync(join(to, "model.safetensors"))).toEqual(readFileSync(join(from, "model.safetensors")));
  const [before, after] = [await loadModel(from), await loadModel(to)];
  expect(after.policy.config).toEqual(before.policy.config);
  expect(after.tokenizer!.encode("a bad cab")).toEqual(before.tokenizer!.encode("a bad cab"));
});

test("in BF16 it takes half of the room, and rounds", async () => {
  const [from, to] = [await savedModel(), temporaryFolder()];
  expect((await convert(from, to, "--dtype", "BF16")).code).toBe(0);
  const [before, after] = [await loadModel(from), await loadModel(to)];
  const [name] = Object.keys(before.weights);
  for (const [i, x] of before.weights[name!]!.entries())
    expect(Math.abs(after.weights[name!]![i]! - x)).toBeLessThanOrEqual(Math.abs(x) / 256);
  expect(after.weights[name!]).not.toEqual(before.weights[name!]);
});

test("a folder that holds something is refused, and left as it is", async () => {
  const from = await savedModel();
  const { code, errors } = await convert(from, from);
  expect([code, errors]).toEqual([1, expect.stringMatching(/expected a new or empty folder, got 3 files; name another one/)]);
  expect(readdirSync(from).toSorted()).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
});

test("a checkpoint without a tokenizer is written without, and the command says so", async () => {
  const to = temporaryFolder();
  expect(await convert("test/fixtures/checkpoints/gpt2", to)).toMatchObject({
    code: 0,
    errors: "the checkpoint has no tokenizer: none is written\n",
  });
  expect(readdirSync(to).toSorted()).toEqual(["config.json", "model.safetensors"]);
});
