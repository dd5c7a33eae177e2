/** What holds for every objective. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, int32, type Program, type TensorSpec, type TypedArray } from "../../src/engine/program.ts";
import type { Objective, Signal, Signals, TokenBatch } from "../../src/objectives/objective.ts";
import { integer, normal, stream } from "../../src/random/stream.ts";
import type { Evaluate } from "./evaluate.ts";

/** What a batch holds on the host, for programs of [B, T, V]: tokens and every signal. */
export interface HostBatch {
  readonly studentLogits: Float32Array;
  readonly targets: Int32Array;
  readonly completionMask: Float32Array;
  readonly teacherLogProbs: Float32Array;
  readonly teacherTopKIds: Int32Array;
  readonly teacherTopKLogProbs: Float32Array;
  readonly foreignTeacherLogProbs: Float32Array;
  readonly foreignTeacherMask: Float32Array;
  readonly referenceLogProbs: Float32Array;
  readonly behaviorLogProbs: Float32Array;
  readonly fromStudent: Float32Array;
  readonly rewards: Float32Array;
  readonly advantages: Float32Array;
  readonly values: Float32Array;
  readonly progress: Float32Array;
  readonly controlled: Float32Array;
}

type Shape = readonly [B: number, T: number, V: number];

const signalSpecs = ([B, T, V]: Shape, topK: number): Readonly<Record<Signal, TensorSpec>> => ({
  teacherLogProbs: float32(B, T, V),
  teacherTopKIds: int32(B, T, topK),
  teacherTopKLogProbs: float32(B, T, topK),
  foreignTeacherLogProbs: float32(B, T, V + 2),
  foreignTeacherMask: float32(B, T),
  referenceLogProbs: float32(B, T),
  behaviorLogProbs: float32(B, T),
  fromStudent: float32(B),
  rewards: float32(B),
  advantages: float32(B),
  values: float32(B, T),
  progress: float32(),
  controlled: float32(),
});

/** Loss, gradient with respect to the student's logits, and metrics by name; inputs are the tokens and what the objective needs. */
export const objectiveProgram = (objective: Objective<Signal>, shape: Shape): Program<string, string> => {
  const [B, T, V] = shape;
  const signals = signalSpecs(shape, objective.topK ?? 1);
  return {
    name: objective.name,
    inputs: {
      studentLogits: float32(B, T, V),
      targets: int32(B, T),
      completionMask: float32(B, T),
      ...Object.fromEntries(objective.needs.map((need) => [need, signals[need]])),
    },
    build({ studentLogits, ...inputs }) {
      const batch = inputs as unknown as TokenBatch & Signals;
      const logits = studentLogits as tf.Tensor3D;
      const { loss, metrics } = objective.loss(logits, batch);
      return { loss, gradient: tf.grad((z) => objective.loss(z as tf.Tensor3D, batch).loss)(logits), ...metrics };
    },
  };
};

const shape = [4, 5, 3] as const;
const [B, T, V] = shape;

/** Rows of 3, 1, 0 and 4 completion tokens, each behind a prompt or before padding. */
const mask = Float32Array.of(0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1);

/** Log-probs of `count` random distributions over `width` tokens. */
const distributions = (uniforms: () => number, count: number, width: number): Float32Array => {
  const logProbs = new Float32Array(count * width);
  for (let position = 0; position < count; position += 1) {
    const weights = Array.from({ length: width }, () => Math.exp(normal(uniforms)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    logProbs.set(
      weights.map((weight) => Math.log(weight / total)),
      position * width,
    );
  }
  return logProbs;
};

/** The likeliest tokens of every position, and their log-probs. */
const likeliest = (logProbs: Float32Array, width: number, topK: number): { ids: Int32Array; logProbs: Float32Array } => {
  const positions = Array.from({ length: logProbs.length / width }, (_, position) => {
    const row = logProbs.subarray(position * width, (position + 1) * width);
    return Array.from(row.keys())
      .toSorted((a, b) => row[b]! - row[a]!)
      .slice(0, topK)
      .map((id) => [id, row[id]!] as const);
  });
  return {
    ids: Int32Array.from(positions.flatMap((pairs) => pairs.map(([id]) => id))),
    logProbs: Float32Array.from(positions.flatMap((pairs) => pairs.map(([, logProb]) => logProb))),
  };
};

const batchOf = (topK: number): HostBatch => {
  const uniforms = stream(3, "test", "objective");
  const teacherLogProbs = distributions(uniforms, B * T, V);
  const { ids, logProbs } = likeliest(teacherLogProbs, V, topK);
  const ofTokens = (): Float32Array => Float32Array.from({ length: B * T }, () => -0.2 - Math.abs(normal(uniforms)));
  return {
    studentLogits: Float32Array.from({ length: B * T * V }, () => normal(uniforms)),
    targets: Int32Array.from({ length: B * T }, () => integer(uniforms, 0, V - 1)),
    completionMask: mask,
    teacherLogProbs,
    teacherTopKIds: ids,
    teacherTopKLogProbs: logProbs,
    foreignTeacherLogProbs: distributions(uniforms, B * T, V + 2),
    foreignTeacherMask: mask.map((inside, i) => (i % 4 === 0 ? 0 : inside)),
    referenceLogProbs: ofTokens(),
    behaviorLogProbs: ofTokens(),
    fromStudent: Float32Array.of(1, 0, 1, 1),
    rewards: Float32Array.of(1, 0, 2, 0.5),
    advantages: Float32Array.of(1, 0, 2, 0.25),
    values: ofTokens(),
    progress: Float32Array.of(0.25),
    controlled: Float32Array.of(0.5),
  };
};

/** The batch with every row's data taken from row `order[b]`. */
const permuted = (batch: HostBatch, order: readonly number[]): HostBatch => {
  const rows = <A extends TypedArray>(data: A): A => {
    const width = data.length / order.length;
    const moved = data.slice() as A;
    order.forEach((from, to) => moved.set(data.subarray(from * width, (from + 1) * width), to * width));
    return moved;
  };
  const entries = Object.entries(batch).map(([name, data]: [string, TypedArray]) => [name, data.length === 1 ? data : rows(data)]);
  return Object.fromEntries(entries) as HostBatch;
};

/** The batch with other values wherever the mask is 0. */
const disturbed = (batch: HostBatch): HostBatch => {
  const outside = <A extends TypedArray>(data: A, other: (x: number) => number): A => {
    const width = data.length / (B * T);
    return data.map((x: number, i: number) => (mask[Math.floor(i / width)] === 1 ? x : other(x))) as A;
  };
  return {
    ...batch,
    studentLogits: outside(batch.studentLogits, (z) => 7 - z),
    targets: outside(batch.targets, (y) => (y + 1) % V),
    teacherLogProbs: outside(batch.teacherLogProbs, () => 0),
    teacherTopKIds: outside(batch.teacherTopKIds, () => 0),
    teacherTopKLogProbs: outside(batch.teacherTopKLogProbs, () => 0),
    foreignTeacherLogProbs: outside(batch.foreignTeacherLogProbs, () => 0),
    foreignTeacherMask: outside(batch.foreignTeacherMask, () => 0),
    referenceLogProbs: outside(batch.referenceLogProbs, () => -3),
    behaviorLogProbs: outside(batch.behaviorLogProbs, () => -3),
    values: outside(batch.values, () => 9),
  };
};

/** The same numbers without the sign of zero. */
const unsigned = (data: TypedArray): number[] => Array.from(data, (x) => x + 0);

/**
 * `metrics` are the names of those that the objective must report. A `surrogate` holds weights constant while it is differentiated, so that its
 * gradient is not that of its value; it is proven by enumeration instead.
 */
export const objectiveLaws = (
  objective: Objective<Signal>,
  { evaluate, metrics, surrogate = false }: { evaluate: Evaluate; metrics: readonly string[]; surrogate?: boolean },
): void => {
  const run = (batch: HostBatch) => evaluate(objectiveProgram(objective, shape), { ...batch });

  describe(`laws of an objective: ${objective.name}`, () => {
    test("loss and metrics are finite scalars, and it reads no signal that it does not name", async () => {
      const { loss, gradient, ...reported } = await run(batchOf(objective.topK ?? 1));
      expect(loss).toHaveLength(1);
      expect(gradient).toHaveLength(B * T * V);
      expect(Object.keys(reported).toSorted()).toEqual([...metrics].toSorted());
      for (const value of [loss!, ...Object.values(reported)]) {
        expect(value).toHaveLength(1);
        expect(Number.isFinite(value[0])).toBe(true);
      }
      const rewarded = objective.needs.some((need) => need === "advantages" || need === "rewards");
      expect(objective.advantages !== undefined).toBe(rewarded);
      expect(objective.controller !== undefined).toBe(objective.needs.includes("controlled"));
      expect(objective.topK !== undefined).toBe(objective.needs.includes("teacherTopKIds"));
    });

    // The value of a surrogate says nothing about its gradient.
    test.skipIf(surrogate)("its gradient is that of finite differences, unless it is a surrogate", async () => {
      const batch = batchOf(objective.topK ?? 1);
      const { gradient } = await run(batch);
      expect(Math.max(...gradient!.map(Math.abs))).toBeGreaterThan(1e-3);
      for (const seed of [1, 2, 3]) {
        const uniforms = stream(seed, "test", "direction");
        const direction = batch.studentLogits.map(() => normal(uniforms));
        const moved = async (by: number): Promise<number> =>
          (await run({ ...batch, studentLogits: batch.studentLogits.map((z, i) => z + by * direction[i]!) }))["loss"]![0]!;
        const slope = direction.reduce((sum, d, i) => sum + d * gradient![i]!, 0);
        expect(((await moved(1e-2)) - (await moved(-1e-2))) / 2e-2).toBeCloseTo(slope, 3);
      }
    });

    test("prompt and padding change nothing and get no gradient", async () => {
      const before = await run(batchOf(objective.topK ?? 1));
      const after = await run(disturbed(batchOf(objective.topK ?? 1)));
      for (const [i, g] of before["gradient"]!.entries()) if (mask[Math.floor(i / V)] === 0) expect(Math.abs(g)).toBe(0);
      for (const [name, value] of Object.entries(before)) expect(unsigned(after[name]!)).toEqual(unsigned(value));
    });

    test("a batch without completion tokens gives zero and a zero gradient", async () => {
      const results = await run({ ...batchOf(objective.topK ?? 1), completionMask: new Float32Array(B * T) });
      for (const [name, value] of Object.entries(results)) {
        if (!name.startsWith("weight/")) for (const x of value) expect(Math.abs(x)).toBe(0);
      }
    });

    test("the order of the sequences does not matter", async () => {
      const order = [2, 3, 0, 1];
      const before = await run(batchOf(objective.topK ?? 1));
      const after = await run(permuted(batchOf(objective.topK ?? 1), order));
      expect(after["loss"]![0]).toBeCloseTo(before["loss"]![0]!, 5);
      const width = T * V;
      order.forEach((from, to) => {
        for (let i = 0; i < width; i += 1) {
          expect(after["gradient"]![to * width + i]).toBeCloseTo(before["gradient"]![from * width + i]!, 6);
        }
      });
    });

    test("a shift of a position's logits changes nothing", async () => {
      const batch = batchOf(objective.topK ?? 1);
      const before = await run(batch);
      const after = await run({ ...batch, studentLogits: batch.studentLogits.map((z, i) => z + 4 * (Math.floor(i / V) % 3)) });
      for (const [name, value] of Object.entries(before)) {
        for (const [i, x] of value.entries()) expect(after[name]![i]).toBeCloseTo(x, 5);
      }
    });
  });
};
