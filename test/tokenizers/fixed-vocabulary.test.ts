/** What tokenizers of a fixed vocabulary share. */
import { expect, test } from "vitest";
import { fixedVocabulary, refuseSpecial } from "../../src/tokenizers/fixed-vocabulary.ts";

test("padding and the end come first, and ids become text", () => {
  const { decode, ...facts } = fixedVocabulary("some tokenizer", ["", "", "a", "bc"]);
  expect(facts).toEqual({ vocabularySize: 4, padId: 0, endId: 1, stopIds: [1] });
  expect(decode([2, 3, 1, 0])).toBe("abc");
  expect(() => decode([4])).toThrow(new RangeError("some tokenizer: expected ids from 0 to 3, got 4"));
});

test("text that spells a special token is refused", () => {
  refuseSpecial("some tokenizer", "a<", ["<pad>"]);
  expect(() => refuseSpecial("some tokenizer", "a<pad>", ["<eos>", "<pad>"])).toThrow(
    new RangeError("some tokenizer: expected text without special tokens, got <pad>"),
  );
});
