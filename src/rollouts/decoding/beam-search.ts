/** Beam search as one program: the likeliest completions of prompts, found by following the best few at every token. */
import * as tf from "@tensorflow/tfjs";
import { loop, type LoopStep } from "../../engine/loop.ts";
import type { NamedTensors, Program } from "../../engine/program.ts";
import type { Policy } from "../../policies/policy.ts";
import { checkBeams, generationOf, type BeamOptions } from "./beam-options.ts";
import { pickRows } from "./cache-rows.ts";
import {
  feed,
  momentOf,
  parameterInputs,
  promptInputs,
  promptsOf,
  readPrompts,
  settingOf,
  type Reading,
  type Setting,
} from "./decoding.ts";
import { endsOf } from "./generation-options.ts";
import { withToken } from "./seen-tokens.ts";
import { constrained, penalizes } from "./shaping.ts";
import { defined } from "../../optional/defined.ts";

/** Outputs of beam search. */
export type BeamOutput = "tokens" | "scores" | "lengths";

/** What makes a score that counts for nothing. */
const outOfReach = -1e9;

/** Sizes of a search, and what is the same at every token. */
interface Search {
  readonly setting: Setting;
  readonly options: BeamOptions;
  readonly ends: readonly number[];
  /** M: candidates a prompt at each token; enough that K of them are not over. */
  readonly candidates: number;
}

/**
 * What is carried, beside caches, `token` [B K] and `seen` [B K, V] as in `decoding.ts`: `scores` [B, K] of the beams
 * and their `tokens` [B K, N]; `doneScores` [B, K], `doneTokens` [B K, N], `doneLengths` [B K] of completions that have
 * ended, best first, and `done` [B, K], 1 where there is one; `open` [B, 1], 1 while a better one may come. 0 and 1 are
 * float32.
 */
type Carried = Readonly<
  Record<"scores" | "tokens" | "doneScores" | "doneTokens" | "doneLengths" | "done" | "open", tf.Tensor>
> & {
  readonly seen?: tf.Tensor2D;
};

const float = (x: tf.Tensor): tf.Tensor => tf.cast(x, "float32");

const not = (x: tf.Tensor): tf.Tensor => tf.sub(1, x);

/** `indices` [B, n] int32 along axis 1 of [B, width] -> indices [B n] along axis 0 of [B width]. */
const flatIndices = (indices: tf.Tensor, width: number): tf.Tensor1D => {
  const [batch, count] = indices.shape as [number, number];
  const starts = tf.reshape(tf.range(0, batch * width, width, "int32"), [batch, 1]);
  return tf.reshape(tf.add(indices, starts), [batch * count]);
};

/** x [B, width] at `indices` [B, n] -> [B, n]. */
const at = (x: tf.Tensor, indices: tf.Tensor): tf.Tensor =>
  tf.reshape(pickRows(tf.reshape(x, [x.size]), flatIndices(indices, x.shape[1]!)), indices.shape);

/** Rows of two [B a, ...] and [B b, ...] prompt by prompt -> [B (a + b), ...]. */
const joined = (batch: number, first: tf.Tensor, second: tf.Tensor): tf.Tensor => {
  const [rows, ...rest] = first.shape as [number, ...number[]];
  const width = first.size / rows;
  const both = tf.concat([tf.reshape(first, [batch, -1, width]), tf.reshape(second, [batch, -1, width])], 1);
  return tf.reshape(both, [rows + second.shape[0], ...rest]);
};

/** The best M continuations of all beams of each prompt. */
interface Candidates {
  /** [B, M], falling. */
  readonly scores: tf.Tensor;
  /** [B M] int32: rows of the beams that they continue. */
  readonly rows: tf.Tensor1D;
  /** [B M] int32: the newest token. */
  readonly ids: tf.Tensor1D;
  /** [B M, N]. */
  readonly tokens: tf.Tensor;
  /** [B, M]: 1 where the completion is over. */
  readonly over: tf.Tensor;
}

const candidatesOf = (
  { options, ends, candidates }: Search,
  logits: tf.Tensor2D,
  index: tf.Scalar,
  carried: Carried,
): Candidates => {
  const { batch, beams, maxNewTokens } = options;
  const vocabulary = logits.shape[1];
  // Repetition penalty and minimum length act on log-probs here, as in transformers.
  const logProbs = constrained(
    tf.logSoftmax(logits),
    { temperature: 1, ...options },
    ends,
    momentOf(index, carried.seen),
  );
  const sums = tf.add(tf.reshape(logProbs, [batch, beams, vocabulary]), tf.reshape(carried.scores, [batch, beams, 1]));
  const { values: scores, indices } = tf.topk(tf.reshape(sums, [batch, beams * vocabulary]), candidates);
  const beam = tf.floorDiv(indices, tf.scalar(vocabulary, "int32"));
  const ids: tf.Tensor1D = tf.reshape(tf.sub(indices, tf.mul(beam, tf.scalar(vocabulary, "int32"))), [
    batch * candidates,
  ]);
  const rows = flatIndices(beam, beams);
  const positions = tf.reshape(tf.range(0, maxNewTokens, 1, "int32"), [1, maxNewTokens]);
  const tokens = tf.where(
    tf.equal(positions, index),
    tf.reshape(ids, [batch * candidates, 1]),
    pickRows(carried.tokens, rows),
  );
  const ended = ends
    .map((id) => float(tf.equal(ids, tf.scalar(id, "int32"))))
    .reduce((any, one) => tf.maximum(any, one));
  const last = float(tf.greaterEqual(index, tf.scalar(maxNewTokens - 1, "int32")));
  return { scores, rows, ids, tokens, over: tf.reshape(tf.maximum(ended, last), [batch, candidates]) };
};

/** The completions that have ended, with those candidates among the first K that have ended now. */
const collected = (
  { options, candidates }: Search,
  { scores, tokens, over }: Candidates,
  length: tf.Scalar,
  carried: Carried,
): Pick<Carried, "doneScores" | "doneTokens" | "doneLengths" | "done"> => {
  const { batch, beams, earlyStopping } = options;
  const first = tf.tensor2d(
    Array.from({ length: candidates }, (_, i) => Number(i < beams)),
    [1, candidates],
  );
  const taken = tf.mul(over, first);
  const full = earlyStopping ? tf.min(carried.done, 1, true) : tf.zeros([batch, 1]);
  const refusals = [full, not(carried.open), not(taken)];
  const fresh = refusals.reduce(
    (sum, refused) => tf.add(sum, tf.mul(refused, outOfReach)),
    tf.div(scores, powered(length, options)),
  );
  const { values: doneScores, indices } = tf.topk(tf.concat([carried.doneScores, fresh], 1), beams);
  const rows = flatIndices(indices, beams + candidates);
  const lengths = tf.fill([batch * candidates], 1, "int32");
  return {
    doneScores,
    done: at(tf.concat([carried.done, taken], 1), indices),
    doneTokens: pickRows(joined(batch, carried.doneTokens, tokens), rows),
    doneLengths: pickRows(joined(batch, carried.doneLengths, tf.mul(lengths, length)), rows),
  };
};

/** length ** lengthPenalty, scalar. */
const powered = (length: tf.Scalar, { lengthPenalty }: BeamOptions): tf.Tensor =>
  tf.pow(float(length), tf.scalar(lengthPenalty));

/** Takes token number `index` (scalar int32) of every completion, given what the policy gives before it. */
const select = (search: Search, { logits, caches }: Reading, index: tf.Scalar, carried: Carried): LoopStep => {
  const { options, candidates } = search;
  const { beams, earlyStopping } = options;
  const best = candidatesOf(search, logits[0]!, index, carried);
  const { values: scores, indices } = tf.topk(tf.add(best.scores, tf.mul(best.over, outOfReach)), beams);
  const chosen = flatIndices(indices, candidates);
  const rows: tf.Tensor1D = pickRows(best.rows, chosen);
  const token: tf.Tensor1D = pickRows(best.ids, chosen);
  const length: tf.Scalar = tf.add(index, tf.scalar(1, "int32"));
  const done = collected(search, best, length, carried);
  const worst = tf.where(tf.greater(done.done, 0), tf.min(done.doneScores, 1, true), tf.scalar(outOfReach));
  const hoped = tf.div(tf.slice(scores, [0, 0], [options.batch, 1]), powered(length, options));
  const open = tf.mul(carried.open, tf.max(float(tf.greater(hoped, worst)), 1, true));
  const complete = earlyStopping ? tf.min(done.done) : tf.scalar(0);
  return {
    carried: {
      ...done,
      scores,
      tokens: pickRows(best.tokens, chosen),
      token,
      open,
      ...defined({ seen: carried.seen && withToken(pickRows(carried.seen, rows), token) }),
      ...Object.fromEntries(caches.map(([name, cache]) => [name, pickRows(cache, rows)])),
    },
    outputs: {},
    // Once this is false, one more step would change nothing: a prompt that is not open takes no more completions.
    proceed: tf.greater(tf.mul(tf.max(open), not(complete)), 0),
  };
};

/** Before the first token: the first beam of each prompt alone counts, or all of them would be the same. */
const initial = ({ batch, beams, maxNewTokens }: BeamOptions, seen: tf.Tensor2D | undefined): Carried => {
  const first = Array.from({ length: batch * beams }, (_, row) => (row % beams === 0 ? 0 : outOfReach));
  const none = tf.zeros([batch * beams, maxNewTokens], "int32");
  return {
    scores: tf.tensor2d(first, [batch, beams]),
    tokens: none,
    doneScores: tf.fill([batch, beams], outOfReach),
    doneTokens: none,
    doneLengths: tf.zeros([batch * beams], "int32"),
    done: tf.zeros([batch, beams]),
    open: tf.ones([batch, 1]),
    ...defined({ seen }),
  };
};

/**
 * The program that searches completions of B prompts with K beams each, as transformers does with `do_sample=False`
 * (its `early_stopping` false or true, `length_penalty`, several end-of-sequence tokens).
 *
 * Inputs: `parameters/<name>` of the policy; `tokens`, `positions`, `mask` [B, P] as `padPrompts` makes them. Outputs,
 * for each prompt the best first: `tokens` [B K, N] int32 with `padId` after the end, `lengths` [B K] int32, the end
 * included, and `scores` [B, K] float32: the sum of the log-probs, in nats, over length ** lengthPenalty. Fewer than K
 * completions may be found; the others have length 0 and a score of -1e9 or less. `RangeError` for options that do not
 * fit the policy.
 */
export const beamSearchProgram = (policy: Policy, options: BeamOptions): Program<string, BeamOutput> => {
  const { batch, beams, maxNewTokens, padId } = options;
  const ends = endsOf(options);
  const candidates = Math.max(2, 1 + ends.length) * beams;
  checkBeams(policy, options, candidates);
  const generation = generationOf(options);
  return {
    name: "beam search",
    inputs: { ...parameterInputs(policy, generation), ...promptInputs(generation) },
    build(inputs) {
      const setting = settingOf(policy, generation, inputs);
      const search: Search = { setting, options, ends, candidates };
      const read = readPrompts(setting, promptsOf(inputs));
      const first = select(
        search,
        read,
        tf.scalar(0, "int32"),
        initial(options, penalizes(generation) ? read.seen : undefined),
      ).carried;
      const found = maxNewTokens === 1 ? first : searched(search, first);
      const { doneTokens, doneLengths, doneScores } = found as unknown as Carried;
      const positions = tf.reshape(tf.range(0, maxNewTokens, 1, "int32"), [1, maxNewTokens]);
      const kept = tf.less(positions, tf.reshape(doneLengths, [batch * beams, 1]));
      return {
        tokens: tf.where(kept, doneTokens, tf.scalar(padId, "int32")),
        lengths: doneLengths,
        scores: doneScores,
      };
    },
  };
};

/** What is carried after all tokens but the first. */
const searched = (search: Search, first: NamedTensors): NamedTensors =>
  loop({
    trips: search.options.maxNewTokens - 1,
    carried: first,
    body(index, state) {
      const token = state["token"] as tf.Tensor1D;
      const next: tf.Scalar = tf.add(index, tf.scalar(1, "int32"));
      return select(search, feed(search.setting, index, token, state), next, state as unknown as Carried);
    },
  }).carried;
