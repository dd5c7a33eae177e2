/** A policy of one's own: the next token depends on the last one alone. */
import * as tf from "@tensorflow/tfjs";
import { definePolicy } from "retort-rl/policies";

const table = "bigram.logits";

export default definePolicy({
  summary: "A table of logits for every last token.",
  create(_parameters, { vocabularySize }) {
    // A row of the table for each of the tokens [...]; their logits [..., V].
    const look = (weights: Readonly<Record<string, tf.Tensor>>, tokens: tf.Tensor): tf.Tensor =>
      tf.gather(weights[table]!, tokens);
    const logits = (weights: Readonly<Record<string, tf.Tensor>>, tokens: tf.Tensor2D, last: number): tf.Tensor3D => {
      const [batch, length] = tokens.shape;
      return look(weights, tf.slice(tokens, [0, length - last], [batch, last])) as tf.Tensor3D;
    };
    return {
      parameters: { [table]: { shape: [vocabularySize, vocabularySize], initial: { standardDeviation: 0.02 } } },
      hiddenSize: vocabularySize,
      hidden: (weights, { tokens }, last = tokens.shape[1]) => logits(weights, tokens, last),
      head: (_weights, hidden) => hidden,
      logits: (weights, { tokens }, last = tokens.shape[1]) => logits(weights, tokens, last),
      decoder: {
        // The cache holds nothing but the last token [B], since nothing else matters.
        prefill(weights, { tokens, mask }) {
          const [batch, length] = tokens.shape;
          const end = tf.argMax(tf.mul(mask, tf.range(1, length + 1, 1, "float32")), -1);
          const rows = tf.add(tf.range(0, batch * length, length, "int32"), end);
          const token = tf.gather(tf.reshape(tokens, [batch * length]), rows) as tf.Tensor1D;
          return { logits: look(weights, token) as tf.Tensor2D, cache: { token } };
        },
        step: (weights, _cache, { token }) => ({ logits: look(weights, token) as tf.Tensor2D, cache: { token } }),
      },
    };
  },
});
