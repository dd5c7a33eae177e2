/** What holds for every engine's buffers: what is uploaded comes back, and what is gone is not used. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import { float32, type Program } from "../../src/engine/program.ts";
import { uploadAll } from "../engine/evaluation.ts";

/** x -> 2 x, and the sum of x. */
export const double: Program<"x", "doubled" | "sum"> = {
  name: "double",
  inputs: { x: float32(2, 2) },
  build: ({ x }) => ({ doubled: tf.mul(x, tf.scalar(2)), sum: tf.sum(x) }),
};

/** The laws. */
export const bufferLaws = (engine: () => Engine): void => {
  test.each([
    ["float32", Float32Array.of(1.5, -0, Number.NaN, Number.POSITIVE_INFINITY)],
    ["int32", Int32Array.of(1, -2, 2_147_483_647, -2_147_483_648)],
    ["bool", Uint8Array.of(1, 0, 0, 1)],
  ] as const)("%s comes back as it was uploaded", async (dtype, data) => {
    const buffer = engine().upload(data.slice(), { shape: [2, 2], dtype });
    expect(buffer).toMatchObject({ shape: [2, 2], dtype });
    expect(await engine().download(buffer)).toEqual(data);
    buffer.dispose();
  });

  test("values are written where they are asked for, if they fit", async () => {
    const buffer = engine().upload(Float32Array.of(1, 2, 3, 4), float32(2, 2));
    const all = new Float32Array(new SharedArrayBuffer(24));
    const into = all.subarray(1, 5);
    expect(await engine().download(buffer, into)).toBe(into);
    expect([...all]).toEqual([0, 1, 2, 3, 4, 0]);
    await expect(engine().download(buffer, all)).rejects.toThrow(/Float32Array of 4 values.*Float32Array of 6/u);
    await expect(engine().download(buffer, new Int32Array(4))).rejects.toThrow(/Float32Array of 4.*Int32Array of 4/u);
    buffer.dispose();
  });

  test("memory that threads share is uploaded", async () => {
    const shared = new Float32Array(new SharedArrayBuffer(24)).fill(2).subarray(1, 5);
    const buffer = engine().upload(shared, float32(2, 2));
    const executable = await engine().compile(double);
    const outputs = await executable.run({ x: buffer });
    expect([...(await engine().download(outputs.doubled))]).toEqual([4, 4, 4, 4]);
    for (const each of [buffer, ...Object.values(outputs)]) each.dispose();
    await executable.dispose();
  });

  test("what is taken may move away, and its buffer is gone", async () => {
    const before = engine().memory();
    const program: Program<"x", "same" | "negative"> = {
      name: "taken",
      inputs: { x: float32(2) },
      build: ({ x }) => ({ same: x, negative: tf.neg(x) }),
    };
    const executable = await engine().compile(program);
    const { x } = uploadAll(engine(), program, { x: [1, 2] });
    const outputs = await executable.run({ x });
    for (const [name, values] of [
      ["same", [1, 2]],
      ["negative", [-1, -2]],
    ] as const) {
      const taken = await engine().take(outputs[name]);
      expect([...structuredClone(taken, { transfer: [taken.buffer as ArrayBuffer] })]).toEqual(values);
      await expect(engine().download(outputs[name])).rejects.toThrow("disposed");
    }
    expect([...(await engine().download(x))]).toEqual([1, 2]);
    x.dispose();
    await executable.dispose();
    expect(engine().memory()).toEqual(before);
  });

  test("data that does not fit its spec is refused", () => {
    expect(() => engine().upload(new Float32Array(3), float32(2, 2))).toThrow(RangeError);
    expect(() => engine().upload(new Int32Array(4), float32(2, 2))).toThrow(TypeError);
  });

  test("a buffer is not used after it was disposed", async () => {
    const executable = await engine().compile(double);
    const x = engine().upload(new Float32Array(4), float32(2, 2));
    x.dispose();
    x.dispose();
    await expect(engine().download(x)).rejects.toThrow("disposed");
    await expect(executable.run({ x })).rejects.toThrow("disposed");
    await executable.dispose();
  });

  test("memory counts what is alive", async () => {
    const before = engine().memory();
    const x = engine().upload(new Float32Array(4), float32(2, 2));
    expect(engine().memory()).toEqual({ buffers: before.buffers + 1, bytes: before.bytes + 16 });
    x.dispose();
    expect(engine().memory()).toEqual(before);
  });
};
