/** Tests of counts of tokens. */
import { expect, test } from "vitest";
import { countTexts, rateText } from "../../../../src/cli/commands/tokenizer/token-counts.ts";
import { characterTokenizer } from "../../../../src/tokenizers/characters.ts";

test("are sums over the texts that have ids, with the reason of the first that has none", () => {
  const counts = countTexts(characterTokenizer("aé😀"), ["aé", "😀", "b", "c", ""], 2);
  expect(counts).toEqual({
    texts: 5,
    characters: 3,
    bytes: 7,
    tokens: 3,
    unknown: 1,
    refused: 2,
    reason: expect.stringContaining('got "b"') as string,
  });
  expect(rateText(counts)).toBe("1.00 characters and 2.33 bytes a token");
  expect(rateText(countTexts(characterTokenizer("a"), ["b"]))).toBe("no tokens");
});
