/** The repaired kernels of TensorFlow.js's wasm backend. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { loadBackend } from "../../../src/engine/eager/backends.ts";

beforeAll(() => loadBackend("wasm"));

const values = (make: () => tf.Tensor): number[] => tf.tidy(() => [...make().dataSync()]);

describe("wasm", () => {
  test("a cast to bool asks whether a value is zero", () => {
    expect(values(() => tf.cast(tf.tensor([0.5, 0, -1, 256, Number.NaN]), "bool"))).toEqual([1, 0, 1, 1, 1]);
    expect(values(() => tf.cast(tf.tensor([256, 0, -1], [3], "int32"), "bool"))).toEqual([1, 0, 1]);
  });

  test("one-hot rows of float32 hold numbers", () => {
    expect(values(() => tf.oneHot([1, 0], 2, 3, -0.5, "float32"))).toEqual([-0.5, 3, 3, -0.5]);
  });

  test("where of bools reads one byte each", () => {
    const make = (): tf.Tensor =>
      tf.where(tf.tensor([1, 0, 1], [3], "bool"), tf.tensor([1, 1, 0], [3], "bool"), tf.tensor([0, 1, 0], [3], "bool"));
    expect(values(make)).toEqual([1, 1, 0]);
  });

  test("rows are added up by segment, so a gathered table has a gradient", () => {
    const gradient = tf.grad((table: tf.Tensor) => tf.sum(tf.gather(table, tf.tensor1d([2, 0, 2], "int32"))));
    expect(values(() => gradient(tf.zeros([4, 2])))).toEqual([1, 1, 0, 0, 2, 2, 0, 0]);
  });

  test("repaired kernels leave nothing behind", () => {
    const before = tf.memory();
    const kept = tf.tidy(() => tf.matMul(tf.ones([3, 2]), tf.ones([3, 4]), true, false));
    values(() => tf.cast(kept, "bool"));
    values(() => tf.oneHot([1, 0], 2, 1, 0, "float32"));
    kept.dispose();
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
    expect(tf.backend().numDataIds()).toBe(before.numDataBuffers);
  });
});
