/** What a policy says of tokens that are there already: of every position of a sequence, as much as is asked for. */
import * as tf from "@tensorflow/tfjs";
import type { Buffer, Engine } from "../engine/engine.ts";
import { ProgramCache } from "../engine/program-cache.ts";
import { float32, int32, type Program, type TensorSpec } from "../engine/program.ts";
import type { Policy, Sequences, Weights } from "../policies/policy.ts";
import { padPrompts } from "../rollouts/sampling/pad-prompts.ts";
import { uploadWeights } from "../rollouts/sampling/resident-weights.ts";

/** Beside each token's own log-prob: those of the K likeliest tokens (K from 0), or of all. */
export type Breadth = number | "all";

/**
 * What is said of n positions of a sequence in a row: position t is what the policy says after token t. Log-probs in
 * nats, at temperature 1.
 */
export interface PromptScore {
  /** The first position, from 0. */
  readonly start: number;
  /** n. */
  readonly count: number;
  /** [n] of token t + 1; [n - 1] where the last position of all is among them. */
  readonly logProbs: Float32Array;
  /** As many: how many tokens are likelier than token t + 1, and one more. */
  readonly ranks: Int32Array;
  /** [n, K], falling; there for K from 1. */
  readonly top?: { readonly ids: Int32Array; readonly logProbs: Float32Array };
  /** [n, V]; there when all are asked for. */
  readonly all?: Float32Array;
  /** The likeliest token after the last of them. */
  readonly next: number;
}

/** What a scorer is made for. */
export interface PromptScorerOptions {
  readonly policy: Policy;
  readonly weights: Weights;
  readonly padId: number;
  /** Most positions whose log-probs are computed at once. Default 64. */
  readonly piece?: number;
  /** Where compiled programs are kept, which others may share. Default: a place of the scorer's own. */
  readonly programs?: ProgramCache;
}

/**
 * Sequences are padded to powers of two from this on, so that all lengths share few programs; K is rounded up to powers
 * of four for the same reason.
 */
const shortest = 32;

const powerOf = (base: 2 | 4, count: number): number => base ** Math.ceil(Math.log2(count) / Math.log2(base));

const prefix = "parameters/";

const parameterSpecs = (policy: Policy): Record<string, TensorSpec> =>
  Object.fromEntries(Object.entries(policy.parameters).map(([name, { shape }]) => [prefix + name, float32(...shape)]));

const parametersIn = (policy: Policy, inputs: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.keys(policy.parameters).map((name) => [name, inputs[prefix + name]!]));

/** [1, T] -> `hidden` [1, T, D]. */
const hiddenProgram = (policy: Policy, length: number): Program => ({
  name: "score-hidden",
  inputs: {
    ...parameterSpecs(policy),
    tokens: int32(1, length),
    positions: int32(1, length),
    mask: float32(1, length),
    prompt: float32(1, length),
  },
  build: (inputs) => ({
    hidden: policy.hidden(parametersIn(policy, inputs), inputs as unknown as Sequences),
  }),
});

/** Hidden states [1, n, D] -> `logProbs`, `ranks` and `best` [1, n]; `top` and `ids` [1, n, K], or `all` [1, n, V]. */
const headProgram = (policy: Policy, length: number, breadth: Breadth): Program => ({
  name: "score-head",
  inputs: { ...parameterSpecs(policy), hidden: float32(1, length, policy.hiddenSize), targets: int32(1, length) },
  build(inputs) {
    const logits = policy.head(parametersIn(policy, inputs), inputs["hidden"] as tf.Tensor3D);
    const logProbs = tf.logSoftmax(logits);
    const own = tf.sum(tf.mul(logProbs, tf.oneHot(inputs["targets"]!, policy.vocabularySize, 1, 0, "float32")), -1);
    const likelier = tf.sum(tf.cast(tf.greater(logProbs, tf.expandDims(own, -1)), "float32"), -1);
    const spoken = { logProbs: own, likelier, best: tf.argMax(logProbs, -1) };
    if (breadth === "all") return { ...spoken, all: logProbs };
    if (breadth === 0) return spoken;
    const { values, indices } = tf.topk(logProbs, breadth, true);
    return { ...spoken, top: values, ids: indices };
  },
});

type Values = Readonly<Record<string, Float32Array | Int32Array>>;

const dispose = (buffers: Readonly<Record<string, Buffer>>): void => {
  for (const buffer of Object.values(buffers)) buffer.dispose();
};

/**
 * Scores sequences one by one on an engine: hidden states at once, log-probs piece by piece, for those of a long
 * sequence over a large vocabulary are far larger than all else. Programs are compiled when they are first needed, for
 * each padded length and breadth.
 */
export class PromptScorer {
  readonly #engine: Engine;
  readonly #options: PromptScorerOptions;
  readonly #parameters: Readonly<Record<string, Buffer>>;
  readonly #programs: ProgramCache;

  /** Uploads the weights. `RangeError` when an array does not fit its parameter. */
  constructor(engine: Engine, options: PromptScorerOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#programs = options.programs ?? new ProgramCache(engine);
    const uploaded = uploadWeights(engine, options.policy.parameters, options.weights, "server");
    this.#parameters = Object.fromEntries(Object.entries(uploaded).map(([name, buffer]) => [prefix + name, buffer]));
  }

  /**
   * Scores a sequence of 1 to `contextLength` tokens below V, piece by piece; a breadth of V or more is all.
   * `RangeError` for any other, and for one that takes more memory than the programs may.
   */
  async *score(ids: ArrayLike<number>, breadth: Breadth): AsyncGenerator<PromptScore, void> {
    const tokens = this.#checked(ids);
    const { policy, padId } = this.#options;
    const { vocabularySize: V, hiddenSize: D, contextLength } = policy;
    const length = Math.min(contextLength, Math.max(shortest, powerOf(2, tokens.length)));
    const wanted: Breadth = breadth === "all" || breadth >= V ? "all" : breadth;
    const width = wanted === "all" ? V : Math.min(V - 1, powerOf(4, wanted));
    const computed: Breadth = wanted === "all" || wanted === 0 ? wanted : width;
    const piece = Math.min(length, this.#options.piece ?? 64);
    const hidden = await this.#hidden(tokens, length);
    for (let start = 0; start < tokens.length; start += piece) {
      const states = new Float32Array(piece * D);
      states.set(hidden.subarray(start * D, (start + piece) * D));
      const targets = new Int32Array(piece).fill(padId);
      targets.set(tokens.subarray(start + 1, start + 1 + piece));
      const inputs = {
        hidden: this.#engine.upload(states, float32(1, piece, D)),
        targets: this.#engine.upload(targets, int32(1, piece)),
      };
      const values = await this.#run(`${piece} ${computed}`, () => headProgram(policy, piece, computed), inputs);
      const count = Math.min(piece, tokens.length - start);
      const own = Math.min(count, tokens.length - 1 - start);
      yield { start, count, ...scoreOf(values, { count, own, breadth: wanted, width }) };
    }
  }

  #checked(ids: ArrayLike<number>): Int32Array {
    const { contextLength, vocabularySize } = this.#options.policy;
    const tokens = Int32Array.from(ids);
    if (tokens.length < 1 || tokens.length > contextLength)
      throw new RangeError(`expected 1 to ${contextLength} tokens, got ${tokens.length}`);
    const stranger = tokens.find((id) => id < 0 || id >= vocabularySize);
    if (stranger !== undefined) throw new RangeError(`expected ids below ${vocabularySize}, got ${stranger}`);
    return tokens;
  }

  /** [length, D]. */
  async #hidden(tokens: Int32Array, length: number): Promise<Float32Array> {
    const { policy, padId } = this.#options;
    const sequence = padPrompts([tokens], { length, padId, side: "right" });
    const inputs = {
      tokens: this.#engine.upload(sequence.tokens, int32(1, length)),
      positions: this.#engine.upload(sequence.positions, int32(1, length)),
      mask: this.#engine.upload(sequence.mask, float32(1, length)),
      prompt: this.#engine.upload(new Float32Array(sequence.mask), float32(1, length)),
    };
    const { hidden } = await this.#run(`${length}`, () => hiddenProgram(policy, length), inputs);
    return hidden as Float32Array;
  }

  async #run(key: string, make: () => Program, inputs: Readonly<Record<string, Buffer>>): Promise<Values> {
    let outputs: Readonly<Record<string, Buffer>> = {};
    try {
      outputs = await this.#programs.run(`score ${key}`, make, { ...this.#parameters, ...inputs });
      const values: Record<string, Float32Array | Int32Array> = {};
      for (const [name, buffer] of Object.entries(outputs))
        values[name] = (await this.#engine.download(buffer)) as Float32Array | Int32Array;
      return values;
    } finally {
      dispose({ ...inputs, ...outputs });
    }
  }
}

/** The first K of each row of the width that was computed. */
const firstOf = <Row extends Float32Array | Int32Array>(rows: Row, width: number, topK: number): Row =>
  rows.filter((_, k) => k % width < topK) as Row;

/** Of `count` positions; `own` have a token after them, and `width` is that of the rows of `top` and `all`. */
const scoreOf = (
  values: Values,
  {
    count,
    own,
    breadth,
    width,
  }: { readonly count: number; readonly own: number; readonly breadth: Breadth; readonly width: number },
): Omit<PromptScore, "start" | "count"> => {
  const floats = (name: string, length: number): Float32Array => (values[name] as Float32Array).slice(0, length);
  const spoken = {
    logProbs: floats("logProbs", own),
    ranks: Int32Array.from(floats("likelier", own), (likelier) => likelier + 1),
    next: values["best"]![count - 1]!,
  };
  if (breadth === 0) return spoken;
  if (breadth === "all") return { ...spoken, all: floats("all", count * width) };
  const ids = (values["ids"] as Int32Array).slice(0, count * width);
  return {
    ...spoken,
    top: { ids: firstOf(ids, width, breadth), logProbs: firstOf(floats("top", count * width), width, breadth) },
  };
};
