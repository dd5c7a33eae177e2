/** Maps of characters: the texts of HuggingFace tokenizers, and maps that are none. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { charsmap } from "../../../src/tokenizers/huggingface/charsmap.ts";
import { huggingfaceTokenizer } from "../../../src/tokenizers/huggingface/tokenizer.ts";

const { characters } = JSON.parse(readFileSync(new URL("../../fixtures/sentencepiece_reference.json", import.meta.url), "utf8")) as {
  readonly characters: { readonly map: string; readonly samples: readonly (readonly [string, string])[] };
};

test.each(characters.samples)("%j becomes %j", (text, expected) => {
  expect(charsmap(characters.map)(text)).toBe(expected);
});

test.each([["alone"], ["in a sequence"]])("a tokenizer has it as its normalizer, %s", (where) => {
  const normalizer = { type: "Precompiled", precompiled_charsmap: characters.map };
  const tokenizer = huggingfaceTokenizer({
    "tokenizer.json": {
      added_tokens: [],
      normalizer: where === "alone" ? normalizer : { type: "Sequence", normalizers: [normalizer, { type: "Lowercase" }] },
      pre_tokenizer: { type: "WhitespaceSplit" },
      decoder: { type: "Fuse" },
      model: { type: "WordLevel", vocab: { A: 0, a: 1, fi: 2 }, unk_token: "?" },
    },
    "config.json": { eos_token_id: 2 },
  });
  expect(tokenizer.encode("\uff21\r\n\uff21")).toEqual(where === "alone" ? [0, 0] : [1, 1]);
});

describe("maps that are refused", () => {
  const bytes = (size: number, ...rest: number[]): string => {
    const data = Buffer.alloc(4 + rest.length);
    data.writeUInt32LE(size);
    return Buffer.concat([data.subarray(0, 4), Buffer.from(rest)]).toString("base64");
  };

  test.each([[""], [bytes(0)], [bytes(6, 1, 2, 3, 4, 5, 6)], [bytes(8, 1, 2, 3, 4)], [bytes(0xffffffff, 1)]])("%j", (map) => {
    expect(() => charsmap(map)).toThrow(RangeError);
  });

  test("noise leads nowhere, or to texts within bounds", () => {
    const noise = Array.from({ length: 4096 }, (_, at) => (at * 7919 + (at >> 3) * 104729) & 255);
    const map = charsmap(bytes(2048, ...noise));
    for (let code = 1; code < 3000; code += 1) {
      try {
        expect(map(String.fromCodePoint(code)).length).toBeLessThanOrEqual(64);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        expect(String(error)).toContain("expected a map to at most 64 characters");
      }
    }
  });
});
