/** The generation program: one reading of the prompts, then a loop that draws a token and appends it to the cache. */
import * as tf from "@tensorflow/tfjs";
import { loop, type LoopStep } from "../engine/loop.ts";
import { float32, int32, type NamedTensors, type Program, type TensorSpec } from "../engine/program.ts";
import type { Policy, Sequences } from "../policies/policy.ts";
import { checkTemperature, draw, type Draw } from "./sampling.ts";

/** What one generation program is made for. */
export interface GenerationOptions {
  /** Rows B. */
  readonly batch: number;
  /** Padded length P of the prompts. */
  readonly promptLength: number;
  /** Most tokens N of a completion, end-of-sequence included. P + N is at most the policy's context. */
  readonly maxNewTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** The token that ends a completion. */
  readonly endId: number;
  /** Stands after the end; may equal `endId`. */
  readonly padId: number;
}

/** Prefix of the inputs that are the policy's parameters. */
export const parameterPrefix = "parameters/";

/** Outputs of the generation program. */
export type GenerationOutput = "tokens" | "logProbs" | "lengths";

const check = (policy: Policy, { batch, promptLength, maxNewTokens, temperature, endId, padId }: GenerationOptions): void => {
  for (const [name, value] of Object.entries({ batch, promptLength, maxNewTokens })) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`generate: expected ${name} to be a positive whole number, got ${value}`);
  }
  if (promptLength + maxNewTokens > policy.contextLength) {
    throw new RangeError(
      `generate: expected prompt and completion within the context of ${policy.contextLength} tokens, got ${promptLength} + ${maxNewTokens}; raise contextLength or lower maxNewTokens`,
    );
  }
  for (const [name, id] of Object.entries({ endId, padId })) {
    if (!Number.isInteger(id) || id < 0 || id >= policy.vocabularySize) {
      throw new RangeError(`generate: expected ${name} to be a token below ${policy.vocabularySize}, got ${id}`);
    }
  }
  checkTemperature(temperature);
};

const inputsOf = (policy: Policy, { batch, promptLength, maxNewTokens }: GenerationOptions): Record<string, TensorSpec> => ({
  ...Object.fromEntries(Object.entries(policy.parameters).map(([name, { shape }]) => [parameterPrefix + name, float32(...shape)])),
  tokens: int32(batch, promptLength),
  positions: int32(batch, promptLength),
  mask: float32(batch, promptLength),
  uniforms: float32(maxNewTokens, batch),
});

const parametersOf = (policy: Policy, inputs: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.keys(policy.parameters).map((name) => [name, inputs[parameterPrefix + name]!]));

/** Carried beside the cache: the newest token, whether its row goes on, and how many tokens the row has so far; each [B]. */
const cacheName = (name: string): string => `cache/${name}`;

/** What the loop reads and never changes. */
interface Setting {
  readonly policy: Policy;
  readonly options: GenerationOptions;
  readonly parameters: NamedTensors;
  /** [N, B]. */
  readonly uniforms: tf.Tensor2D;
  /** [B] int32. */
  readonly promptLengths: tf.Tensor1D;
  /** [B, P + N - 1] float32: 1 where a prompt token stands. */
  readonly promptSlots: tf.Tensor2D;
}

/** Feeds the newest token and draws the one after it. */
const advance = (setting: Setting, iteration: tf.Scalar, carried: NamedTensors): LoopStep => {
  const { policy, options, parameters, uniforms, promptLengths, promptSlots } = setting;
  const { batch, promptLength, temperature, endId } = options;
  const capacity = promptSlots.shape[1];
  const slot: tf.Scalar = tf.add(iteration, tf.scalar(promptLength, "int32"));
  const slots = tf.reshape(tf.range(0, capacity, 1, "int32"), [1, capacity]);
  const written = tf.logicalAnd(tf.greaterEqual(slots, tf.scalar(promptLength, "int32")), tf.lessEqual(slots, slot));
  const { token, alive, length } = carried as { token: tf.Tensor1D; alive: tf.Tensor1D; length: tf.Tensor1D };
  const cache = Object.fromEntries(
    Object.entries(carried)
      .filter(([name]) => name.startsWith("cache/"))
      .map(([name, value]) => [name.slice("cache/".length), value]),
  );
  const next = policy.decoder.step(parameters, cache, {
    token,
    position: tf.add(promptLengths, iteration),
    slot,
    visible: tf.maximum(promptSlots, tf.cast(written, "float32")),
  });
  const row = tf.reshape(tf.add(iteration, tf.scalar(1, "int32")), [1]);
  const drawn = draw(next.logits, tf.reshape(tf.gather(uniforms, row), [batch]), temperature);
  const going: tf.Tensor1D = tf.mul(alive, goesOn(drawn, endId));
  return {
    carried: {
      token: drawn.token,
      alive: going,
      length: tf.add(length, tf.cast(alive, "int32")),
      ...Object.fromEntries(Object.entries(next.cache).map(([name, value]) => [cacheName(name), value])),
    },
    outputs: { tokens: drawn.token, logProbs: drawn.logProb },
    proceed: tf.greater(tf.max(going), 0),
  };
};

/** [B] float32: 1 where the drawn token does not end the row. */
const goesOn = ({ token }: Draw, endId: number): tf.Tensor1D => tf.cast(tf.notEqual(token, tf.scalar(endId, "int32")), "float32");

/** tokens and log-probs [N, B] of all steps -> [B, N], with padding after the end. */
const finish = (
  tokens: tf.Tensor,
  logProbs: tf.Tensor,
  lengths: tf.Tensor1D,
  { batch, maxNewTokens, padId }: GenerationOptions,
): Record<GenerationOutput, tf.Tensor> => {
  const places = tf.reshape(tf.range(0, maxNewTokens, 1, "int32"), [1, maxNewTokens]);
  const kept = tf.less(places, tf.reshape(lengths, [batch, 1]));
  return {
    tokens: tf.where(kept, tf.transpose(tokens), tf.scalar(padId, "int32")),
    logProbs: tf.where(kept, tf.transpose(logProbs), tf.scalar(0)),
    lengths,
  };
};

/**
 * The program that completes a batch of prompts.
 *
 * Inputs: `parameters/<name>` of the policy; `tokens`, `positions`, `mask` [B, P] as `padPrompts` makes them, padding left or right;
 * `uniforms` [N, B] float32 in [0, 1), row t for token t. Outputs: `tokens` [B, N] int32 with `padId` after the end; `logProbs` [B, N] float32
 * in nats under the distribution that drew them, 0 after the end; `lengths` [B] int32, end-of-sequence included. It stops when every row has
 * ended. `RangeError` for options that do not fit the policy.
 */
export const generateProgram = (policy: Policy, options: GenerationOptions): Program<string, GenerationOutput> => {
  check(policy, options);
  const { batch, promptLength, maxNewTokens, temperature, endId } = options;
  return {
    name: "generate",
    inputs: inputsOf(policy, options),
    build(inputs) {
      const prompts = inputs as NamedTensors & Sequences;
      const uniforms = inputs["uniforms"] as tf.Tensor2D;
      const parameters = parametersOf(policy, inputs);
      const read = policy.decoder.prefill(parameters, prompts, promptLength + maxNewTokens - 1);
      const first = draw(read.logits, tf.reshape(tf.slice(uniforms, [0, 0], [1, batch]), [batch]), temperature);
      const one = tf.ones([batch], "int32") as tf.Tensor1D;
      const firstTokens = tf.reshape(first.token, [1, batch]);
      const firstLogProbs = tf.reshape(first.logProb, [1, batch]);
      if (maxNewTokens === 1) return finish(firstTokens, firstLogProbs, one, options);
      const setting: Setting = {
        policy,
        options,
        parameters,
        uniforms,
        promptLengths: tf.cast(tf.sum(prompts.mask, 1), "int32"),
        promptSlots: tf.pad2d(prompts.mask, [
          [0, 0],
          [0, maxNewTokens - 1],
        ]),
      };
      const cache = Object.fromEntries(Object.entries(read.cache).map(([name, value]) => [cacheName(name), value]));
      const { carried, outputs } = loop({
        trips: maxNewTokens - 1,
        carried: { token: first.token, alive: goesOn(first, endId), length: one, ...cache },
        body: (iteration, state) => advance(setting, iteration, state),
      });
      return finish(
        tf.concat([firstTokens, outputs["tokens"]!], 0),
        tf.concat([firstLogProbs, outputs["logProbs"]!], 0),
        carried["length"] as tf.Tensor1D,
        options,
      );
    },
  };
};
