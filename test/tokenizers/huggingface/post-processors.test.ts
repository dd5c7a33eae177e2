/** Ids around a text. */
import { expect, test } from "vitest";
import { readAddedSpecialIds } from "../../../src/tokenizers/huggingface/post-processors.ts";

const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
const text = { Sequence: { id: "A", type_id: 0 } };
const template = (...single: unknown[]) => ({
  type: "TemplateProcessing",
  single,
  pair: [],
  special_tokens: { a: { id: "a", ids: [1], tokens: ["a"] }, b: { id: "b", ids: [2, 3], tokens: ["b", "c"] } },
});

test("of templates, of BERT, of nothing, and of several in turn", () => {
  expect(readAddedSpecialIds(null, 9)).toEqual({ before: [], after: [] });
  expect(readAddedSpecialIds({ type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true }, 9)).toEqual({
    before: [],
    after: [],
  });
  expect(readAddedSpecialIds(template(special("a"), text, special("b")), 9)).toEqual({ before: [1], after: [2, 3] });
  expect(readAddedSpecialIds({ type: "BertProcessing", cls: ["c", 4], sep: ["s", 5] }, 9)).toEqual({ before: [4], after: [5] });
  const roberta = { type: "RobertaProcessing", cls: ["c", 4], sep: ["s", 5], trim_offsets: true, add_prefix_space: true };
  expect(readAddedSpecialIds({ type: "Sequence", processors: [template(special("a"), text), roberta] }, 9)).toEqual({
    before: [4, 1],
    after: [5],
  });
});

test.each([
  [{ type: "Other" }, TypeError, 'got "Other"'],
  [3, TypeError, "got 3"],
  [template(text, text), RangeError, "expected the text once at /post_processor/single"],
  [template(special("a")), RangeError, "expected the text once"],
  [template(special("constructor"), text), TypeError, "at /post_processor/special_tokens/constructor"],
  [template({ Sequence: { id: "B", type_id: 0 } }), TypeError, "at /post_processor/single/0"],
  [{ type: "BertProcessing", cls: ["c", 40], sep: ["s", 5] }, RangeError, "expected ids below 9 at /post_processor, got 40"],
])("%j is refused", (value, kind, message) => {
  expect(() => readAddedSpecialIds(value, 9)).toThrow(kind);
  expect(() => readAddedSpecialIds(value, 9)).toThrow(message);
});

test("sequences in sequences have an end", () => {
  let deep: unknown = null;
  for (let depth = 0; depth < 9; depth += 1) deep = { type: "Sequence", processors: [deep] };
  expect(() => readAddedSpecialIds(deep, 9)).toThrow(TypeError);
});
