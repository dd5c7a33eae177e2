/** Tests of `retort tokenizer inspect`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { TokenizerInspection } from "../../../../src/cli/commands/tokenizer/tokenizer-inspect.ts";
import { main } from "../../../../src/cli/program.ts";
import { trainTokenizer, type TrainedKind } from "../../../../src/tokenizers/train.ts";
import { savedModel, temporaryFolder } from "../../../fixtures/models.ts";
import { recorder } from "../../recorder.ts";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});
const written = (kind: TrainedKind): string => {
  const path = join(folder, "tokenizer.json");
  writeFileSync(path, JSON.stringify(trainTokenizer(["to be or not to be", "to be"], kind).toJSON()));
  return path;
};
const inspect = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["tokenizer", "inspect", ...args], terminal), output: output(), errors: errors() };
};
const json = async (...args: string[]): Promise<TokenizerInspection> =>
  JSON.parse((await inspect(...args, "--json")).output) as TokenizerInspection;
const special = [
  { id: 0, token: "<pad>" },
  { id: 1, token: "<eos>" },
];

test("says what a tokenizer of each type is, and how it cuts a text", async () => {
  expect(await json(written("words"), "--text", "to be zebra")).toMatchObject({
    type: "words",
    vocabulary: 8,
    special: [...special, { id: 2, token: "<unk>" }],
    end: { id: 1, token: "<eos>" },
    pad: { id: 0, token: "<pad>" },
    unknown: { id: 2, token: "<unk>" },
    chatTemplate: false,
    pieces: [
      { text: "to", unknown: false },
      { text: " be", unknown: false },
      { id: 2, text: "", unknown: true },
    ],
    counts: { texts: 1, characters: 11, bytes: 11, tokens: 3, unknown: 1, refused: 0 },
  });
  const bpe = await json(written({ bpe: 270 }), "--text", "to bé");
  expect(bpe).toMatchObject({ type: "BPE", special, counts: { characters: 5, bytes: 6, unknown: 0 } });
  expect(bpe.pieces!.map(({ text }) => text).join("")).toBe("to bé");
  expect(bpe).not.toHaveProperty("unknown");
  expect(await json(written("characters"))).not.toHaveProperty("counts");
});

test("what is refused is counted and said, in a text and in a file", async () => {
  const path = written("characters");
  const { output, code } = await inspect(path, "--text", "zebra\u001b[2J");
  expect(code).toBe(0);
  expect(output).toMatch(/refused {5}1: character tokenizer: expected only the characters/u);
  expect(output).not.toContain("\u001b");
  writeFileSync(join(folder, "q.csv"), "q\nto be\nzebra\nnot\n");
  expect((await json(path, "--file", join(folder, "q.csv"), "--prompt", "{q}")).counts).toMatchObject({ texts: 3, tokens: 8, refused: 1 });
});

test("of a folder and of a model, for a person", async () => {
  const model = await savedModel();
  const { output } = await inspect(model, "--text", "ab");
  expect(output).toContain(`${model}\n\ntype        characters\nvocabulary  11 tokens\nspecial     <pad> 0, <eos> 1\n`);
  expect(output).toContain("\ntokens      2, 1.00 characters and 1.00 bytes a token\n");
  expect(output).toContain('\n2 "a"\n3 "b"\n');
  expect(await json(folder.length > 0 && written("words") ? folder : "")).toMatchObject({ type: "words" });
});

test("nothing that is there is named, and so is what is no tokenizer", async () => {
  expect(await inspect(join(folder, "none"))).toMatchObject({ code: 1, errors: expect.stringContaining("none") as string });
  expect((await inspect(folder)).errors).toContain(`${folder}: expected a tokenizer.json, got none`);
  writeFileSync(join(folder, "x.json"), "{}");
  expect((await inspect(join(folder, "x.json"))).errors).toContain(join(folder, "x.json"));
  expect((await inspect(written("words"), "--text", "a", "--file", "b")).code).toBe(2);
});
