/** The arithmetic of a Llama-style decoder: blocks of rotary grouped-query attention and SwiGLU between root-mean-square norms. */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { writeSlot } from "../../engine/write-slot.ts";
import { attend, causalBias, mergeHeads, slotBias, splitHeads } from "../layers/attention.ts";
import { embedding } from "../layers/embedding.ts";
import { lastPlace } from "../layers/last-place.ts";
import { linear } from "../layers/linear.ts";
import { parameter } from "../layers/parameter.ts";
import { rmsNorm } from "../layers/rms-norm.ts";
import { rotaryAt, rotate, type Rotary, type RotarySizes } from "../layers/rotary.ts";
import { swiglu } from "../layers/swiglu.ts";
import type { DecodeStep, Decoder, Sequences } from "../policy.ts";

/** The sizes that fix a Llama-style decoder. */
export interface LlamaSizes extends RotarySizes {
  readonly vocabularySize: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Divides `heads`. */
  readonly keyValueHeads: number;
  /** Width between the two halves of the feed-forward layer. */
  readonly hidden: number;
  /** The head is the embedding table. */
  readonly tied: boolean;
  readonly normEpsilon: number;
}

/** Keys and values of one layer, each [B, K, S, W]. */
interface Memory {
  readonly keys: tf.Tensor4D;
  readonly values: tf.Tensor4D;
}

/** What is the same for every layer of one pass. */
interface Pass {
  readonly batch: number;
  readonly rotary: Rotary;
  readonly bias: tf.Tensor4D;
  /** From the new keys and values of a layer to all that its queries may see. */
  remember(layer: number, fresh: Memory): Memory;
}

const embed = (parameters: NamedTensors, ids: tf.Tensor1D): tf.Tensor2D =>
  embedding(parameter(parameters, "model.embed_tokens.weight"), ids);

const block = (sizes: LlamaSizes, parameters: NamedTensors, pass: Pass, layer: number, x: tf.Tensor2D): tf.Tensor2D => {
  const prefix = `model.layers.${layer}`;
  const gain = (name: string): tf.Tensor1D => parameter<tf.Rank.R1>(parameters, `${prefix}.${name}.weight`);
  const normed = rmsNorm(x, gain("input_layernorm"), sizes.normEpsilon);
  const project = (name: string, heads: number): tf.Tensor4D =>
    splitHeads(linear(parameters, `${prefix}.self_attn.${name}`, normed), pass.batch, heads);
  const queries = rotate(project("q_proj", sizes.heads), pass.rotary);
  const seen = pass.remember(layer, {
    keys: rotate(project("k_proj", sizes.keyValueHeads), pass.rotary),
    values: project("v_proj", sizes.keyValueHeads),
  });
  const mixed = mergeHeads(attend(queries, seen.keys, seen.values, pass.bias));
  const attended: tf.Tensor2D = tf.add(x, linear(parameters, `${prefix}.self_attn.o_proj`, mixed));
  const inner = rmsNorm(attended, gain("post_attention_layernorm"), sizes.normEpsilon);
  return tf.add(attended, swiglu(parameters, `${prefix}.mlp`, inner));
};

const blocks = (sizes: LlamaSizes, parameters: NamedTensors, pass: Pass, x: tf.Tensor2D): tf.Tensor2D => {
  let states = x;
  for (let layer = 0; layer < sizes.layers; layer += 1) states = block(sizes, parameters, pass, layer, states);
  return states;
};

/** The residual stream x [N, D] after the last norm. */
const normed = (sizes: LlamaSizes, parameters: NamedTensors, x: tf.Tensor2D): tf.Tensor2D =>
  rmsNorm(x, parameter<tf.Rank.R1>(parameters, "model.norm.weight"), sizes.normEpsilon);

const unembed = (sizes: LlamaSizes, parameters: NamedTensors, hidden: tf.Tensor2D): tf.Tensor2D =>
  linear(parameters, sizes.tied ? "model.embed_tokens" : "lm_head", hidden);

/** x [N, D] -> logits [N, V]. */
const head = (sizes: LlamaSizes, parameters: NamedTensors, x: tf.Tensor2D): tf.Tensor2D =>
  unembed(sizes, parameters, normed(sizes, parameters, x));

/** Hidden states [B * T, D] of padded sequences; ids and positions of padding are set to 0, so that any value may stand there. */
const states = (sizes: LlamaSizes, parameters: NamedTensors, sequences: Sequences, remember: Pass["remember"]): tf.Tensor2D => {
  const [batch, tokens] = sequences.tokens.shape;
  const real: tf.Tensor2D = tf.cast(sequences.mask, "int32");
  const ids: tf.Tensor1D = tf.reshape(tf.mul(sequences.tokens, real), [batch * tokens]);
  const rotary = rotaryAt(tf.mul(sequences.positions, real), sizes);
  return blocks(sizes, parameters, { batch, rotary, bias: causalBias(sequences.mask), remember }, embed(parameters, ids));
};

/** [B, T] -> hidden states [B, T, D] after the last norm. */
export const llamaHidden = (sizes: LlamaSizes, parameters: NamedTensors, sequences: Sequences): tf.Tensor3D => {
  const [batch, tokens] = sequences.tokens.shape;
  const last = states(sizes, parameters, sequences, (_, fresh) => fresh);
  return tf.reshape(normed(sizes, parameters, last), [batch, tokens, sizes.width]);
};

/** Hidden states [B, T, D] -> logits [B, T, V]. */
export const llamaHead = (sizes: LlamaSizes, parameters: NamedTensors, hidden: tf.Tensor3D): tf.Tensor3D => {
  const [batch, tokens, width] = hidden.shape;
  const flat: tf.Tensor2D = tf.reshape(hidden, [batch * tokens, width]);
  return tf.reshape(unembed(sizes, parameters, flat), [batch, tokens, sizes.vocabularySize]);
};

const keysName = (layer: number): string => `layers.${layer}.keys`;
const valuesName = (layer: number): string => `layers.${layer}.values`;

/** Decoding with `layers.<i>.keys` and `layers.<i>.values`, each [B, keyValueHeads, capacity, headWidth]. */
export const llamaDecoder = (sizes: LlamaSizes): Decoder => ({
  prefill(parameters, prompts, capacity) {
    const [batch, tokens] = prompts.tokens.shape;
    if (capacity < tokens) throw new RangeError(`prefill: expected a capacity of at least the ${tokens} prompt places, got ${capacity}`);
    const cache: Record<string, tf.Tensor> = {};
    const widen = (x: tf.Tensor4D): tf.Tensor4D =>
      capacity === tokens
        ? x
        : tf.pad4d(x, [
            [0, 0],
            [0, 0],
            [0, capacity - tokens],
            [0, 0],
          ]);
    const hidden = states(sizes, parameters, prompts, (layer, fresh) => {
      cache[keysName(layer)] = widen(fresh.keys);
      cache[valuesName(layer)] = widen(fresh.values);
      return fresh;
    });
    const rows = tf.add(tf.range(0, batch * tokens, tokens, "int32"), lastPlace(prompts.mask));
    return { logits: head(sizes, parameters, tf.gather(hidden, rows)), cache };
  },
  step(parameters: NamedTensors, cache: NamedTensors, { token, position, slot, visible }: DecodeStep) {
    const batch = token.shape[0];
    const next: Record<string, tf.Tensor> = {};
    const write = (name: string, value: tf.Tensor4D): tf.Tensor4D => {
      const written = writeSlot(parameter<tf.Rank.R4>(cache, name), 2, slot, value);
      next[name] = written;
      return written;
    };
    const hidden = blocks(
      sizes,
      parameters,
      {
        batch,
        rotary: rotaryAt(tf.reshape(position, [batch, 1]), sizes),
        bias: slotBias(visible),
        remember: (layer, fresh) => ({
          keys: write(keysName(layer), fresh.keys),
          values: write(valuesName(layer), fresh.values),
        }),
      },
      embed(parameters, token),
    );
    return { logits: head(sizes, parameters, hidden), cache: next };
  },
});
