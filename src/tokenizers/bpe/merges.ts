/**
 * Byte-pair encoding (Sennrich, Haddow and Birch, 2016): which pairs of pieces to join, learned from how often words
 * have them.
 */
import { pairQueue, type PairQueue } from "./queue.ts";

/** Ids of pieces are below this, so that a pair is one number. */
const mostIds = 2 ** 21;

const pairOf = (left: number, right: number): number => left * mostIds + right;

interface Word {
  symbols: number[];
  readonly count: number;
}

interface Corpus {
  readonly words: readonly Word[];
  readonly counts: Map<number, number>;
  /** Words that have, or had, a pair. */
  readonly wordsOfPair: Map<number, number[]>;
}

const add = ({ counts, wordsOfPair }: Corpus, pair: number, count: number, word: number): void => {
  counts.set(pair, (counts.get(pair) ?? 0) + count);
  if (count <= 0) return;
  const found = wordsOfPair.get(pair);
  if (found === undefined) wordsOfPair.set(pair, [word]);
  else if (found.at(-1) !== word) found.push(word);
};

/** Joins a pair in one word, from left to right, and counts what that changes. `grown` are pairs that became more. */
const join = (
  corpus: Corpus,
  index: number,
  [left, right]: readonly [number, number],
  piece: number,
  grown: Set<number>,
): void => {
  const word = corpus.words[index]!;
  const { symbols, count } = word;
  const joined: number[] = [];
  const change = (a: number | undefined, b: number | undefined, by: number): void => {
    if (a === undefined || b === undefined) return;
    add(corpus, pairOf(a, b), by, index);
    if (by > 0) grown.add(pairOf(a, b));
  };
  for (let at = 0; at < symbols.length; at += 1) {
    if (symbols[at] !== left || symbols[at + 1] !== right) {
      joined.push(symbols[at]!);
      continue;
    }
    const [previous, next] = [joined.at(-1), symbols[at + 2]];
    change(previous, left, -count);
    change(right, next, -count);
    change(previous, piece, count);
    change(piece, next, count);
    joined.push(piece);
    at += 1;
  }
  word.symbols = joined;
};

const corpusOf = (words: Iterable<readonly [readonly number[], number]>): { corpus: Corpus; queue: PairQueue } => {
  const corpus: Corpus = {
    words: Array.from(words, ([symbols, count]) => ({ symbols: [...symbols], count })),
    counts: new Map(),
    wordsOfPair: new Map(),
  };
  for (const [index, { symbols, count }] of corpus.words.entries()) {
    for (let at = 1; at < symbols.length; at += 1) add(corpus, pairOf(symbols[at - 1]!, symbols[at]!), count, index);
  }
  const queue = pairQueue();
  for (const [pair, count] of corpus.counts) queue.push(pair, count);
  return { corpus, queue };
};

/** What training may stop at. */
export interface MergeOptions {
  /** Pieces of the vocabulary, those that words are made of at first included. */
  readonly size: number;
  /** A pair that is in the texts fewer times is not joined. */
  readonly minimumCount: number;
}

/** Characters of a piece: what readers take. A pair that would make a longer one is not joined. */
const longestPiece = 1024;

/**
 * Learns merges. `pieces` are the first pieces by id, and stay so; each word is given by ids and by how often it is
 * in the texts. Joins the most frequent pair again and again, of equally frequent ones that with the smaller ids, as
 * HuggingFace's `BpeTrainer` does; a piece that two pairs make has one id. Fewer pieces than `size` where the texts
 * have no more pairs; a piece has at most 1,024 characters. `RangeError` for a size above 2^21.
 */
export const learnMerges = (
  pieces: readonly string[],
  words: Iterable<readonly [readonly number[], number]>,
  { size, minimumCount }: MergeOptions,
): { readonly pieces: string[]; readonly merges: [string, string][] } => {
  if (size > mostIds) throw new RangeError(`BPE: expected a vocabulary of at most ${mostIds} pieces, got ${size}`);
  const all = [...pieces];
  const ids = new Map(all.map((piece, id) => [piece, id]));
  const merges: [string, string][] = [];
  const { corpus, queue } = corpusOf(words);
  while (all.length < size) {
    const top = queue.pop();
    if (top === undefined) break;
    const count = corpus.counts.get(top.pair) ?? 0;
    if (count < Math.max(1, minimumCount)) continue;
    if (count !== top.count) {
      queue.push(top.pair, count);
      continue;
    }
    const pair = [Math.floor(top.pair / mostIds), top.pair % mostIds] as const;
    const texts: [string, string] = [all[pair[0]]!, all[pair[1]]!];
    if (texts[0].length + texts[1].length > longestPiece) continue;
    const known = ids.get(texts.join(""));
    const piece = known ?? all.push(texts.join("")) - 1;
    ids.set(texts.join(""), piece);
    merges.push(texts);
    const grown = new Set<number>();
    const indices = new Set(corpus.wordsOfPair.get(top.pair));
    corpus.wordsOfPair.delete(top.pair);
    corpus.counts.delete(top.pair);
    for (const index of indices) join(corpus, index, pair, piece, grown);
    corpus.counts.delete(top.pair);
    for (const each of grown) queue.push(each, corpus.counts.get(each) ?? 0);
  }
  return { pieces: all, merges };
};
