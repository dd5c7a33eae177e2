/** Tests of tokenizers that are trained on texts. */
import { expect, test } from "vitest";
import { tokenizerFromJSON } from "../../src/tokenizers/read.ts";
import { trainingLimits, trainTokenizer, type TrainedKind } from "../../src/tokenizers/train.ts";

const texts = ["to be or not to be", "that is the question", "to be is to do"];
const kinds: readonly TrainedKind[] = ["characters", "words", { bpe: 270 }];

test.each(kinds.map((kind) => [kind] as const))("%j writes its texts, alike each time, and is read back from its JSON", (kind) => {
  const made = trainTokenizer(texts, kind);
  expect(trainTokenizer(texts, kind).toJSON()).toEqual(made.toJSON());
  const read = tokenizerFromJSON(JSON.parse(JSON.stringify(made.toJSON())));
  for (const text of texts) {
    expect(made.decode(made.encode(text))).toBe(text);
    expect(read.encode(text)).toEqual(made.encode(text));
  }
  expect([made.vocabularySize, made.padId, made.endId]).toEqual([read.vocabularySize, 0, 1]);
});

test("characters do not depend on the order of the texts", () => {
  expect(trainTokenizer(texts.toReversed(), "characters").toJSON()).toEqual(trainTokenizer(texts, "characters").toJSON());
  expect(() => trainTokenizer(texts, "characters").encode("zebra")).toThrow('got "z"');
});

test("other words are unknown, and a BPE joins what the texts have often, up to its size", () => {
  const words = trainTokenizer(texts, "words");
  expect(words.encode("to be zebra").at(-1)).toBe(words.unknownId);
  const bpe = trainTokenizer(texts, { bpe: 270 });
  expect(bpe.vocabularySize).toBeLessThanOrEqual(270);
  expect(bpe.encode("to be or not to be").length).toBeLessThan("to be or not to be".length);
  expect(bpe.decode(bpe.encode("zebra ü 😀"))).toBe("zebra ü 😀");
  // Below two times nothing is joined.
  expect(trainTokenizer(["abc"], { bpe: 300 }).vocabularySize).toBe(258);
});

test("half of a surrogate pair is in no vocabulary", () => {
  for (const kind of ["characters", "words"] as const) {
    const { vocabularySize } = trainTokenizer(["a\ud83d"], kind);
    expect(vocabularySize).toBe(trainTokenizer(["a"], kind).vocabularySize);
  }
});

test("what is beyond the limit is not trained on", () => {
  const long = "a".repeat(trainingLimits.characters - 1);
  expect(() => trainTokenizer([long, "b", "c"], "characters").encode("c")).toThrow('got "c"');
  expect(trainTokenizer([long, "b", "c"], "characters").encode("b")).toEqual([3]);
});

test("a BPE of one long word has pieces that can be read", () => {
  const { vocabularySize } = trainTokenizer(["ab".repeat(5000), "ab".repeat(5000)], { bpe: 512 });
  expect(vocabularySize).toBeGreaterThan(258);
});
