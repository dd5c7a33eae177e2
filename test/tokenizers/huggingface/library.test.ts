/** The library is what is declared of it. */
import { expect, test } from "vitest";
import { openLibrary } from "../../../src/tokenizers/huggingface/library.ts";

test("encodes a text, and leaves an id out where a word has none", () => {
  const library = openLibrary(
    {
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: "WhitespaceSplit" },
      post_processor: null,
      decoder: null,
      model: { type: "WordLevel", vocab: { a: 0, b: 1 } },
    },
    {},
  );
  const { ids, tokens } = library.encode("b x a", { add_special_tokens: false });
  expect([[...ids], [...tokens]]).toEqual([
    [1, undefined, 0],
    ["b", "x", "a"],
  ]);
});

test("throws for a document without its parts", () => {
  expect(() => openLibrary({ model: {} }, {})).toThrow(/must contain/u);
});
