/** Any tokenizer.json of this package is read as what it is. */
import { expect, test } from "vitest";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";
import { pieceTokenizer } from "../../src/tokenizers/pieces.ts";
import { tokenizerFromJSON } from "../../src/tokenizers/read.ts";

test("of characters or of pieces; other documents are refused", () => {
  for (const made of [pieceTokenizer(["1", "2", "+", "12"]), characterTokenizer("12+")]) {
    const read = tokenizerFromJSON(JSON.parse(JSON.stringify(made.toJSON())));
    expect(read.toJSON()).toEqual(made.toJSON());
    expect(read.encode("12+12")).toEqual(made.encode("12+12"));
  }
  for (const document of [null, 3, {}, { model: null }, { model: {} }]) expect(() => tokenizerFromJSON(document)).toThrow(TypeError);
});
