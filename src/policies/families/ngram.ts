/**
 * The n-gram family: a table of logits for every context of a few tokens; small enough to enumerate every completion.
 */
import * as tf from "@tensorflow/tfjs";
import { Type } from "@sinclair/typebox";
import { define } from "../../plugins/definition.ts";
import type { NamedTensors } from "../../engine/program.ts";
import { embedding } from "../layers/embedding.ts";
import { lastPosition } from "../layers/last-positions.ts";
import { lastPositions } from "../layers/last-positions.ts";
import { parameter } from "../layers/parameter.ts";
import type { Decoder, Policy, PolicyContext, Sequences } from "../policy.ts";
import { configOf } from "./config/ngram-config.ts";

const parameters = {
  order: Type.Integer({
    minimum: 2,
    maximum: 4,
    description: "The next token depends on the order - 1 tokens before it.",
  }),
};

/** Most rows of the table: (V + 1)^(order - 1). */
const mostRows = 2 ** 20;

const tableName = "ngram.logits";

/**
 * The tokens 0, 1, ... order - 2 positions back, each [B, T] int32; V before the start of the sequence and where
 * there is padding.
 */
const contexts = (order: number, vocabularySize: number, { tokens, positions, mask }: Sequences): tf.Tensor2D[] => {
  const [batch, length] = tokens.shape;
  const start = tf.fill([batch, length], vocabularySize, "int32") as tf.Tensor2D;
  const real = tf.greater(mask, 0);
  return Array.from({ length: order - 1 }, (_, back) => {
    const kept = Math.max(length - back, 0);
    const shifted = tf.concat(
      [tf.slice(start, [0, 0], [batch, length - kept]), tf.slice(tokens, [0, 0], [batch, kept])],
      1,
    );
    return tf.where(tf.logicalAnd(real, tf.greaterEqual(positions, back)), shifted, start);
  });
};

/** Rows of the table: sum over positions back of token * (V + 1)^back. */
const rowsOf = (context: readonly tf.Tensor[], vocabularySize: number): tf.Tensor =>
  context
    .map((tokens, back) => tf.mul(tokens, tf.scalar((vocabularySize + 1) ** back, "int32")))
    .reduce((sum, term) => tf.add(sum, term));

const lookUp = (weights: NamedTensors, rows: tf.Tensor1D): tf.Tensor2D =>
  embedding(parameter(weights, tableName), rows);

/** Decoding with `context.<back>` [B] int32: the tokens that the next one depends on. */
const decoderOf = (order: number, vocabularySize: number): Decoder => {
  const name = (back: number): string => `context.${back}`;
  const named = (context: readonly tf.Tensor[]): NamedTensors =>
    Object.fromEntries(context.map((tokens, back) => [name(back), tokens]));
  const logits = (weights: NamedTensors, context: readonly tf.Tensor[]): tf.Tensor2D =>
    lookUp(weights, rowsOf(context, vocabularySize) as tf.Tensor1D);
  return {
    prefill(weights, prompts, capacity) {
      const [batch, length] = prompts.tokens.shape;
      if (capacity < length)
        throw new RangeError(
          `prefill: expected a capacity of at least the ${length} prompt positions, got ${capacity}`,
        );
      const rows = tf.add(tf.range(0, batch * length, length, "int32"), lastPosition(prompts.mask));
      const context = contexts(order, vocabularySize, prompts).map((tokens) =>
        tf.gather(tf.reshape(tokens, [batch * length]), rows),
      );
      return { logits: logits(weights, context), cache: named(context) };
    },
    step(weights, cache, { token }) {
      const older = Array.from({ length: order - 2 }, (_, back) => parameter<tf.Rank.R1>(cache, name(back)));
      const context = [token, ...older];
      return { logits: logits(weights, context), cache: named(context) };
    },
  };
};

/**
 * `type: "ngram"`: its hidden states are its logits; logits [(V + 1)^(order - 1), V] by the tokens before; index V
 * is the position before the first token.
 */
export const ngram = define({
  type: "ngram",
  summary: "A table of logits for every context of order - 1 tokens.",
  parameters,
  create({ order }, context: PolicyContext): Policy {
    const { vocabularySize } = context;
    const rows = (vocabularySize + 1) ** (order - 1);
    if (rows > mostRows) {
      throw new RangeError(
        `ngram: expected at most ${mostRows} contexts, got (${vocabularySize} + 1)^${order - 1} = ${rows}; ` +
          "lower order or the vocabulary",
      );
    }
    const logits = (weights: NamedTensors, sequences: Sequences, last = sequences.tokens.shape[1]): tf.Tensor3D => {
      const [batch, length] = sequences.tokens.shape;
      const rows = tf.reshape(rowsOf(contexts(order, vocabularySize, sequences), vocabularySize), [
        batch,
        length,
        1,
      ]) as tf.Tensor3D;
      return tf.reshape(lookUp(weights, tf.reshape(lastPositions(rows, last), [batch * last])), [
        batch,
        last,
        vocabularySize,
      ]);
    };
    return {
      ...context,
      parameters: { [tableName]: { shape: [rows, vocabularySize], initial: { standardDeviation: 0.02 } } },
      config: configOf(order, context),
      hiddenSize: vocabularySize,
      hidden: logits,
      head: (_, hidden) => hidden,
      logits,
      decoder: decoderOf(order, vocabularySize),
    };
  },
});
