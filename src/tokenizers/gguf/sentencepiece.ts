/**
 * The parts of a SentencePiece BPE in a GGUF file (`tokenizer.ggml.model` is `llama`): its scores say which pieces join
 * first.
 */
import { bpeModel } from "../bpe/parts.ts";
import type { TokenizerParts } from "./byte-level.ts";
import {
  flag,
  mostMerges,
  namedToken,
  needed,
  Scores,
  tokenKinds,
  type GgufMetadata,
  type GgufToken,
} from "./metadata.ts";

interface Merge {
  readonly left: string;
  readonly right: string;
  readonly score: number;
}

/** Pieces that text is made of; bytes and special tokens join with nothing. */
const isText = ({ kind }: GgufToken): boolean =>
  kind === tokenKinds.normal || kind === tokenKinds.userDefined || kind === tokenKinds.unused || kind === 0;

/**
 * Every way to make a piece of two others, the best scores first. SentencePiece (Kudo and Richardson, 2018) joins the
 * pair whose result has the best score.
 */
const mergesOf = (tokens: readonly GgufToken[], scores: readonly number[]): Merge[] => {
  const pieces = new Set(tokens.filter(isText).map(({ text }) => text));
  const merges: Merge[] = [];
  for (const [id, token] of tokens.entries()) {
    if (!isText(token)) continue;
    for (let at = 1; at < token.text.length; at += 1) {
      const [left, right] = [token.text.slice(0, at), token.text.slice(at)];
      if (pieces.has(left) && pieces.has(right)) merges.push({ left, right, score: scores[id]! });
    }
    if (merges.length > mostMerges)
      throw new RangeError(`GGUF: expected pieces that are made in at most ${mostMerges} ways, got more`);
  }
  const order = (a: Merge, b: Merge): number =>
    b.score - a.score || b.left.length - a.left.length || b.right.length - a.right.length;
  return merges.toSorted(order);
};

const refuse = (metadata: GgufMetadata, key: string): void => {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  if (value === undefined || value === false) return;
  throw new RangeError(
    `GGUF: expected no ${key} for the tokenizer llama, got some; use the tokenizer.json of the model that ` +
      "the file was made from",
  );
};

/**
 * The parts of a SentencePiece BPE: merges made from the scores, and bytes for characters without a piece. `RangeError`
 * for fewer or more scores than tokens, without an unknown token, and for normalization that is not done here.
 */
export const sentencePieceParts = (metadata: GgufMetadata, tokens: readonly GgufToken[]): TokenizerParts => {
  refuse(metadata, "tokenizer.ggml.precompiled_charsmap");
  refuse(metadata, "tokenizer.ggml.remove_extra_whitespaces");
  const scores = needed(metadata, "tokenizer.ggml.scores", Scores);
  if (scores.length !== tokens.length)
    throw new RangeError(`GGUF: expected a score for each of ${tokens.length} tokens, got ${scores.length}`);
  const unknown =
    namedToken(metadata, "unknown_token_id", tokens)?.text ??
    tokens.find(({ kind }) => kind === tokenKinds.unknown)?.text;
  if (unknown === undefined)
    throw new RangeError("GGUF: expected tokenizer.ggml.unknown_token_id or a token of type 2, got none");
  const prefixed = flag(metadata, "add_space_prefix") ?? true;
  const spaces = { type: "Replace", pattern: { String: " " }, content: "▁" };
  return {
    normalizer: prefixed ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, spaces] } : spaces,
    pre_tokenizer: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        ...(prefixed ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
      ],
    },
    model: bpeModel({
      vocab: Object.fromEntries(tokens.map(({ text }, id) => [text, id])),
      merges: mergesOf(tokens, scores).map(({ left, right }) => [left, right]),
      unknown,
    }),
    begins: true,
  };
};
