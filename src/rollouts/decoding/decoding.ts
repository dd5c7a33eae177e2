/**
 * Decoding: what the programs that complete prompts share. Policies read the prompts into caches, then tokens are drawn
 * and fed one at a time.
 */
import * as tf from "@tensorflow/tfjs";
import type { LoopStep } from "../../engine/loop.ts";
import { float32, int32, type NamedTensors, type TensorSpec } from "../../engine/program.ts";
import type { Policy, SequenceTensors, Sequences } from "../../policies/policy.ts";
import { repeatAll, repeatRows } from "./cache-rows.ts";
import { endsOf, type GenerationOptions } from "./generation-options.ts";
import { drawFrom, likeliest, valuesAt, type Draw } from "./draw-token.ts";
import { seenIn, withToken } from "./seen-tokens.ts";
import {
  constrained,
  isTempered,
  logProbsAt,
  narrowed,
  penalizes,
  type Moment,
  type ProgramShaping,
} from "./shaping.ts";
import { defined } from "../../optional/defined.ts";

/** Prefix of the inputs that are the policy's parameters. */
export const parameterPrefix = "parameters/";

/** Prefix of the inputs that are the parameters of the teacher in a mixture. */
export const teacherPrefix = "teacher/";

/** A policy that reads the tokens; `name` is the prefix of its parameters among the inputs. */
interface Reader {
  readonly policy: Policy;
  readonly name: string;
}

/** What every step reads and none changes. */
export interface Setting {
  readonly readers: readonly (Reader & { readonly parameters: NamedTensors })[];
  readonly options: GenerationOptions;
  /** That of the options, or one whose numbers come with each run. */
  readonly shaping: ProgramShaping;
  /** [B] int32. */
  readonly promptLengths: tf.Tensor1D;
  /** [B, P + N - 1] float32: 1 where there is a prompt token. */
  readonly promptSlots: tf.Tensor2D;
}

const readersOf = (policy: Policy, { mixed }: Pick<GenerationOptions, "mixed">): readonly Reader[] => [
  { policy, name: parameterPrefix },
  ...(mixed === undefined ? [] : [{ policy: mixed.teacher, name: teacherPrefix }]),
];

/** Inputs that are parameters. */
export const parameterInputs = (
  policy: Policy,
  options: Pick<GenerationOptions, "mixed">,
): Record<string, TensorSpec> =>
  Object.fromEntries(
    readersOf(policy, options).flatMap((reader) =>
      Object.entries(reader.policy.parameters).map(([name, { shape }]) => [reader.name + name, float32(...shape)]),
    ),
  );

/** Inputs that are prompts, as `padPrompts` makes them: one row for each group of completions. */
export const promptInputs = ({
  batch,
  group = 1,
  promptLength,
}: GenerationOptions): Record<Exclude<keyof SequenceTensors, "prompt">, TensorSpec> => ({
  tokens: int32(batch / group, promptLength),
  positions: int32(batch / group, promptLength),
  mask: float32(batch / group, promptLength),
});

/** The prompts among a program's inputs. */
export const promptsOf = (inputs: NamedTensors): Sequences => {
  const { tokens, positions, mask } = inputs as NamedTensors & Sequences;
  return { tokens, positions, mask, prompt: mask };
};

/** Slots of the cache: the last token is never fed. */
const capacityOf = ({ promptLength, maxNewTokens }: GenerationOptions): number => promptLength + maxNewTokens - 1;

/**
 * The setting of a program whose inputs hold parameters and the prompts' `mask` [B / G, P]. The shaping is that of the
 * options when left out.
 */
export const settingOf = (
  policy: Policy,
  options: GenerationOptions,
  inputs: NamedTensors,
  shaping: ProgramShaping = options,
): Setting => {
  const { group = 1, promptLength } = options;
  const mask = repeatRows(inputs["mask"] as tf.Tensor2D, group);
  return {
    readers: readersOf(policy, options).map((reader) => ({
      ...reader,
      parameters: Object.fromEntries(
        Object.keys(reader.policy.parameters).map((name) => [name, inputs[reader.name + name]!]),
      ),
    })),
    options,
    shaping,
    promptLengths: tf.cast(tf.sum(mask, 1), "int32"),
    promptSlots: tf.pad2d(mask, [
      [0, 0],
      [0, capacityOf(options) - promptLength],
    ]),
  };
};

/**
 * Prefix of a reader's cache among what is carried from token to token. Beside it: `token` [B] int32, the newest;
 * `alive` [B] float32, 1 where the row has not ended; `length` [B] int32; and where repetition is penalised `seen`
 * [B, V].
 */
const cachePrefix = ({ name }: Reader): string => `cache/${name}`;

const packed = (reader: Reader, cache: NamedTensors): [string, tf.Tensor][] =>
  Object.entries(cache).map(([name, value]) => [cachePrefix(reader) + name, value]);

const unpacked = (reader: Reader, carried: NamedTensors): NamedTensors =>
  Object.fromEntries(
    Object.entries(carried)
      .filter(([name]) => name.startsWith(cachePrefix(reader)))
      .map(([name, value]) => [name.slice(cachePrefix(reader).length), value]),
  );

/** What is known of a token that was drawn. */
interface Drawn extends Draw {
  /** [B] float32, nats: its log-prob under the policy itself, at temperature 1 and without any shaping. */
  readonly rawLogProb: tf.Tensor1D;
}

/** Logits [B, V] of each reader -> the next token. */
const next = (
  [student, teacher]: readonly tf.Tensor2D[],
  uniforms: tf.Tensor1D,
  { options, shaping }: Pick<Setting, "options" | "shaping">,
  moment: Moment,
): Drawn => {
  const { mixed, temperature } = options;
  const ends = endsOf(options);
  const allowed = constrained(student!, shaping, ends, moment);
  const drawn = (): Draw => {
    if (mixed !== undefined) {
      // The teacher may not end a completion either that is too short.
      const others = constrained(teacher!, { temperature, minNewTokens: options.minNewTokens ?? 0 }, ends, {
        length: moment.length,
      });
      return drawFrom(mixed.mixture(narrowed(allowed, options), logProbsAt(others, mixed.temperature)), uniforms);
    }
    return temperature === 0 ? likeliest(allowed) : drawFrom(narrowed(allowed, shaping), uniforms);
  };
  const draw = drawn();
  const plain = shaping === options && mixed === undefined && temperature === 1 && isTempered(options);
  return { ...draw, rawLogProb: plain ? draw.logProb : valuesAt(tf.logSoftmax(student!), draw.token) };
};

/** What constraints read when a completion has `length` tokens. */
export const momentOf = (length: tf.Scalar, seen: tf.Tensor2D | undefined): Moment => ({
  length,
  ...defined({ seen }),
});

const whole = (value: number): tf.Scalar => tf.scalar(value, "int32");

/** [B] float32: 1 where the drawn token does not end the row. */
const goesOn = ({ token }: Draw, ends: readonly number[]): tf.Tensor1D =>
  ends
    .map((id): tf.Tensor1D => tf.cast(tf.notEqual(token, whole(id)), "float32"))
    .reduce((all, one) => tf.mul(all, one));

/** Carried tensors and outputs after a draw. `alive` and `length` are those before it; `outputs` [B] each. */
const after = (
  { options }: Setting,
  { token, logProb, rawLogProb }: Drawn,
  before: { readonly alive: tf.Tensor1D; readonly length: tf.Tensor1D; readonly seen: tf.Tensor2D | undefined },
  caches: readonly (readonly [string, tf.Tensor])[],
): LoopStep => {
  const alive: tf.Tensor1D = tf.mul(before.alive, goesOn({ token, logProb }, endsOf(options)));
  return {
    carried: {
      token,
      alive,
      length: tf.add(before.length, tf.cast(before.alive, "int32")),
      ...defined({ seen: before.seen && withToken(before.seen, token) }),
      ...Object.fromEntries(caches),
    },
    outputs: { tokens: token, logProbs: logProb, rawLogProbs: rawLogProb },
    proceed: tf.greater(tf.max(alive), 0),
  };
};

/** What policies say after reading. */
export interface Reading {
  /** [B, V] of each reader. */
  readonly logits: readonly tf.Tensor2D[];
  /** Of all readers, by their names among what is carried. */
  readonly caches: readonly (readonly [string, tf.Tensor])[];
}

/**
 * [B / G, V] float32: 1 for the tokens that a completion continues: the prompt's, or after an encoder the decoder's
 * start token, as in transformers.
 */
const continuedTokens = ({ readers }: Setting, { tokens, mask }: Sequences): tf.Tensor2D => {
  const { config, vocabularySize } = readers[0]!.policy;
  if (config["is_encoder_decoder"] !== true) return seenIn(tokens, mask, vocabularySize);
  const start = tf.fill([tokens.shape[0], 1], Number(config["decoder_start_token_id"]), "int32") as tf.Tensor2D;
  return seenIn(start, tf.onesLike(tf.cast(start, "float32")), vocabularySize);
};

/**
 * Reads the prompts, once for each group. `seen` [B, V], 1 for the tokens that are continued, is there where repetition
 * is penalised.
 */
export const readPrompts = (
  setting: Setting,
  prompts: Sequences,
): Reading & { readonly seen: tf.Tensor2D | undefined } => {
  const { readers, options, shaping } = setting;
  const { group = 1 } = options;
  const read = readers.map(({ policy, parameters }) =>
    policy.decoder.prefill(parameters, prompts, capacityOf(options)),
  );
  return {
    logits: read.map(({ logits }) => repeatRows(logits, group)),
    caches: readers.flatMap((reader, i) => packed(reader, repeatAll(read[i]!.cache, group))),
    seen: penalizes(shaping) ? repeatRows(continuedTokens(setting, prompts), group) : undefined,
  };
};

/**
 * Feeds `token` [B] int32, which is number `index` (scalar int32, from 0) of each completion; `carried` holds the
 * caches.
 */
export const feed = (setting: Setting, index: tf.Scalar, token: tf.Tensor1D, carried: NamedTensors): Reading => {
  const { readers, options, promptLengths, promptSlots } = setting;
  const { promptLength } = options;
  const capacity = promptSlots.shape[1];
  const slot: tf.Scalar = tf.add(index, whole(promptLength));
  const slots = tf.reshape(tf.range(0, capacity, 1, "int32"), [1, capacity]);
  const written = tf.logicalAnd(tf.greaterEqual(slots, whole(promptLength)), tf.lessEqual(slots, slot));
  const fed = {
    token,
    position: tf.add<tf.Tensor1D>(promptLengths, index),
    slot,
    visible: tf.maximum<tf.Tensor2D>(promptSlots, tf.cast(written, "float32")),
  };
  const read = readers.map((reader) => reader.policy.decoder.step(reader.parameters, unpacked(reader, carried), fed));
  return {
    logits: read.map(({ logits }) => logits),
    caches: readers.flatMap((reader, i) => packed(reader, read[i]!.cache)),
  };
};

/** Reads the prompts and draws the first token of every row with `uniforms` [B]. */
export const begin = (setting: Setting, prompts: Sequences, uniforms: tf.Tensor1D): LoopStep => {
  const { batch } = setting.options;
  const { logits, caches, seen } = readPrompts(setting, prompts);
  const drawn = next(logits, uniforms, setting, momentOf(whole(0), seen));
  return after(setting, drawn, { alive: tf.ones([batch]), length: tf.zeros([batch], "int32"), seen }, caches);
};

/**
 * Feeds the newest token, which is number `index` (scalar int32, from 0) of each completion, and draws the one after it
 * with `uniforms` [B].
 */
export const advance = (setting: Setting, index: tf.Scalar, uniforms: tf.Tensor1D, carried: NamedTensors): LoopStep => {
  const { token, alive, length, seen } = carried as Record<"token" | "alive" | "length", tf.Tensor1D> & {
    seen?: tf.Tensor2D;
  };
  const { logits, caches } = feed(setting, index, token, carried);
  const drawn = next(logits, uniforms, setting, momentOf(tf.add(index, whole(1)), seen));
  return after(setting, drawn, { alive, length, seen }, caches);
};

/** Row `row` (scalar int32) of `uniforms` [rows, B] -> [B]. */
export const rowOf = (uniforms: tf.Tensor2D, row: tf.Scalar): tf.Tensor1D =>
  tf.reshape(tf.gather(uniforms, tf.reshape(row, [1])), [uniforms.shape[1]]);
