/** Memory of programs, counted by hand: what is alive at the same time. `npm run bench -- program-memory` compares with what is measured. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { programMemory, type ProgramMemory } from "../../../src/engine/onnx/memory.ts";
import { loop } from "../../../src/engine/loop.ts";
import { float32, type NamedTensors } from "../../../src/engine/program.ts";

const count = 2 ** 18;
const MiB = 2 ** 20;

/** Of a program of one input of 1 MiB. */
const memoryOf = (build: (x: tf.Tensor) => NamedTensors): ProgramMemory =>
  programMemory({ name: "some", inputs: { x: float32(count) }, build: ({ x }) => build(x!) });

test("one result is in the runtime's memory under its own name and under the output's, and once outside", () => {
  expect(memoryOf((x) => ({ y: tf.exp(x) }))).toEqual({ inputs: MiB, running: 3 * MiB, outputs: MiB });
});

test("results overwrite what no later node reads, and nothing else", () => {
  const chain = memoryOf((x) => ({ y: tf.tanh(tf.exp(tf.neg(tf.abs(x)))) }));
  expect(chain.running).toBe(3 * MiB);
  // The first result is read again at the end; it and the chain beside it are two.
  const kept = memoryOf((x) => {
    const first = tf.abs(x);
    return { y: tf.add(tf.tanh(tf.exp(tf.neg(first))), first) };
  });
  expect(kept.running).toBe(3 * MiB);
  const three = memoryOf((x) => {
    const [first, second] = [tf.abs(x), tf.sigmoid(x)];
    return { y: tf.add(tf.mul(tf.softmax(tf.add(first, second)), first), second) };
  });
  // Two, their sum and its softmax at the same time.
  expect(three.running).toBe(5 * MiB);
});

test("a reshaped tensor is the same memory, and what no node reads is not there", () => {
  const program = memoryOf((x) => {
    tf.exp(tf.exp(x));
    const square = tf.reshape(tf.abs(x), [512, 512]);
    return { y: tf.sum(square) };
  });
  expect(program.running).toBeGreaterThan(MiB);
  expect(program.running).toBeLessThan(1.01 * MiB);
});

test("constants count, and the body of a loop does while it runs", () => {
  const table = Float32Array.from({ length: count }, (_, i) => i);
  expect(memoryOf((x) => ({ y: tf.sum(tf.mul(x, tf.tensor1d(table))) })).running).toBeGreaterThan(2 * MiB);
  const looped = (body: (x: tf.Tensor) => tf.Tensor) =>
    memoryOf((x) => {
      const { carried } = loop({
        trips: 3,
        carried: { x: tf.abs(x) },
        body: (_, state) => ({ carried: { x: body(state["x"]!) }, outputs: {}, proceed: tf.scalar(true, "bool") }),
      });
      return { y: tf.sum(carried["x"]!) };
    }).running;
  const plain = looped((x) => tf.neg(x));
  const wide = looped((x) => tf.sum(tf.mul(tf.reshape(x, [1, count]), tf.ones([8, 1])), 0));
  expect(wide - plain).toBeGreaterThanOrEqual(8 * MiB);
});
