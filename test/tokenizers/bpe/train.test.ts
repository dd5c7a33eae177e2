/** Training of a byte-level BPE: merges and ids of HuggingFace's trainer, and the laws. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { trainBpe } from "../../../src/tokenizers/bpe/train.ts";
import { tokenizerFromJSON } from "../../../src/tokenizers/read.ts";
import { tokenizerLaws } from "../../laws/tokenizer.laws.ts";

const { corpus, bpe } = JSON.parse(readFileSync(new URL("../../fixtures/trained_tokenizers_reference.json", import.meta.url), "utf8")) as {
  readonly corpus: readonly string[];
  readonly bpe: readonly {
    readonly size: number;
    readonly minimum: number;
    readonly merges: readonly (readonly [string, string])[];
    readonly samples: readonly { readonly text: string; readonly ids: number[]; readonly decoded: string }[];
  }[];
};

describe.each(bpe)("of $size ids, pairs $minimum times or more", ({ size, minimum, merges, samples }) => {
  const tokenizer = trainBpe(corpus, { vocabularySize: size, minimumCount: minimum });

  test("joins what HuggingFace's trainer joins, in its order", () => {
    expect((tokenizer.toJSON() as { readonly model: { readonly merges: unknown } }).model.merges).toEqual(merges);
  });

  test.each(samples)("$text has the ids and the text of HuggingFace tokenizers", ({ text, ids, decoded }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
  });
});

tokenizerLaws(() => trainBpe(corpus, { vocabularySize: 320, minimumCount: 2 }), {
  pieces: ["the", " cat", "\n", "🙂", "é", "  ", "1", "日"],
  foreign: "\ud83d",
  read: tokenizerFromJSON,
});

test("texts without pairs give bytes only; a vocabulary without room for them is refused", () => {
  expect(trainBpe([], { vocabularySize: 1000, minimumCount: 0 }).vocabularySize).toBe(258);
  for (const size of [257, 300.5, Number.NaN]) expect(() => trainBpe([], { vocabularySize: size, minimumCount: 0 })).toThrow(RangeError);
});
