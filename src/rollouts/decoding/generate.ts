/** The generation program: one reading of the prompts, then a loop that draws a token and appends it to the cache. */
import * as tf from "@tensorflow/tfjs";
import { loop } from "../../engine/loop.ts";
import { float32, type NamedTensors, type Program } from "../../engine/program.ts";
import type { Policy } from "../../policies/policy.ts";
import { advance, begin, parameterInputs, promptInputs, promptsOf, rowOf, settingOf } from "./decoding.ts";
import { checkGeneration, type GenerationOptions } from "./generation-options.ts";

/** Outputs of the generation program. */
export type GenerationOutput = "tokens" | "logProbs" | "rawLogProbs" | "lengths";

/** Tokens and log-probs [N, B] of all steps -> [B, N], with padding after the end. */
const finish = (
  { tokens, logProbs, rawLogProbs }: NamedTensors,
  lengths: tf.Tensor,
  { batch, maxNewTokens, padId }: GenerationOptions,
): Record<GenerationOutput, tf.Tensor> => {
  const positions = tf.reshape(tf.range(0, maxNewTokens, 1, "int32"), [1, maxNewTokens]);
  const kept = tf.less(positions, tf.reshape(lengths, [batch, 1]));
  const cut = (rows: tf.Tensor, filling: tf.Scalar): tf.Tensor => tf.where(kept, tf.transpose(rows), filling);
  return {
    tokens: cut(tokens!, tf.scalar(padId, "int32")),
    logProbs: cut(logProbs!, tf.scalar(0)),
    rawLogProbs: cut(rawLogProbs!, tf.scalar(0)),
    lengths,
  };
};

/**
 * The program that completes a batch of prompts.
 *
 * Inputs: `parameters/<name>` of the policy; in a mixture `teacher/<name>` of the teacher; `tokens`, `positions`,
 * `mask` [B / G, P] as `padPrompts` makes them, padding left or right; `uniforms` [N, B] float32 in [0, 1), row t for
 * token t. Rows i G to i G + G - 1 complete prompt i, which is read once. Outputs: `tokens` [B, N] int32 with `padId`
 * after the end; `logProbs` [B, N] float32 in nats under the distribution that drew them, which is the one for
 * importance ratios, and `rawLogProbs` [B, N] under the policy itself at temperature 1, both 0 after the end; `lengths`
 * [B] int32, the end included. It stops when every row has ended. `RangeError` for options that do not fit the policy.
 */
export const generateProgram = (policy: Policy, options: GenerationOptions): Program<string, GenerationOutput> => {
  checkGeneration(policy, options);
  const { batch, maxNewTokens } = options;
  return {
    name: "generate",
    inputs: { ...parameterInputs(policy, options), ...promptInputs(options), uniforms: float32(maxNewTokens, batch) },
    build(inputs) {
      const setting = settingOf(policy, options, inputs);
      const uniforms = inputs["uniforms"] as tf.Tensor2D;
      const first = begin(setting, promptsOf(inputs), rowOf(uniforms, tf.scalar(0, "int32")));
      const firsts = Object.entries(first.outputs).map(([name, row]) => [name, tf.reshape(row, [1, batch])] as const);
      if (maxNewTokens === 1) return finish(Object.fromEntries(firsts), first.carried["length"]!, options);
      const { carried, outputs } = loop({
        trips: maxNewTokens - 1,
        carried: first.carried,
        body: (index, state) => advance(setting, index, rowOf(uniforms, tf.add(index, tf.scalar(1, "int32"))), state),
      });
      const all = firsts.map(([name, row]) => [name, tf.concat([row, outputs[name]!], 0)]);
      return finish(Object.fromEntries(all) as NamedTensors, carried["length"]!, options);
    },
  };
};
