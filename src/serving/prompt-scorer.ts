/** What a policy says of tokens that are there already: of every position of a sequence, as much as is asked for. */
import * as tf from "@tensorflow/tfjs";
import type { Buffer, Engine, Executable } from "../engine/engine.ts";
import { float32, int32, type Program } from "../engine/program.ts";
import type { Policy, Sequences, Weights } from "../policies/policy.ts";
import { padPrompts } from "../rollouts/sampling/pad-prompts.ts";
import { uploadWeights } from "../rollouts/sampling/resident-weights.ts";

/** Beside each token's own log-prob: those of the K likeliest tokens (K from 0), or of all. */
export type Breadth = number | "all";

/**
 * What is said of a sequence of T tokens: position t is what the policy says after token t, for t from 0 to T - 1.
 * Log-probs in nats, at temperature 1.
 */
export interface PromptScore {
  /** [T - 1] of token t + 1. */
  readonly logProbs: Float32Array;
  /** [T - 1]: how many tokens are likelier than token t + 1, and one more. */
  readonly ranks: Int32Array;
  /** [T, K], falling; there for K from 1. */
  readonly top?: { readonly ids: Int32Array; readonly logProbs: Float32Array };
  /** [T, V]; there when all are asked for. */
  readonly all?: Float32Array;
  /** The likeliest token after the last. */
  readonly next: number;
}

/** What a scorer is made for. */
export interface PromptScorerOptions {
  readonly policy: Policy;
  readonly weights: Weights;
  readonly padId: number;
}

/**
 * Sequences are padded to powers of two from this on, so that all lengths share few programs; K is rounded up to powers
 * of two for the same reason.
 */
const shortest = 32;

const powerOfTwo = (count: number): number => 2 ** Math.ceil(Math.log2(count));

const prefix = "parameters/";

/** [1, T] -> `logProbs`, `ranks` and `best` [1, T]; `top` and `ids` [1, T, K], or `all` [1, T, V]. */
const scoreProgram = (policy: Policy, length: number, breadth: Breadth): Program<string, string> => ({
  name: "score-prompt",
  inputs: {
    ...Object.fromEntries(
      Object.entries(policy.parameters).map(([name, { shape }]) => [prefix + name, float32(...shape)]),
    ),
    tokens: int32(1, length),
    positions: int32(1, length),
    mask: float32(1, length),
    prompt: float32(1, length),
    targets: int32(1, length),
  },
  build(inputs) {
    const parameters = Object.fromEntries(Object.keys(policy.parameters).map((name) => [name, inputs[prefix + name]!]));
    const logProbs = tf.logSoftmax(policy.logits(parameters, inputs as unknown as Sequences));
    const own = tf.sum(tf.mul(logProbs, tf.oneHot(inputs["targets"]!, policy.vocabularySize, 1, 0, "float32")), -1);
    const likelier = tf.sum(tf.cast(tf.greater(logProbs, tf.expandDims(own, -1)), "float32"), -1);
    const spoken = { logProbs: own, likelier, best: tf.argMax(logProbs, -1) };
    if (breadth === "all") return { ...spoken, all: logProbs };
    if (breadth === 0) return spoken;
    const { values, indices } = tf.topk(logProbs, breadth, true);
    return { ...spoken, top: values, ids: indices };
  },
});

/**
 * Scores sequences one by one on an engine. Programs are compiled when they are first needed, one for each padded
 * length and breadth.
 */
export class PromptScorer {
  readonly #engine: Engine;
  readonly #options: PromptScorerOptions;
  readonly #parameters: Readonly<Record<string, Buffer>>;
  readonly #executables = new Map<string, Promise<Executable>>();

  /** Uploads the weights. `RangeError` when an array does not fit its parameter. */
  constructor(engine: Engine, options: PromptScorerOptions) {
    this.#engine = engine;
    this.#options = options;
    const uploaded = uploadWeights(engine, options.policy.parameters, options.weights, "server");
    this.#parameters = Object.fromEntries(Object.entries(uploaded).map(([name, buffer]) => [prefix + name, buffer]));
  }

  /**
   * Scores a sequence of 1 to `contextLength` tokens below V; a breadth of V or more is all. `RangeError` for any
   * other.
   */
  async score(ids: ArrayLike<number>, breadth: Breadth): Promise<PromptScore> {
    const { policy, padId } = this.#options;
    const tokens = Int32Array.from(ids);
    if (tokens.length < 1 || tokens.length > policy.contextLength) {
      throw new RangeError(`expected 1 to ${policy.contextLength} tokens, got ${tokens.length}`);
    }
    const stranger = tokens.find((id) => id < 0 || id >= policy.vocabularySize);
    if (stranger !== undefined) throw new RangeError(`expected ids below ${policy.vocabularySize}, got ${stranger}`);
    const length = Math.min(policy.contextLength, Math.max(shortest, powerOfTwo(tokens.length)));
    const wanted: Breadth = breadth === "all" || breadth >= policy.vocabularySize ? "all" : breadth;
    const width =
      wanted === "all" || powerOfTwo(wanted) >= policy.vocabularySize ? policy.vocabularySize - 1 : powerOfTwo(wanted);
    const executable = await this.#executable(length, wanted === "all" || wanted === 0 ? wanted : width);
    const sequence = padPrompts([tokens], { length, padId, side: "right" });
    const targets = padPrompts([[...tokens.subarray(1), padId]], { length, padId, side: "right" });
    const inputs = {
      tokens: this.#engine.upload(sequence.tokens, int32(1, length)),
      positions: this.#engine.upload(sequence.positions, int32(1, length)),
      mask: this.#engine.upload(sequence.mask, float32(1, length)),
      prompt: this.#engine.upload(new Float32Array(sequence.mask), float32(1, length)),
      targets: this.#engine.upload(targets.tokens, int32(1, length)),
    };
    const outputs = await executable.run({ ...this.#parameters, ...inputs });
    const values = await this.#download(outputs);
    for (const buffer of [...Object.values(inputs), ...Object.values(outputs)]) buffer.dispose();
    return scoreOf(values, tokens.length, wanted, wanted === "all" ? policy.vocabularySize : width);
  }

  #executable(length: number, breadth: Breadth): Promise<Executable> {
    const key = `${length} ${breadth}`;
    const compiled =
      this.#executables.get(key) ?? this.#engine.compile(scoreProgram(this.#options.policy, length, breadth));
    this.#executables.set(key, compiled);
    return compiled;
  }

  async #download(
    buffers: Readonly<Record<string, Buffer>>,
  ): Promise<Readonly<Record<string, Float32Array | Int32Array>>> {
    const values: Record<string, Float32Array | Int32Array> = {};
    for (const [name, buffer] of Object.entries(buffers))
      values[name] = (await this.#engine.download(buffer)) as Float32Array | Int32Array;
    return values;
  }
}

/** The first K of each row of the width that was computed. */
const firstOf = <Row extends Float32Array | Int32Array>(rows: Row, width: number, topK: number): Row =>
  rows.filter((_, k) => k % width < topK) as Row;

/** The score of the first `length` positions; `width` is that of the rows of `top` and `all`. */
const scoreOf = (
  values: Readonly<Record<string, Float32Array | Int32Array>>,
  length: number,
  breadth: Breadth,
  width: number,
): PromptScore => {
  const floats = (name: string, count: number): Float32Array => (values[name] as Float32Array).slice(0, count);
  const spoken = {
    logProbs: floats("logProbs", length - 1),
    ranks: Int32Array.from(floats("likelier", length - 1), (count) => count + 1),
    next: values["best"]![length - 1]!,
  };
  if (breadth === 0) return spoken;
  if (breadth === "all") return { ...spoken, all: floats("all", length * width) };
  const ids = (values["ids"] as Int32Array).slice(0, length * width);
  return {
    ...spoken,
    top: { ids: firstOf(ids, width, breadth), logProbs: firstOf(floats("top", length * width), width, breadth) },
  };
};
