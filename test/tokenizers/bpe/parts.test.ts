/** The parts of a BPE; what transformers makes of whole documents is in the tests of the tokenizers that have them. */
import { expect, test } from "vitest";
import { bpeModel, byteLevel } from "../../../src/tokenizers/bpe/parts.ts";

const vocab = { a: 0, b: 1, ab: 2 };
const merges = [["a", "b"]];

test("a model of bytes has no unknown piece; one of SentencePiece falls back to bytes, and then to it", () => {
  expect(bpeModel({ vocab, merges })).toMatchObject({
    type: "BPE",
    unk_token: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
  });
  expect(bpeModel({ vocab, merges, ignoreMerges: true })).toMatchObject({ vocab, merges, ignore_merges: true });
  expect(bpeModel({ vocab, merges, unknown: "a" })).toMatchObject({ unk_token: "a", fuse_unk: true, byte_fallback: true });
});

test("bytes as characters cut only when asked", () => {
  expect([byteLevel(true), byteLevel(false)]).toMatchObject([
    { type: "ByteLevel", use_regex: true },
    { type: "ByteLevel", use_regex: false },
  ]);
});
