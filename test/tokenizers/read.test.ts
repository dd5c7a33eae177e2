/** Any tokenizer is read as what it is. */
import { expect, test } from "vitest";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";
import { pieceTokenizer } from "../../src/tokenizers/pieces.ts";
import { readTokenizer, tokenizerFromJSON } from "../../src/tokenizers/read.ts";

const copyOf = (document: unknown): unknown => JSON.parse(JSON.stringify(document));

test("of characters or of pieces; other documents are refused", () => {
  for (const made of [pieceTokenizer(["1", "2", "+", "12"]), characterTokenizer("12+")]) {
    const read = tokenizerFromJSON(copyOf(made.toJSON()));
    expect(read.toJSON()).toEqual(made.toJSON());
    expect(read.encode("12+12")).toEqual(made.encode("12+12"));
  }
  for (const document of [null, 3, {}, { model: null }, { model: {} }, { "tokenizer.json": null }]) {
    expect(() => tokenizerFromJSON(document)).toThrow(TypeError);
  }
});

test("the project's own beside the files of a checkpoint", () => {
  const made = characterTokenizer("12+");
  const files = { "tokenizer.json": copyOf(made.toJSON()), "config.json": { eos_token_id: 1 }, "chat_template.jinja": "x" };
  const read = readTokenizer(files);
  expect(read).toMatchObject({ endId: 1, padId: 0, stopIds: [1], chatTemplate: "x", addedSpecialIds: { before: [], after: [] } });
  expect([0, 1, 2, 9].map((id) => read.tokenOf(id))).toEqual(["<pad>", "<eos>", "1", ""]);
  expect(read.encode("2+1")).toEqual(made.encode("2+1"));
});
