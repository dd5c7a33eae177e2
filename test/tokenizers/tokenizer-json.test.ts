/** Tests of tokenizer.json documents: what is read back, and what is refused before it is used. */
import { describe, expect, test } from "vitest";
import { readVocabulary, wordLevelDocument } from "../../src/tokenizers/tokenizer-json.ts";

const document = wordLevelDocument(["<pad>", "<eos>", "1", "0"], 2);

test("a vocabulary comes back in the order of its ids, also where its pieces are digits", () => {
  expect(readVocabulary(JSON.parse(JSON.stringify(document)), 2)).toEqual(["<pad>", "<eos>", "1", "0"]);
});

describe("forms that are refused", () => {
  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a list", []],
    ["an empty object", {}],
    ["another model", { ...document, model: { ...document.model, type: "BPE" } }],
    ["no vocabulary", { ...document, model: { ...document.model, vocab: null } }],
    ["an id that is text", { ...document, model: { ...document.model, vocab: { a: "0" } } }],
    ["an id that is text, of a line end", { ...document, model: { ...document.model, vocab: { "\n": "0" } } }],
    ["a fraction as id", { ...document, model: { ...document.model, vocab: { a: 0.5 } } }],
    ["a normalizer", { ...document, normalizer: { type: "NFKC" } }],
    ["another way to split", { ...document, pre_tokenizer: { type: "Whitespace" } }],
    ["another decoder", { ...document, decoder: { type: "WordPiece" } }],
    ["a special token that strips", { ...document, added_tokens: [{ ...document.added_tokens[0], lstrip: true }] }],
  ])("%s", (_what, value) => {
    expect(() => readVocabulary(value, 2)).toThrow(TypeError);
    expect(() => readVocabulary(value, 2)).toThrow(/^tokenizer\.json: .* at \//);
  });
});

describe("ids that are refused", () => {
  const withVocabulary = (vocab: Record<string, number | undefined>) => ({ ...document, model: { ...document.model, vocab } });

  test.each([
    ["a gap", { "<pad>": 0, "<eos>": 1, a: 2, b: 4 }, 'expected each id from 0 to 3 once, got 4 for "b"'],
    ["a repeated id", { "<pad>": 0, "<eos>": 1, a: 2, b: 2 }, 'expected each id from 0 to 3 once, got 2 for "b"'],
    ["an absurd id", { "<pad>": 0, "<eos>": 1, a: 2 ** 40 }, 'expected each id from 0 to 2 once, got 1099511627776 for "a"'],
  ])("%s", (_what, vocab, message) => {
    expect(() => readVocabulary(withVocabulary(vocab), 2)).toThrow(new RangeError(`tokenizer.json: ${message}`));
  });

  test("special tokens that are not the first of the vocabulary", () => {
    expect(() => readVocabulary(document, 1)).toThrow(
      'expected added tokens with the ids 0 to 0 of the vocabulary, got "<pad>" as 0, "<eos>" as 1',
    );
    expect(() => readVocabulary({ ...document, added_tokens: [] }, 2)).toThrow("got none");
    const renamed = document.added_tokens.map((token) => ({ ...token, content: "<s>" }));
    expect(() => readVocabulary({ ...document, added_tokens: renamed }, 2)).toThrow('"<s>" as 0');
  });
});
