/** The generation program: one reading of the prompts, then a loop that draws a token and appends it to the cache. */
import * as tf from "@tensorflow/tfjs";
import { loop, type LoopStep } from "../engine/loop.ts";
import { float32, int32, type NamedTensors, type Program, type TensorSpec } from "../engine/program.ts";
import type { Policy, Sequences } from "../policies/policy.ts";
import { checkGeneration, type GenerationOptions } from "./generation-options.ts";
import { draw, drawFrom, logProbsAt, type Draw } from "./sampling.ts";

/** Prefix of the inputs that are the policy's parameters. */
export const parameterPrefix = "parameters/";

/** Prefix of the inputs that are the parameters of the teacher in a mixture. */
export const teacherPrefix = "teacher/";

/** Outputs of the generation program. */
export type GenerationOutput = "tokens" | "logProbs" | "lengths";

/** A policy that reads the tokens; `name` is the prefix of its parameters among the inputs. */
interface Reader {
  readonly policy: Policy;
  readonly name: string;
}

const readersOf = (policy: Policy, { mixed }: GenerationOptions): readonly Reader[] => [
  { policy, name: parameterPrefix },
  ...(mixed === undefined ? [] : [{ policy: mixed.teacher, name: teacherPrefix }]),
];

const parameterSpecs = ({ policy, name: prefix }: Reader): [string, TensorSpec][] =>
  Object.entries(policy.parameters).map(([name, { shape }]) => [prefix + name, float32(...shape)]);

const inputsOf = (policy: Policy, options: GenerationOptions): Record<string, TensorSpec> => {
  const { batch, promptLength, maxNewTokens } = options;
  return {
    ...Object.fromEntries(readersOf(policy, options).flatMap(parameterSpecs)),
    tokens: int32(batch, promptLength),
    positions: int32(batch, promptLength),
    mask: float32(batch, promptLength),
    uniforms: float32(maxNewTokens, batch),
  };
};

const parametersOf = ({ policy, name: prefix }: Reader, inputs: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.keys(policy.parameters).map((name) => [name, inputs[prefix + name]!]));

/** Prefix of a reader's cache among what the loop carries: beside it the newest token, whether its row goes on, and how many tokens it has; each [B]. */
const cachePrefix = ({ name }: Reader): string => `cache/${name}`;

const packed = (reader: Reader, cache: NamedTensors): [string, tf.Tensor][] =>
  Object.entries(cache).map(([name, value]) => [cachePrefix(reader) + name, value]);

const unpacked = (reader: Reader, carried: NamedTensors): NamedTensors =>
  Object.fromEntries(
    Object.entries(carried)
      .filter(([name]) => name.startsWith(cachePrefix(reader)))
      .map(([name, value]) => [name.slice(cachePrefix(reader).length), value]),
  );

/** Logits [B, V] of each reader -> the next token. */
const next = ([student, teacher]: readonly tf.Tensor2D[], uniforms: tf.Tensor1D, { temperature, mixed }: GenerationOptions): Draw =>
  mixed === undefined
    ? draw(student!, uniforms, temperature)
    : drawFrom(mixed.mixture(logProbsAt(student!, temperature), logProbsAt(teacher!, mixed.temperature)), uniforms);

/** What the loop reads and never changes. */
interface Setting {
  readonly readers: readonly (Reader & { readonly parameters: NamedTensors })[];
  readonly options: GenerationOptions;
  /** [N, B]. */
  readonly uniforms: tf.Tensor2D;
  /** [B] int32. */
  readonly promptLengths: tf.Tensor1D;
  /** [B, P + N - 1] float32: 1 where a prompt token stands. */
  readonly promptSlots: tf.Tensor2D;
}

/** Feeds the newest token and draws the one after it. */
const advance = (setting: Setting, iteration: tf.Scalar, carried: NamedTensors): LoopStep => {
  const { readers, options, uniforms, promptLengths, promptSlots } = setting;
  const { batch, promptLength, endId } = options;
  const capacity = promptSlots.shape[1];
  const slot: tf.Scalar = tf.add(iteration, tf.scalar(promptLength, "int32"));
  const slots = tf.reshape(tf.range(0, capacity, 1, "int32"), [1, capacity]);
  const written = tf.logicalAnd(tf.greaterEqual(slots, tf.scalar(promptLength, "int32")), tf.lessEqual(slots, slot));
  const { token, alive, length } = carried as { token: tf.Tensor1D; alive: tf.Tensor1D; length: tf.Tensor1D };
  const fed = {
    token,
    position: tf.add<tf.Tensor1D>(promptLengths, iteration),
    slot,
    visible: tf.maximum<tf.Tensor2D>(promptSlots, tf.cast(written, "float32")),
  };
  const read = readers.map((reader) => reader.policy.decoder.step(reader.parameters, unpacked(reader, carried), fed));
  const row = tf.reshape(tf.add(iteration, tf.scalar(1, "int32")), [1]);
  const drawn = next(
    read.map(({ logits }) => logits),
    tf.reshape(tf.gather(uniforms, row), [batch]),
    options,
  );
  const going: tf.Tensor1D = tf.mul(alive, goesOn(drawn, endId));
  return {
    carried: {
      token: drawn.token,
      alive: going,
      length: tf.add(length, tf.cast(alive, "int32")),
      ...Object.fromEntries(readers.flatMap((reader, i) => packed(reader, read[i]!.cache))),
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
 * Inputs: `parameters/<name>` of the policy; in a mixture `teacher/<name>` of the teacher; `tokens`, `positions`, `mask` [B, P] as `padPrompts` makes them, padding left or right;
 * `uniforms` [N, B] float32 in [0, 1), row t for token t. Outputs: `tokens` [B, N] int32 with `padId` after the end; `logProbs` [B, N] float32
 * in nats under the distribution that drew them, 0 after the end; `lengths` [B] int32, end-of-sequence included. It stops when every row has
 * ended. `RangeError` for options that do not fit the policy.
 */
export const generateProgram = (policy: Policy, options: GenerationOptions): Program<string, GenerationOutput> => {
  checkGeneration(policy, options);
  const { batch, promptLength, maxNewTokens, endId } = options;
  return {
    name: "generate",
    inputs: inputsOf(policy, options),
    build(inputs) {
      const { tokens, positions, mask } = inputs as NamedTensors & Sequences;
      const prompts: Sequences = { tokens, positions, mask, prompt: mask };
      const uniforms = inputs["uniforms"] as tf.Tensor2D;
      const readers = readersOf(policy, options).map((reader) => ({ ...reader, parameters: parametersOf(reader, inputs) }));
      const read = readers.map((reader) => reader.policy.decoder.prefill(reader.parameters, prompts, promptLength + maxNewTokens - 1));
      const first = next(
        read.map(({ logits }) => logits),
        tf.reshape(tf.slice(uniforms, [0, 0], [1, batch]), [batch]),
        options,
      );
      const one = tf.ones([batch], "int32") as tf.Tensor1D;
      const firstTokens = tf.reshape(first.token, [1, batch]);
      const firstLogProbs = tf.reshape(first.logProb, [1, batch]);
      if (maxNewTokens === 1) return finish(firstTokens, firstLogProbs, one, options);
      const setting: Setting = {
        readers,
        options,
        uniforms,
        promptLengths: tf.cast(tf.sum(prompts.mask, 1), "int32"),
        promptSlots: tf.pad2d(prompts.mask, [
          [0, 0],
          [0, maxNewTokens - 1],
        ]),
      };
      const cache = Object.fromEntries(readers.flatMap((reader, i) => packed(reader, read[i]!.cache)));
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
