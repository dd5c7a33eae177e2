/** Tests of edit similarity. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { editSimilarity } from "../../src/text-metrics/edit-similarity.ts";
import { oddPairs } from "../fixtures/text-metrics.ts";

test("odd texts have rapidfuzz's normalised Levenshtein similarity", () => {
  for (const { candidate, reference, edit } of oddPairs) {
    expect(Math.abs(editSimilarity(candidate, reference) - edit), JSON.stringify([candidate, reference])).toBeLessThan(1e-12);
  }
});

test("known distances, a character of two units counted once", () => {
  expect(editSimilarity("kitten", "sitting")).toBeCloseTo(1 - 3 / 7, 12);
  expect(editSimilarity("😀a", "🎉a")).toBe(0.5);
  expect([editSimilarity("", ""), editSimilarity("", "a"), editSimilarity("ab", "ab")]).toEqual([1, 0, 1]);
});

test("is symmetric, in [0, 1], and 1 for equal texts alone", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const similarity = editSimilarity(a, b);
      expect(editSimilarity(b, a)).toBe(similarity);
      expect(similarity).toBeGreaterThanOrEqual(0);
      expect(similarity).toBeLessThanOrEqual(1);
      expect(similarity === 1).toBe(a === b);
    }),
    { seed: 3 },
  );
});
