/** Tests of `retort tokenizer train`. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { tokenizerFromJSON } from "../../../../src/tokenizers/read.ts";
import { trainTokenizer } from "../../../../src/tokenizers/train.ts";
import { temporaryFolder } from "../../../fixtures/models.ts";
import { recorder } from "../../recorder.ts";

let [folder, out, data] = ["", "", ""];
beforeEach(() => {
  folder = temporaryFolder();
  [out, data] = [join(folder, "tokenizer.json"), join(folder, "q.jsonl")];
  writeFileSync(data, Array.from({ length: 9 }, (_, i) => JSON.stringify({ prompt: `what is ${i}?`, reference: `it is ${i}` })).join("\n"));
});
const train = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["tokenizer", "train", ...args, "--out", out], terminal), output: output(), errors: errors() };
};
const texts = Array.from({ length: 9 }, (_, i) => [`what is ${i}?`, `it is ${i}`]).flat();

test.each([
  [["--type", "bpe", "--size", "270"], { bpe: 270 }],
  [[], { bpe: 512 }],
  [["--type", "words"], "words"],
  [["--type", "characters"], "characters"],
] as const)("%j writes what is trained on the prompts and references of a file", async (args, kind) => {
  const { code, output } = await train(data, ...args);
  expect([code, output]).toEqual([
    0,
    expect.stringMatching(/tokenizer\.json: (?:bpe|words|characters), \d+ tokens, [\d.]+ characters and [\d.]+ bytes a token\n$/u),
  ]);
  expect(tokenizerFromJSON(JSON.parse(readFileSync(out, "utf8"))).toJSON()).toEqual(trainTokenizer(texts, kind).toJSON());
});

test("other keys by templates, tables, and plain texts with their line ends", async () => {
  writeFileSync(join(folder, "q.csv"), "question,answer\nab,c\n");
  expect((await train(join(folder, "q.csv"), "--type", "characters")).errors).toContain(
    'add "prompt": "{question}", "reference": "{answer}"',
  );
  expect((await train(join(folder, "q.csv"), "--type", "characters", "--prompt", "{question}", "--reference", "{answer}!")).code).toBe(0);
  expect(tokenizerFromJSON(JSON.parse(readFileSync(out, "utf8"))).encode("abc!")).toHaveLength(4);
  writeFileSync(join(folder, "q.txt"), "ab\ncd");
  out = join(folder, "plain.json");
  expect((await train(join(folder, "q.txt"), "--type", "characters")).code).toBe(0);
  expect(tokenizerFromJSON(JSON.parse(readFileSync(out, "utf8"))).encode("\nd")).toHaveLength(2);
});

test.each<[string, readonly string[], RegExp]>([
  ["a size that a BPE cannot have", ["--size", "100"], /--size: expected 258 to 131072 tokens, got 100/u],
  ["a size of words", ["--type", "words", "--size", "300"], /--size: expected it with --type bpe alone, got words/u],
  ["another type", ["--type", "pieces"], /Allowed choices are characters, words, bpe/u],
])("%s is refused, and nothing is written", async (_, args, message) => {
  const { code, errors } = await train(data, ...args);
  expect([code, errors]).toEqual([2, expect.stringMatching(message)]);
  expect(existsSync(out)).toBe(false);
});

test("no file is written over, and a file that is not there is named", async () => {
  writeFileSync(out, "mine");
  expect((await train(data)).errors).toContain(`${out}: expected a new file, got one that is there`);
  expect(readFileSync(out, "utf8")).toBe("mine");
  out = join(folder, "other.json");
  for (const name of ["no.jsonl", "no.csv", "no.txt"]) expect((await train(join(folder, name))).errors).toContain(join(folder, name));
});
