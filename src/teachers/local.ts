/** A teacher on this machine: any policy, scored in one pass over whole sequences. */
import * as tf from "@tensorflow/tfjs";
import type { Buffer, Engine } from "../engine/engine.ts";
import { float32, int32, type Program, type TensorSpec } from "../engine/program.ts";
import type { Policy, Sequences, Weights } from "../policies/policy.ts";
import { rowsAtOnce, SharingProgram } from "../policies/shared-prompts.ts";
import { coordinatesText } from "../rollouts/batches/order.ts";
import { padPrompts } from "../rollouts/sampling/pad-prompts.ts";
import type { Rollout } from "../rollouts/batches/rollout.ts";
import { queryPositions, completionPositions, sequenceOf, sequenceSpecs, uploadSequences } from "./sequence-inputs.ts";
import type { Detail, Teacher, TeacherScore } from "./teacher.ts";
import { defined } from "../optional/defined.ts";

/** What a local teacher is made for. */
export interface LocalTeacherOptions {
  readonly policy: Policy;
  readonly weights: Weights;
  /** Divides the logits before the softmax. */
  readonly temperature: number;
  /** Rollouts of one pass, B. */
  readonly batch: number;
  /** Most tokens of one sequence, T: at least prompt + completion - 1. */
  readonly length: number;
  /**
   * Most tokens of a completion, C, where it is known: the policy's last layer and its head then compute nothing for
   * the prompt, which has T - C + 1 tokens at most.
   */
  readonly completion?: number;
  /**
   * Without `completion`: whether shorter sequences are read in shorter passes, of a power of two tokens: for a length
   * that few sequences reach. Each length is a program of its own. Which one a rollout is read in depends on itself
   * alone. Default false: all passes have `length`.
   */
  readonly shortens?: boolean;
  readonly padId: number;
  /** With `completion`: how many neighbouring rollouts of most passes have the same prompt; 1 when left out. */
  readonly group?: number;
  /** How much it says; "all" when left out. */
  readonly detail?: Detail;
}

/** A teacher whose weights can be exchanged, for a policy that learns and is scored on the way. */
export interface LocalTeacher extends Teacher<TeacherScore> {
  /** The next scores are of these weights; what is left out stays as it was. */
  load(weights: Weights): void;
}

/** Shorter sequences share one program. */
const shortestPass = 32;

/** Tokens of the pass for a sequence of so many. */
const passLength = (tokens: number, { length, completion, shortens = false }: LocalTeacherOptions): number =>
  shortens && completion === undefined
    ? Math.min(length, Math.max(shortestPass, 2 ** Math.ceil(Math.log2(tokens))))
    : length;

/** `logProbs`, and for top-k `ids`. */
const outputsOf = (logits: tf.Tensor3D, targets: tf.Tensor | undefined, detail: Detail): Record<string, tf.Tensor> => {
  const logProbs = tf.logSoftmax(logits);
  if (detail === "all") return { logProbs };
  if (detail === "tokens") {
    return { logProbs: tf.sum(tf.mul(logProbs, tf.oneHot(targets!, logits.shape[2], 1, 0, "float32")), -1) };
  }
  const { values, indices } = tf.topk(logProbs, detail.topK, true);
  return { logProbs: values, ids: indices };
};

/**
 * The program that scores: [B, T] tokens -> `logProbs` [B, A, V], [B, A, K] or [B, A] in nats for the A last positions,
 * C or all T; each holds the distribution of the token after it, which is in `targets` [B, A].
 */
export const scoreProgram = ({
  policy,
  temperature,
  batch,
  length,
  completion,
  detail = "all",
}: Omit<LocalTeacherOptions, "weights" | "padId">): Program<string, string> => ({
  name: "score",
  inputs: {
    ...Object.fromEntries(
      Object.entries(policy.parameters).map(([name, { shape }]) => [`parameters/${name}`, float32(...shape)]),
    ),
    ...sequenceSpecs({ batch, length }),
    ...(detail === "tokens" ? { targets: int32(batch, completion ?? length) } : {}),
  } satisfies Record<string, TensorSpec>,
  build(inputs) {
    const parameters = Object.fromEntries(
      Object.keys(policy.parameters).map((name) => [name, inputs[`parameters/${name}`]!]),
    );
    const logits = policy.logits(parameters, inputs as unknown as Sequences, completion);
    return outputsOf(temperature === 1 ? logits : tf.div(logits, temperature), inputs["targets"], detail);
  },
});

/** The token after each position that is asked for, [B, A] row by row; rows that are not there repeat the first. */
const targetsOf = (
  rollouts: readonly Rollout[],
  { batch, length, completion, padId }: LocalTeacherOptions,
): Int32Array => {
  const rows = Array.from({ length: batch }, (_, row) => {
    const { promptTokens, tokens } = rollouts[row] ?? rollouts[0]!;
    return completion === undefined ? Int32Array.of(...promptTokens.subarray(1), ...tokens) : tokens;
  });
  return padPrompts(rows, { length: completion ?? length, padId, side: "right" }).tokens;
};

/** What the arrays have of the policy's parameters, as inputs of the program. */
const uploaded = (engine: Engine, { parameters }: Policy, arrays: Weights): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries(parameters).flatMap(([name, { shape }]) => {
      const data = arrays[name];
      return data === undefined ? [] : [[`parameters/${name}`, engine.upload(data, float32(...shape))]];
    }),
  );

/** Numbers that the teacher says of one position. */
const widthOf = (detail: Detail, vocabularySize: number): number => {
  if (detail === "all") return vocabularySize;
  if (detail === "tokens") return 1;
  if (Number.isInteger(detail.topK) && detail.topK >= 1 && detail.topK < vocabularySize) return detail.topK;
  throw new RangeError(
    `teacher: expected topK from 1 to ${vocabularySize - 1}, below its vocabulary, got ${detail.topK}`,
  );
};

/** Scores at most B rollouts of at most T tokens each. */
type Pass = (parameters: Readonly<Record<string, Buffer>>, rollouts: readonly Rollout[]) => Promise<TeacherScore[]>;

/** How many neighbouring rows a teacher reads together where they have the same prompt. */
export const rowsTogether = ({
  policy,
  batch,
  length,
  completion,
  group = 1,
}: Pick<LocalTeacherOptions, "policy" | "batch" | "length" | "completion" | "group">): number =>
  completion === undefined ? 1 : rowsAtOnce(policy, { length, completion }, { rows: batch, group });

/** Whether each `count` neighbouring rollouts of a full pass have the same prompt. */
const sharePrompts = (rollouts: readonly Rollout[], batch: number, count: number): boolean =>
  rollouts.length === batch &&
  rollouts.every(({ promptTokens }, row) => {
    const first = rollouts[row - (row % count)]!.promptTokens;
    return promptTokens.length === first.length && promptTokens.every((token, i) => token === first[i]);
  });

/** The pass of B rows of T = `length` tokens. */
const compilePass = async (engine: Engine, options: LocalTeacherOptions): Promise<Pass> => {
  const { policy, batch, detail = "all" } = options;
  const positions = queryPositions(options);
  const width = widthOf(detail, policy.vocabularySize);
  const programs = new SharingProgram(engine, policy, rowsTogether(options), (by) =>
    scoreProgram({ ...options, policy: by }),
  );
  await programs.of(true);
  return async (parameters, rollouts) => {
    const executable = await programs.of(sharePrompts(rollouts, batch, programs.count));
    const inputs: Record<string, Buffer> = {
      ...(detail === "tokens" ? { targets: engine.upload(targetsOf(rollouts, options), int32(batch, positions)) } : {}),
      ...uploadSequences(engine, rollouts, options),
    };
    const outputs = await executable.run({ ...parameters, ...inputs });
    const logProbs = (await engine.take(outputs["logProbs"]!)) as Float32Array;
    const ids = outputs["ids"] === undefined ? undefined : ((await engine.take(outputs["ids"])) as Int32Array);
    for (const buffer of Object.values(inputs)) buffer.dispose();
    return rollouts.map((rollout, row) => {
      const [first, end] = completionPositions(rollout, options).map(
        (position) => (row * positions + position) * width,
      );
      // Rows of one array: a pass over a large vocabulary says hundreds of megabytes, which are not copied.
      return { logProbs: logProbs.subarray(first, end), ...defined({ ids: ids?.subarray(first, end) }) };
    });
  };
};

/**
 * The passes that some rollouts take, each with the indices of its rollouts among them. `RangeError` for a sequence
 * longer than `length`.
 */
const passesOf = (
  rollouts: readonly Rollout[],
  options: LocalTeacherOptions,
): { length: number; indices: number[] }[] => {
  const byLength = new Map<number, number[]>();
  for (const [index, rollout] of rollouts.entries()) {
    const { length: tokens } = sequenceOf(rollout);
    if (tokens > options.length)
      throw new RangeError(
        `teacher: expected at most ${options.length} tokens of ${coordinatesText(rollout)} without its last, ` +
          `got ${tokens}`,
      );
    const length = passLength(tokens, options);
    byLength.set(length, [...(byLength.get(length) ?? []), index]);
  }
  return [...byLength].flatMap(([length, indices]) =>
    Array.from({ length: Math.ceil(indices.length / options.batch) }, (_, pass) => ({
      length,
      indices: indices.slice(pass * options.batch, (pass + 1) * options.batch),
    })),
  );
};

/**
 * Makes a teacher. Row i of a score is for completion token i. Scores any number of rollouts in passes of `batch`.
 * `RangeError` for a temperature that is not above 0, for a top-k that is not below the vocabulary, and for a sequence
 * longer than `length` or with a completion longer than `completion`.
 */
export const localTeacher = async (engine: Engine, options: LocalTeacherOptions): Promise<LocalTeacher> => {
  const { policy, weights, temperature, length } = options;
  if (!(temperature > 0)) throw new RangeError(`teacher: expected a temperature above 0, got ${temperature}`);
  if (length > policy.contextLength) {
    throw new RangeError(
      `teacher: expected a context of at least ${length} tokens, its policy has ${policy.contextLength}`,
    );
  }
  const missing = Object.keys(policy.parameters).find((name) => weights[name] === undefined);
  if (missing !== undefined) throw new RangeError(`teacher: the weights have no ${missing}`);
  const passes = new Map<number, Pass>();
  const passOf = async (tokens: number): Promise<Pass> => {
    const pass = passes.get(tokens) ?? (await compilePass(engine, { ...options, length: tokens }));
    passes.set(tokens, pass);
    return pass;
  };
  // The first is compiled here, so that a policy that does not compile is known at once.
  await passOf(passLength(1, options));
  let parameters = uploaded(engine, policy, weights);

  return {
    vocabularySize: policy.vocabularySize,
    load(arrays) {
      const next = uploaded(engine, policy, arrays);
      for (const name of Object.keys(next)) parameters[name]!.dispose();
      parameters = { ...parameters, ...next };
    },
    async score(rollouts, signal) {
      const scores: TeacherScore[] = [];
      for (const { length: tokens, indices } of passesOf(rollouts, options)) {
        const pass = await passOf(tokens);
        signal.throwIfAborted();
        const answers = await pass(
          parameters,
          indices.map((index) => rollouts[index]!),
        );
        for (const [row, index] of indices.entries()) scores[index] = answers[row]!;
      }
      return scores;
    },
  };
};
