/** What holds for every objective. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, int32, type Program, type TypedArray } from "../../src/engine/program.ts";
import type { Objective, Signals } from "../../src/objectives/objective.ts";
import { integer, normal, stream } from "../../src/random/stream.ts";
import type { Evaluate } from "./evaluate.ts";

/** What a batch holds on the host, for programs of [B, T, V]. */
export interface HostBatch {
  readonly studentLogits: Float32Array;
  readonly targets: Int32Array;
  readonly completionMask: Float32Array;
  readonly teacherLogProbs: Float32Array;
  readonly advantages: Float32Array;
}

type Input = keyof HostBatch;

/** A batch's inputs as the objective may read them: signals that it does not need are left out. */
const visibleTo = (objective: Objective<keyof Signals>, inputs: Readonly<Record<Input, tf.Tensor>>) => {
  const { studentLogits: _, teacherLogProbs, advantages, ...tokens } = inputs;
  const signals = { teacherLogProbs, advantages };
  return { ...tokens, ...Object.fromEntries(objective.needs.map((need) => [need, signals[need]])) } as Parameters<
    Objective<keyof Signals>["loss"]
  >[1];
};

/** Loss, gradient with respect to the student's logits, and metrics by name. */
export const objectiveProgram = (
  objective: Objective<keyof Signals>,
  [B, T, V]: readonly [number, number, number],
): Program<Input, string> => ({
  name: objective.name,
  inputs: {
    studentLogits: float32(B, T, V),
    targets: int32(B, T),
    completionMask: float32(B, T),
    teacherLogProbs: float32(B, T, V),
    advantages: float32(B),
  },
  build: (inputs) => {
    const batch = visibleTo(objective, inputs);
    const logits = inputs.studentLogits as tf.Tensor3D;
    const { loss, metrics } = objective.loss(logits, batch);
    return { loss, gradient: tf.grad((z) => objective.loss(z as tf.Tensor3D, batch).loss)(logits), ...metrics };
  },
});

const shape = [4, 5, 3] as const;
const [B, T, V] = shape;

/** Rows of 3, 1, 0 and 4 completion tokens, each behind a prompt or before padding. */
const mask = Float32Array.of(0, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1);

const batchOf = (): HostBatch => {
  const uniforms = stream(3, "test", "objective");
  const logProbs = new Float32Array(B * T * V);
  for (let place = 0; place < B * T; place += 1) {
    const weights = Array.from({ length: V }, () => Math.exp(normal(uniforms)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    logProbs.set(
      weights.map((weight) => Math.log(weight / total)),
      place * V,
    );
  }
  return {
    studentLogits: Float32Array.from({ length: B * T * V }, () => normal(uniforms)),
    targets: Int32Array.from({ length: B * T }, () => integer(uniforms, 0, V - 1)),
    completionMask: mask,
    teacherLogProbs: logProbs,
    advantages: Float32Array.of(1, -0.5, 2, 0.25),
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
  return {
    studentLogits: rows(batch.studentLogits),
    targets: rows(batch.targets),
    completionMask: rows(batch.completionMask),
    teacherLogProbs: rows(batch.teacherLogProbs),
    advantages: rows(batch.advantages),
  };
};

/** The batch with other values wherever the mask is 0. */
const disturbed = (batch: HostBatch): HostBatch => ({
  ...batch,
  studentLogits: batch.studentLogits.map((z, i) => (mask[Math.floor(i / V)] === 1 ? z : 7 - z)),
  teacherLogProbs: batch.teacherLogProbs.map((p, i) => (mask[Math.floor(i / V)] === 1 ? p : 0)),
  targets: batch.targets.map((y, i) => (mask[i] === 1 ? y : (y + 1) % V)),
});

/** The same numbers without the sign of zero. */
const unsigned = (data: TypedArray): number[] => Array.from(data, (x) => x + 0);

/** `metrics` are the names of those that the objective must report. */
export const objectiveLaws = (
  objective: Objective<keyof Signals>,
  { evaluate, metrics }: { evaluate: Evaluate; metrics: readonly string[] },
): void => {
  const run = (batch: HostBatch) => evaluate(objectiveProgram(objective, shape), { ...batch });

  describe(`laws of an objective: ${objective.name}`, () => {
    test("loss and metrics are finite scalars, and it reads no signal that it does not name", async () => {
      const { loss, gradient, ...reported } = await run(batchOf());
      expect(loss).toHaveLength(1);
      expect(gradient).toHaveLength(B * T * V);
      expect(Object.keys(reported).toSorted()).toEqual([...metrics].toSorted());
      for (const value of [loss!, ...Object.values(reported)]) {
        expect(value).toHaveLength(1);
        expect(Number.isFinite(value[0])).toBe(true);
      }
      expect(objective.baseline !== undefined).toBe(objective.needs.includes("advantages"));
    });

    test("its gradient is that of finite differences", async () => {
      const batch = batchOf();
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
      const before = await run(batchOf());
      const after = await run(disturbed(batchOf()));
      for (const [i, g] of before["gradient"]!.entries()) if (mask[Math.floor(i / V)] === 0) expect(Math.abs(g)).toBe(0);
      for (const [name, value] of Object.entries(before)) expect(unsigned(after[name]!)).toEqual(unsigned(value));
    });

    test("a batch without completion tokens gives zero and a zero gradient", async () => {
      const results = await run({ ...batchOf(), completionMask: new Float32Array(B * T) });
      for (const value of Object.values(results)) for (const x of value) expect(Math.abs(x)).toBe(0);
    });

    test("the order of the sequences does not matter", async () => {
      const order = [2, 3, 0, 1];
      const before = await run(batchOf());
      const after = await run(permuted(batchOf(), order));
      expect(after["loss"]![0]).toBeCloseTo(before["loss"]![0]!, 5);
      const width = T * V;
      order.forEach((from, to) => {
        for (let i = 0; i < width; i += 1) {
          expect(after["gradient"]![to * width + i]).toBeCloseTo(before["gradient"]![from * width + i]!, 6);
        }
      });
    });

    test("a shift of a place's logits changes nothing", async () => {
      const batch = batchOf();
      const before = await run(batch);
      const after = await run({ ...batch, studentLogits: batch.studentLogits.map((z, i) => z + 4 * (Math.floor(i / V) % 3)) });
      for (const [name, value] of Object.entries(before)) {
        for (const [i, x] of value.entries()) expect(after[name]![i]).toBeCloseTo(x, 5);
      }
    });
  });
};
