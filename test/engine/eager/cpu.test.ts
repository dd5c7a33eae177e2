/** The repaired kernel of TensorFlow.js's cpu backend. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { loadBackend } from "../../../src/engine/eager/backends.ts";

beforeAll(() => loadBackend("cpu"));

test("writing by index leaves the operand as it is, and no data behind", () => {
  const [x, indices, updates] = [tf.tensor([1, 2, 3]), tf.tensor2d([[1]], [1, 1], "int32"), tf.tensor([9])];
  const before = tf.memory().numDataBuffers;
  const written = tf.tensorScatterUpdate(x, indices, updates);
  expect([...written.dataSync()]).toEqual([1, 9, 3]);
  expect([...x.dataSync()]).toEqual([1, 2, 3]);
  expect(tf.backend().numDataIds()).toBe(before + 1);
  tf.dispose([x, indices, updates, written]);
});
