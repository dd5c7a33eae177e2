/** Tests of closed forms in chunks: the numbers do not depend on the chunk. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { allInChunks, inChunks, positionsPerChunk } from "../../../src/objectives/arithmetic/chunks.ts";
import { between } from "../../../src/objectives/divergences/between.ts";
import { jsd } from "../../../src/objectives/divergences/jsd.ts";
import { reverseKl } from "../../../src/objectives/divergences/reverse-kl.ts";
import { betweenTopK } from "../../../src/objectives/divergences/top-k.ts";
import { compute, engines, farthest, floats, ints, noise } from "../../laws/evaluate.ts";
import { logSoftmax } from "../reference.ts";

const [B, T, V, K] = [3, 4, 5, 2];

const scores = noise("teacher", [B, T, V], 2);
const teacher = floats(
  scores.shape,
  Array.from({ length: B * T }, (_, position) => logSoftmax(scores.data.slice(position * V, (position + 1) * V))).flat(),
);
const ids = ints([B, T, K], Array.from({ length: B * T }, (_, position) => [position % V, (position + 2) % V]).flat());
const few = floats(
  ids.shape,
  Array.from(ids.data, (id, i) => teacher.data[Math.floor(i / K) * V + id]!),
);
const values = { teacher, ids, few, student: noise("student", [B, T, V], 2), weights: noise("weights", [B, T]) };

describe.each(engines)("chunks on $name", ({ evaluate }) => {
  test("any chunk gives the same values and gradients, in the shape of the batch", async () => {
    const at = (chunk: number) =>
      compute(evaluate, values, (inputs) => {
        const whole = (z: tf.Tensor): tf.Tensor => between(jsd(0.3), inputs.teacher!, z, { chunk });
        const merged = (z: tf.Tensor): tf.Tensor => betweenTopK(reverseKl, inputs.ids!, inputs.few!, z, { chunk });
        const gradient = (f: (z: tf.Tensor) => tf.Tensor): tf.Tensor =>
          tf.grad((z) => tf.sum(tf.mul(f(z), inputs.weights!)))(inputs.student!);
        expect(whole(inputs.student!).shape).toEqual([B, T]);
        expect(gradient(merged).shape).toEqual([B, T, V]);
        return {
          value: tf.add(whole(inputs.student!), 0),
          gradient: gradient(whole),
          mergedValue: merged(inputs.student!),
          mergedGradient: gradient(merged),
        };
      });
    const whole = await at(B * T);
    expect(Math.max(...whole.gradient.map(Math.abs))).toBeGreaterThan(0.01);
    // 4 divides the 12 positions; 5 leaves two, and 11 one.
    for (const chunk of [1, 4, 5, 11, 100]) {
      for (const [name, data] of Object.entries(await at(chunk))) {
        expect(farthest(data, whole[name as keyof typeof whole]), `${name}, chunks of ${chunk}`).toBeLessThan(1e-7);
      }
    }
  });

  test("results of any width come out by name, in the shape of the batch", async () => {
    const student = noise("student", [B, T, V], 2);
    const at = (chunk: number) =>
      compute(evaluate, { student }, (inputs) => {
        const outputs = allInChunks([inputs.student!], (z) => ({ most: tf.max(z, -1), first: tf.topk(z, 2).indices }), chunk);
        expect(Object.values(outputs).map(({ shape, dtype }) => [...shape, dtype])).toEqual([
          [B, T, "float32"],
          [B, T, 2, "int32"],
        ]);
        return { most: outputs["most"]!, first: outputs["first"]! };
      });
    const whole = await at(B * T);
    expect([...whole.most]).toEqual(Array.from({ length: B * T }, (_, i) => Math.max(...student.data.slice(i * V, (i + 1) * V))));
    for (const chunk of [1, 4, 5]) expect(await at(chunk)).toEqual(whole);
  });

  test("a formula sees no more positions than a chunk has", async () => {
    const seen = new Set<string>();
    await compute(evaluate, { student: noise("student", [B, T, V]) }, ({ student }) => {
      const { value } = inChunks(
        [student!],
        (z) => {
          seen.add(z.shape.join());
          return { value: tf.sum(z, -1), gradient: tf.onesLike(z) };
        },
        5,
      );
      return { value };
    });
    expect([...seen]).toEqual(["5,5", "2,5"]);
  });
});

test("few positions are one chunk, many are chunks of about 2^18 numbers, and of a divisor where one is near", () => {
  expect(positionsPerChunk(1024, 512)).toBe(1024);
  expect(positionsPerChunk(2 ** 12, 2 ** 9)).toBe(2 ** 12);
  expect(positionsPerChunk(512, 50_257)).toBe(4);
  expect(positionsPerChunk(515, 50_257)).toBe(5);
  expect(positionsPerChunk(521, 50_257)).toBe(5);
  expect(positionsPerChunk(64, 10 ** 6)).toBe(1);
});

test.each([0, -1, 1.5])("a chunk of %d positions is refused", (chunk) => {
  expect(() => tf.tidy(() => between(jsd(0.5), tf.zeros([2, 3]), tf.zeros([2, 3]), { chunk }))).toThrow(
    /chunks: expected a positive whole number of positions, got/,
  );
});
