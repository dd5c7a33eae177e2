/**
 * The arithmetic of T5 (Raffel et al., 2020): an encoder reads the prompt, a decoder continues from a start token with
 * the encoder in view.
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/program.ts";
import { causalBias, slotBias } from "../layers/attention.ts";
import { embedding } from "../layers/embedding.ts";
import { begunCache, continuedCache, withoutCache, type KeyValues } from "../layers/key-value-cache.ts";
import { linear } from "../layers/linear.ts";
import { parameter } from "../layers/parameter.ts";
import { relativeBias, slotRelativeBias } from "../layers/relative-position.ts";
import type { Decoder, Sequences } from "../policy.ts";
import { bucketsOf, crossName, keysAndValues, positionTable, runStack, type T5Sizes } from "./t5-blocks.ts";

const embed = (parameters: NamedTensors, ids: tf.Tensor1D): tf.Tensor2D =>
  embedding(parameter(parameters, "shared.weight"), ids);

/**
 * tokens [B, T], prompt [B, T] -> the encoder's states [B * T, D]; at positions outside of the prompt
 * they mean nothing.
 */
const encode = (sizes: T5Sizes, parameters: NamedTensors, tokens: tf.Tensor2D, prompt: tf.Tensor2D): tf.Tensor2D => {
  const [batch, length] = tokens.shape;
  const ids: tf.Tensor1D = tf.reshape(tf.mul(tokens, tf.cast(prompt, "int32")), [batch * length]);
  const bias: tf.Tensor4D = tf.add(
    relativeBias(positionTable(parameters, "encoder"), length, bucketsOf(sizes, "encoder")),
    slotBias(prompt),
  );
  return runStack(sizes, parameters, "encoder", { batch, bias, updateCache: withoutCache }, embed(parameters, ids));
};

/** x [B, T] -> its positions from `begin` to before `end`. */
const between = (x: tf.Tensor2D, begin: number, end: number): tf.Tensor2D =>
  end - begin === x.shape[1] ? x : tf.slice(x, [0, begin], [x.shape[0], end - begin]);

/** [B, T]: 1 at the last position of each row's prompt, where the decoder reads its start token. */
const starts = (prompt: tf.Tensor2D): tf.Tensor2D => {
  const [, length] = prompt.shape;
  if (length === 1) return prompt;
  const next = tf.pad2d(between(prompt, 1, length), [
    [0, 0],
    [0, 1],
  ]);
  return tf.mul(prompt, tf.sub(1, next));
};

/**
 * [B, T] -> the decoder's states [B, last, D] after the last norm, of all T when left out: from the last
 * position of a prompt on they are those of its completion. Prompts end at the first of the `last` positions: the
 * encoder reads none after it, and the decoder none before it.
 */
export const t5Hidden = (
  sizes: T5Sizes,
  parameters: NamedTensors,
  { tokens, mask, prompt }: Sequences,
  last = tokens.shape[1],
): tf.Tensor3D => {
  const [batch, length] = tokens.shape;
  const first = length - last;
  const end = first === 0 ? length : first + 1;
  const read = between(prompt, 0, end);
  const encoded = encode(sizes, parameters, between(tokens, 0, end), read);
  const promptPart = between(prompt, first, length);
  const completion: tf.Tensor2D = tf.sub(between(mask, first, length), promptPart);
  const ids = tf.where<tf.Tensor>(
    tf.greater(completion, 0),
    between(tokens, first, length),
    tf.scalar(sizes.startId, "int32"),
  );
  const bias: tf.Tensor4D = tf.add(
    relativeBias(positionTable(parameters, "decoder"), last, bucketsOf(sizes, "decoder")),
    causalBias(tf.add(completion, starts(promptPart))),
  );
  const memory = (layer: number): KeyValues => keysAndValues(sizes, parameters, crossName(layer), batch, encoded);
  const pass = { batch, bias, updateCache: withoutCache, encoded: { bias: slotBias(read), memory } };
  const states = runStack(sizes, parameters, "decoder", pass, embed(parameters, tf.reshape(ids, [batch * last])));
  return tf.reshape(states, [batch, last, sizes.width]);
};

/** Hidden states [N, D] -> logits [N, V]. */
const unembed = ({ tied, width }: T5Sizes, parameters: NamedTensors, hidden: tf.Tensor2D): tf.Tensor2D =>
  tied ? linear(parameters, "shared", tf.mul(hidden, 1 / Math.sqrt(width))) : linear(parameters, "lm_head", hidden);

/** Hidden states [B, T, D] -> logits [B, T, V]. */
export const t5Head = (sizes: T5Sizes, parameters: NamedTensors, hidden: tf.Tensor3D): tf.Tensor3D => {
  const [batch, length, width] = hidden.shape;
  return tf.reshape(unembed(sizes, parameters, tf.reshape(hidden, [batch * length, width])), [
    batch,
    length,
    sizes.vocabularySize,
  ]);
};

const encodedName = (layer: number, what: keyof KeyValues): string => `encoded.${layer}.${what}`;

/**
 * Decoding with the encoder's keys and values for each decoder layer, `encoded.<i>.keys` and `encoded.<i>.values` [B,
 * H, P, W], which never change, and with `layers.<i>.keys` and `layers.<i>.values` [B, H, capacity - P + 1, W] of the
 * decoder itself: the start token in slot 0, what comes to slot P of the contract in slot 1.
 */
export const t5Decoder = (sizes: T5Sizes): Decoder => ({
  prefill(parameters, { tokens, mask }, capacity) {
    const [batch, length] = tokens.shape;
    if (capacity < length)
      throw new RangeError(`prefill: expected a capacity of at least the ${length} prompt positions, got ${capacity}`);
    const encoded = encode(sizes, parameters, tokens, mask);
    const memories = Array.from({ length: sizes.decoderLayers }, (_, layer) =>
      keysAndValues(sizes, parameters, crossName(layer), batch, encoded),
    );
    const { cache, updateCache } = begunCache(capacity - length + 1);
    // The start token sees only itself, so that its bias says nothing.
    const pass = {
      batch,
      bias: tf.zeros([1, 1, 1, 1]) as tf.Tensor4D,
      updateCache,
      encoded: { bias: slotBias(mask), memory: (layer: number) => memories[layer]! },
    };
    const ids = tf.fill([batch], sizes.startId, "int32") as tf.Tensor1D;
    const hidden = runStack(sizes, parameters, "decoder", pass, embed(parameters, ids));
    const fixed = memories.flatMap(({ keys, values }, layer) => [
      [encodedName(layer, "keys"), keys],
      [encodedName(layer, "values"), values],
    ]);
    return {
      logits: unembed(sizes, parameters, hidden),
      cache: { ...cache, ...(Object.fromEntries(fixed) as NamedTensors) },
    };
  },
  step(parameters, cache, { token, slot, visible }) {
    const [batch, capacity] = visible.shape;
    const length = parameter<tf.Rank.R4>(cache, encodedName(0, "keys")).shape[2];
    const own: tf.Scalar = tf.sub(slot, tf.scalar(length - 1, "int32"));
    const { next, updateCache } = continuedCache(cache, own);
    const memory = (layer: number): KeyValues => ({
      keys: parameter<tf.Rank.R4>(cache, encodedName(layer, "keys")),
      values: parameter<tf.Rank.R4>(cache, encodedName(layer, "values")),
    });
    const slots = tf.concat2d([tf.ones([batch, 1]), tf.slice(visible, [0, length], [batch, capacity - length])], 1);
    const bias: tf.Tensor4D = tf.add(
      slotRelativeBias(positionTable(parameters, "decoder"), own, slots.shape[1], bucketsOf(sizes, "decoder")),
      slotBias(slots),
    );
    const shown = slotBias(tf.slice(visible, [0, 0], [batch, length]));
    const pass = { batch, bias, updateCache, encoded: { bias: shown, memory } };
    const hidden = runStack(sizes, parameters, "decoder", pass, embed(parameters, token));
    const fixed = Object.fromEntries(Object.entries(cache).filter(([name]) => name.startsWith("encoded.")));
    return { logits: unembed(sizes, parameters, hidden), cache: { ...next, ...fixed } };
  },
});
