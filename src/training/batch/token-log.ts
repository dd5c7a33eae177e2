/**
 * Tokens of a step in its log: the text of each, how likely student and teacher find it, and what each of them finds
 * likeliest in its place.
 */
import { tokenName } from "../../tokenizers/token-name.ts";
import { tokenTexts } from "../../tokenizers/token-texts.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { BatchShape } from "./collate.ts";
import type { LikelyToken, LoggedRollout } from "../recipe/step-report.ts";
import type { StepRows } from "./assign-advantages.ts";

/**
 * What an inspection says of a batch's tokens, row by row: [B, C], and [B, C, K] of the K likeliest, the likeliest
 * first. All in nats: the student's at temperature 1, the teacher's at its own. K is 5, or less where the vocabulary or
 * the teacher's top-k scores have less.
 */
export interface InspectedTokens {
  /** KL(teacher || student). */
  readonly divergences: Float32Array;
  /** The student's log-probs of the targets. */
  readonly logProbs: Float32Array;
  /** The teacher's; 1, which no log-prob is, for a target outside of its top-k scores. */
  readonly teacherLogProbs: Float32Array;
  readonly topIds: Int32Array;
  readonly topLogProbs: Float32Array;
  readonly teacherTopIds: Int32Array;
  readonly teacherTopLogProbs: Float32Array;
}

/** Says that a token is outside of the teacher's top-k scores, in the place of its log-prob; far above rounding. */
export const outsideTopK = 1;

/** A ten-thousandth of a nat is more than a colour can show. */
const rounded = (nats: number): number => Math.round(nats * 1e4) / 1e4;

const taught = (nats: number): number | null => (nats === outsideTopK ? null : rounded(nats));

/** The names of tokens, each made once. */
const naming = (tokenizer: Tokenizer): ((id: number) => string) => {
  const names = new Map<number, string>();
  return (id) => {
    const name = names.get(id) ?? tokenName(tokenizer, id);
    names.set(id, name);
    return name;
  };
};

/** K tokens [K], the likeliest first; of equally likely ones, which a server may give in any order, the lower id. */
const inOrder = (ids: Int32Array, logProbs: Float32Array, nameOf: (id: number) => string): LikelyToken[] =>
  Array.from(ids, (id, k) => ({ id, logProb: logProbs[k]! }))
    .toSorted((a, b) => b.logProb - a.logProb || a.id - b.id)
    .map(({ id, logProb }) => [nameOf(id), rounded(logProb)]);

/**
 * A step's sequences as they are logged, each that was learned from with the text of its tokens and its share of what
 * was inspected, in nats, rounded to four decimals; as they were without an inspection. Row i of the batch is the i-th
 * that was not dropped.
 */
export const withTokens = (
  { rows, logged }: Pick<StepRows, "rows" | "logged">,
  inspected: InspectedTokens | undefined,
  { completion }: Pick<BatchShape, "completion">,
  tokenizer: Tokenizer,
): readonly LoggedRollout[] => {
  if (inspected === undefined) return logged;
  const { divergences, logProbs, teacherLogProbs, topIds, topLogProbs, teacherTopIds, teacherTopLogProbs } = inspected;
  const nameOf = naming(tokenizer);
  const likely = (ids: Int32Array, nats: Float32Array, start: number, count: number): LikelyToken[][] => {
    const K = ids.length / divergences.length;
    return Array.from({ length: count }, (_, t) => {
      const [from, to] = [(start + t) * K, (start + t + 1) * K];
      return inOrder(ids.subarray(from, to), nats.subarray(from, to), nameOf);
    });
  };
  let next = 0;
  return logged.map((line) => {
    if (line.dropped === true) return line;
    const { tokens } = rows[next]!.rollout;
    const start = next * completion;
    const own = (nats: Float32Array): Float32Array => nats.subarray(start, start + tokens.length);
    next += 1;
    return {
      ...line,
      pieces: tokenTexts(tokenizer, tokens),
      divergences: Array.from(own(divergences), rounded),
      logProbs: Array.from(own(logProbs), rounded),
      teacherLogProbs: Array.from(own(teacherLogProbs), taught),
      top: likely(topIds, topLogProbs, start, tokens.length),
      teacherTop: likely(teacherTopIds, teacherTopLogProbs, start, tokens.length),
    };
  });
};
