/** What holds for every tokenizer. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Tokenizer } from "../../src/tokenizers/tokenizer.ts";

/** `pieces` are texts that the tokenizer can join in any order and number; `foreign` is a text with no id. */
export const tokenizerLaws = (
  make: () => Tokenizer,
  { pieces, foreign, read }: { pieces: readonly string[]; foreign: string; read: (document: unknown) => Tokenizer },
): void => {
  describe("laws of a tokenizer", () => {
    const tokenizer = make();
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((chosen) => chosen.join(""));

    test("text goes to ids and back unchanged", () => {
      fc.assert(
        fc.property(texts, (text) => {
          expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
        }),
        { seed: 1 },
      );
    });

    test("ids lie in the vocabulary and none is special", () => {
      fc.assert(
        fc.property(texts, (text) => {
          for (const id of tokenizer.encode(text)) {
            expect(Number.isInteger(id) && id >= 0 && id < tokenizer.vocabularySize).toBe(true);
            expect([tokenizer.padId, tokenizer.endId]).not.toContain(id);
          }
        }),
        { seed: 2 },
      );
    });

    test("encoding is a function of the text, and the empty text has no ids", () => {
      const text = pieces.join("");
      expect(tokenizer.encode(text)).toEqual(make().encode(text));
      expect(tokenizer.encode("")).toEqual([]);
    });

    test("decoding leaves special tokens out, wherever they occur, and reads typed arrays", () => {
      const text = pieces.join("");
      const ids = tokenizer.encode(text).flatMap((id) => [tokenizer.padId, id, tokenizer.endId]);
      expect(tokenizer.decode(Int32Array.from(ids))).toBe(text);
      expect(tokenizer.decode([])).toBe("");
    });

    test("every id of the vocabulary has a text, and no other id does", () => {
      for (let id = 0; id < tokenizer.vocabularySize; id += 1) expect(typeof tokenizer.decode([id])).toBe("string");
      for (const id of [-1, tokenizer.vocabularySize, 0.5, Number.NaN]) expect(() => tokenizer.decode([id])).toThrow(RangeError);
    });

    test("text without an id is refused and named", () => {
      expect(() => tokenizer.encode(pieces.join("") + foreign)).toThrow(RangeError);
      expect(() => tokenizer.encode(foreign)).toThrow(JSON.stringify(foreign));
    });

    test("the document survives JSON and gives the same tokenizer", () => {
      const document: unknown = JSON.parse(JSON.stringify(tokenizer.toJSON()));
      const copy = read(document);
      expect(copy.toJSON()).toEqual(tokenizer.toJSON());
      expect([copy.vocabularySize, copy.padId, copy.endId]).toEqual([tokenizer.vocabularySize, tokenizer.padId, tokenizer.endId]);
      expect(copy.encode(pieces.join(""))).toEqual(tokenizer.encode(pieces.join("")));
    });
  });
};
