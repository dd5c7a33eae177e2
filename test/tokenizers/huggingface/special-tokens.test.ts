/** Which tokens end and pad, from the files of checkpoints. */
import { describe, expect, test } from "vitest";
import { specialIds } from "../../../src/tokenizers/huggingface/special-tokens.ts";

const ids = new Map([
  ["<pad>", 0],
  ["<eos>", 1],
  ["<s>", 2],
  ["<eot>", 3],
]);
const find = (documents: object, conventional?: { readonly end: number; readonly pad: number }) =>
  specialIds({ "tokenizer.json": {}, ...documents }, 10, (content) => ids.get(content), conventional);

describe("end", () => {
  test("by name before numbers; all numbers stop", () => {
    const documents = {
      "tokenizer_config.json": { eos_token: { content: "<eot>", lstrip: false } },
      "special_tokens_map.json": { eos_token: "<eos>" },
      "generation_config.json": { eos_token_id: [1, 3, 7] },
      "config.json": { eos_token_id: 9 },
    };
    expect(find(documents)).toEqual({ endId: 3, padId: 3, beginId: undefined, stopIds: [3, 1, 7] });
  });

  test("of the map, the generation settings, the configuration, or the document itself", () => {
    expect(find({ "tokenizer_config.json": { eos_token: null }, "special_tokens_map.json": { eos_token: "<eos>" } }).endId).toBe(1);
    expect(find({ "generation_config.json": { eos_token_id: [7, 1] } })).toMatchObject({ endId: 7, stopIds: [7, 1] });
    expect(find({ "generation_config.json": {}, "config.json": { eos_token_id: 9 } }).endId).toBe(9);
    expect(find({}, { end: 1, pad: 0 })).toMatchObject({ endId: 1, padId: 0 });
  });

  test("is not guessed", () => {
    expect(() => find({ "config.json": { eos_token_id: null } })).toThrow(/expected eos_token in tokenizer_config\.json .*, got none/u);
  });
});

test("padding by name, then by number, then the end; -1 is none", () => {
  const end = { "special_tokens_map.json": { eos_token: "<eos>" } };
  expect(find({ ...end, "tokenizer_config.json": { pad_token: "<pad>" }, "config.json": { pad_token_id: 5 } }).padId).toBe(0);
  expect(find({ ...end, "config.json": { pad_token_id: 5 } }).padId).toBe(5);
  expect(find({ ...end, "config.json": { pad_token_id: -1 } }).padId).toBe(1);
  expect(find({ ...end, "tokenizer_config.json": { pad_token: null } }).padId).toBe(1);
});

test("begin", () => {
  const end = { "special_tokens_map.json": { eos_token: "<eos>" } };
  expect(find({ ...end, "tokenizer_config.json": { bos_token: "<s>" } }).beginId).toBe(2);
  expect(find({ ...end, "config.json": { bos_token_id: 4 } }).beginId).toBe(4);
});

test.each([
  [
    { "tokenizer_config.json": { eos_token: "<unheard>" } },
    RangeError,
    'tokenizer_config.json: expected a token of tokenizer.json at /eos_token, got "<unheard>"',
  ],
  [
    { "tokenizer_config.json": { eos_token: 1 } },
    TypeError,
    "tokenizer_config.json: expected a text or an object with content at /eos_token, got 1",
  ],
  [
    { "generation_config.json": { eos_token_id: "1" } },
    TypeError,
    'generation_config.json: expected an id or a list of ids at /eos_token_id, got "1"',
  ],
  [{ "generation_config.json": { eos_token_id: [] } }, TypeError, "got []"],
  [{ "config.json": { eos_token_id: 10 } }, RangeError, "config.json: expected ids below 10 at /eos_token_id, got 10"],
  [{ "config.json": "text" }, RangeError, "got none"],
])("%j is refused", (documents, kind, message) => {
  expect(() => find(documents)).toThrow(kind);
  expect(() => find(documents)).toThrow(message);
});
