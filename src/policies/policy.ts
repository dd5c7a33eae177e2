/** A policy: a distribution over the next token, as functions of named parameters. It holds no weights. */
import { pluginOf } from "../plugins/plugin.ts";
import type * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../engine/program.ts";

/** Shape of one parameter and how it starts. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  /** Drawn from a normal distribution with this standard deviation and mean zero, or filled with a value. */
  readonly initial: { readonly standardDeviation: number } | { readonly value: number };
  /** For the weight of a linear layer that is stored [in, out], as GPT-2's Conv1D; all others are [out, in]. */
  readonly fanInFanOut?: true;
}

/** Parameters of a policy on the host, by name; plain data that crosses threads and goes into safetensors. */
export type Weights = Readonly<Record<string, Float32Array>>;

/** The tensors of a batch of padded sequences. */
export interface SequenceTensors {
  /** [B, T] int32; any id where `mask` is 0. */
  readonly tokens: tf.Tensor2D;
  /** [B, T] int32: 0 at each row's first token, counting up; any value where `mask` is 0. */
  readonly positions: tf.Tensor2D;
  /** [B, T] float32: 1 for tokens, 0 for padding. */
  readonly mask: tf.Tensor2D;
  /**
   * [B, T] float32: 1 for the tokens of the prompt, which begin a row; 0 for the completion and for padding. The mask
   * itself where there are only prompts. What an encoder reads; a decoder that reads both alike may ignore it.
   */
  readonly prompt: tf.Tensor2D;
}

/** A batch of padded sequences. Padding may be left or right, but each row's tokens are contiguous. */
export interface Sequences extends SequenceTensors {
  /**
   * Where a row has several completions of its prompt: they are its last positions, one after the other, each `length`
   * of them, of which the first has the prompt's last token again. A token sees what is before all completions, and its
   * own completion up to itself; positions count up within a completion as if it were the only one. One completion
   * when left out. Given to policies alone that say `severalCompletions`.
   */
  readonly completions?: { readonly count: number; readonly length: number };
}

/** One new token of every row, while decoding with a cache. */
export interface DecodeStep {
  /** [B] int32. */
  readonly token: tf.Tensor1D;
  /** [B] int32: the token's position in its own row, padding not counted. */
  readonly position: tf.Tensor1D;
  /** Scalar int32: where in the cache the token goes, the same for every row. */
  readonly slot: tf.Scalar;
  /** [B, capacity] float32: 1 for the cache slots that this token sees, its own included. */
  readonly visible: tf.Tensor2D;
}

/**
 * Decoding with a cache of named tensors of static shape, so that a loop can carry it. Axis 0 of each of them is the
 * row: whoever decodes repeats, picks and reorders rows of a cache there, and knows no other axis. Agrees with
 * `Policy.logits` to 1e-5.
 */
export interface Decoder {
  /**
   * Reads prompts [B, P]. Prompt token t goes to slot t; `capacity` >= P slots in all. Gives the logits [B, V] after
   * each row's last token.
   */
  prefill(parameters: NamedTensors, prompts: Sequences, capacity: number): { logits: tf.Tensor2D; cache: NamedTensors };
  /** Appends one token a row. Gives the logits [B, V] after it, and the new cache with the same names and shapes. */
  step(parameters: NamedTensors, cache: NamedTensors, step: DecodeStep): { logits: tf.Tensor2D; cache: NamedTensors };
}

/** A family member with its sizes fixed: parameters, logits and decoding. */
export interface Policy {
  readonly vocabularySize: number;
  /** Most tokens of prompt and completion together. */
  readonly contextLength: number;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** The HuggingFace `config.json` that describes this policy. */
  readonly config: Readonly<Record<string, unknown>>;
  /** D. */
  readonly hiddenSize: number;
  /**
   * [B, T] -> hidden states [B, last, D] of the last positions, of all T when left out: position t holds all that the
   * logits of position t depend on. Where `last` is given all prompts end at the first of these positions, T - last, as
   * batches are padded. Differentiable in the parameters. Before the last position of its prompt a row's states may
   * mean nothing, as where an encoder reads the prompt; they are finite.
   */
  hidden(parameters: NamedTensors, sequences: Sequences, last?: number): tf.Tensor3D;
  /** Hidden states [B, T, D] -> logits [B, T, V], position by position. */
  head(parameters: NamedTensors, hidden: tf.Tensor3D): tf.Tensor3D;
  /**
   * `head` of `hidden`, with the same `last`: [B, T] -> logits [B, last, V]; position t holds the distribution of the
   * token after t.
   */
  logits(parameters: NamedTensors, sequences: Sequences, last?: number): tf.Tensor3D;
  readonly decoder: Decoder;
  /** Whether `hidden` and `logits` know rows with several completions, see `Sequences`. Not when left out. */
  readonly severalCompletions?: boolean;
}

/** What a family member needs to know besides its own parameters. */
export interface PolicyContext {
  /** Of the tokenizer. */
  readonly vocabularySize: number;
  /** Most tokens of prompt and completion together. */
  readonly contextLength: number;
}

/** Fixes the types of a policy in a module of one's own; its configuration follows from its parameters. */
export const definePolicy = pluginOf<PolicyContext, Omit<Policy, "config" | keyof PolicyContext>>("policy");
