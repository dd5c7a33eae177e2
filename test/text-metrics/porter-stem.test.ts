/** Tests of the Porter stemmer. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { porterStem } from "../../src/text-metrics/porter-stem.ts";
import { goldenStems } from "../fixtures/text-metrics.ts";

test("every stem is NLTK's", () => {
  expect(goldenStems.length).toBe(3000);
  expect(goldenStems.filter(([word, stem]) => porterStem(word) !== stem)).toEqual([]);
});

test.each([
  ["caresses", "caress"],
  ["ponies", "poni"],
  ["flies", "fli"],
  ["dies", "die"],
  ["died", "die"],
  ["spied", "spi"],
  ["feed", "feed"],
  ["agreed", "agre"],
  ["hopping", "hop"],
  ["falling", "fall"],
  ["filing", "file"],
  ["enjoy", "enjoy"],
  ["happy", "happi"],
  ["skies", "sky"],
  ["dying", "die"],
  ["relational", "relat"],
  ["radically", "radic"],
  ["geology", "geolog"],
  ["logi", "logi"],
  ["adoption", "adopt"],
  ["controlling", "control"],
  ["by", "by"],
])("%s becomes %s", (word, stem) => {
  expect(porterStem(word)).toBe(stem);
});

test("any word has a stem that is at most a letter longer, and a long one takes no longer than its length", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9]{1,20}$/), (word) => {
      expect(porterStem(word).length).toBeLessThanOrEqual(word.length + 1);
    }),
    { seed: 3 },
  );
  expect(porterStem("y".repeat(1e5)).length).toBeGreaterThan(1);
});
