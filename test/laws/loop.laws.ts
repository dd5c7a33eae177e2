/** What holds for loops, maps and slots on every engine. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import { loop } from "../../src/engine/loop.ts";
import { mapSlices } from "../../src/engine/map-slices.ts";
import { float32, int32, type Program } from "../../src/engine/program.ts";
import { writeSlot } from "../../src/engine/write-slot.ts";
import { evaluate, expectClose, typed } from "../engine/evaluation.ts";

/** Adds `rate` to a total until it reaches `limit`; hands out the total before each addition. */
const counting: Program<"start" | "rate" | "limit", "total" | "seen" | "iterations"> = {
  name: "counting",
  inputs: { start: float32(2), rate: float32(2), limit: float32() },
  build({ start, rate, limit }) {
    const doubled = tf.mul(rate, tf.scalar(2));
    const { carried, outputs } = loop({
      trips: 6,
      carried: { total: start },
      body(iteration, { total }) {
        const next = tf.add(total!, tf.mul(doubled, tf.scalar(0.5)));
        return {
          carried: { total: next },
          outputs: { seen: total!, iterations: iteration },
          proceed: tf.less(tf.max(next), limit),
        };
      },
    });
    return { total: carried["total"]!, seen: outputs["seen"]!, iterations: outputs["iterations"]! };
  },
};

const stopping = (engine: () => Engine): void => {
  test("carries values and stacks outputs over all trips", async () => {
    const { total, seen, iterations } = await evaluate(engine(), counting, { start: [0, 1], rate: [1, 2], limit: [100] });
    expect(total.data).toEqual(Float32Array.of(6, 13));
    expect(seen).toMatchObject({ shape: [6, 2], dtype: "float32" });
    expect([...seen.data]).toEqual([0, 1, 1, 3, 2, 5, 3, 7, 4, 9, 5, 11]);
    expect(iterations).toEqual({ shape: [6], dtype: "int32", data: Int32Array.of(0, 1, 2, 3, 4, 5) });
  });

  test("stops when told to: what is carried stays, outputs after it are zero", async () => {
    const { total, seen, iterations } = await evaluate(engine(), counting, { start: [0, 1], rate: [1, 2], limit: [7] });
    expect([...total.data]).toEqual([3, 7]);
    expect([...seen.data]).toEqual([0, 1, 1, 3, 2, 5, 0, 0, 0, 0, 0, 0]);
    expect([...iterations.data]).toEqual([0, 1, 2, 0, 0, 0]);
  });

  test("runs the body at least once", async () => {
    const { total } = await evaluate(engine(), counting, { start: [0, 1], rate: [1, 2], limit: [-5] });
    expect([...total.data]).toEqual([1, 3]);
  });

  test("may hand through what is carried, what is outside, and carry its own condition", async () => {
    const program: Program<"x" | "more", "x" | "y" | "xs" | "outer"> = {
      name: "handing through",
      inputs: { x: float32(2), more: { shape: [], dtype: "bool" } },
      build({ x, more }) {
        const { carried, outputs } = loop({
          trips: 3,
          carried: { x, y: x, more },
          body: (_, { x: a, y, more: going }) => ({
            carried: { x: y!, y: a!, more: going! },
            outputs: { xs: a!, outer: x },
            proceed: going!,
          }),
        });
        return { x: carried["x"]!, y: carried["y"]!, xs: outputs["xs"]!, outer: outputs["outer"]! };
      },
    };
    const all = await evaluate(engine(), program, { x: [1, 2], more: [1] });
    expect([...all.x.data, ...all.y.data]).toEqual([1, 2, 1, 2]);
    expect([...all.xs.data]).toEqual([1, 2, 1, 2, 1, 2]);
    expect(all.outer.data).toEqual(all.xs.data);
    const one = await evaluate(engine(), program, { x: [1, 2], more: [0] });
    expect([...one.xs.data]).toEqual([1, 2, 0, 0, 0, 0]);
  });
};

const collecting = (engine: () => Engine): void => {
  test("carries nothing, never stops, and has results that nobody reads", async () => {
    const program: Program<"x", "y"> = {
      name: "collecting",
      inputs: { x: float32(4) },
      build({ x }) {
        const { outputs } = loop({
          trips: 4,
          carried: {},
          body(iteration) {
            const one = tf.gather(x, iteration);
            return { carried: {}, outputs: { square: tf.square(one), unread: tf.neg(x) }, proceed: tf.scalar(true, "bool") };
          },
        });
        return { y: outputs["square"]! };
      },
    };
    const { y } = await evaluate(engine(), program, { x: [1, 2, -3, 4] });
    expect(y).toMatchObject({ shape: [4], dtype: "float32" });
    expect([...y.data]).toEqual([1, 4, 9, 16]);
  });
};

const mapping = (engine: () => Engine): void => {
  test("maps slices of several tensors, with constants from outside, and stacks what comes out", async () => {
    const program: Program<"x" | "i" | "c", "sum" | "next" | "same"> = {
      name: "mapping",
      inputs: { x: float32(3, 2, 2), i: int32(3), c: float32(2) },
      build({ x, i, c }) {
        const doubled = tf.mul(c, 2);
        const { sum, next, same } = mapSlices({ x, i }, (slices) => ({
          sum: tf.add(tf.sum(slices["x"]!, 0), tf.mul(doubled, tf.cast(slices["i"]!, "float32"))),
          next: tf.add(slices["i"]!, tf.scalar(1, "int32")),
          same: slices["x"]!,
          unread: tf.exp(slices["x"]!),
        }));
        return { sum: sum!, next: next!, same: same! };
      },
    };
    const x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    const { sum, next, same } = await evaluate(engine(), program, { x, i: [0, 1, 5], c: [1, -1] });
    expect(sum).toEqual({ shape: [3, 2], dtype: "float32", data: Float32Array.of(4, 6, 14, 12, 30, 12) });
    expect(next).toEqual({ shape: [3], dtype: "int32", data: Int32Array.of(1, 2, 6) });
    expect([...same.data]).toEqual(x);
  });

  test("a body sums by segments whose ids are from outside", async () => {
    const program: Program<"x" | "ids", "sums"> = {
      name: "segments",
      inputs: { x: float32(2, 3, 2), ids: int32(3) },
      build: ({ x, ids }) => ({
        sums: mapSlices({ x }, (slices) => ({ sums: tf.unsortedSegmentSum(slices["x"]!, ids as tf.Tensor1D, 2) }))["sums"]!,
      }),
    };
    const { sums } = await evaluate(engine(), program, { x: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], ids: [1, 0, 1] });
    expect(sums).toEqual({ shape: [2, 2, 2], dtype: "float32", data: Float32Array.of(3, 4, 6, 8, 9, 10, 18, 20) });
  });

  test("tensors of different numbers of slices are refused, and none at all", async () => {
    const program = (names: readonly ("x" | "y")[]): Program<"x" | "y", "z"> => ({
      name: "mapping",
      inputs: { x: float32(3, 2), y: float32(2, 2) },
      build: (inputs) => ({ z: mapSlices(Object.fromEntries(names.map((name) => [name, inputs[name]])), ({ x }) => ({ z: x! }))["z"]! }),
    });
    await expect(evaluate(engine(), program(["x", "y"]))).rejects.toThrow(/mapSlices: expected tensors of one .* slices, got 3, 2/);
    await expect(evaluate(engine(), program([]))).rejects.toThrow(/got none/);
  });
};

const composing = (engine: () => Engine): void => {
  test("loops nest, and the inner body sees what is outside of both", async () => {
    const program: Program<"x", "sum" | "rows"> = {
      name: "nested",
      inputs: { x: float32(2) },
      build({ x }) {
        const outer = loop({
          trips: 3,
          carried: { sum: tf.zerosLike(x) },
          body(i, { sum }) {
            const scale = tf.cast(tf.add(i, tf.scalar(1, "int32")), "float32");
            const inner = loop({
              trips: 2,
              carried: { partial: tf.zerosLike(x) },
              body: (_, { partial }) => ({
                carried: { partial: tf.add(partial!, tf.mul(x, scale)) },
                outputs: { partial: partial! },
                proceed: tf.scalar(true, "bool"),
              }),
            });
            return {
              carried: { sum: tf.add(sum!, inner.carried["partial"]!) },
              outputs: { row: tf.reshape(inner.outputs["partial"]!, [4]) },
              proceed: tf.scalar(true, "bool"),
            };
          },
        });
        return { sum: outer.carried["sum"]!, rows: outer.outputs["row"]! };
      },
    };
    const { sum, rows } = await evaluate(engine(), program, { x: [1, 10] });
    expect([...sum.data]).toEqual([12, 120]);
    expect([...rows.data]).toEqual([0, 0, 1, 10, 0, 0, 2, 20, 0, 0, 3, 30]);
  });

  test("gradients may be taken inside a body", async () => {
    const program: Program<"x", "x"> = {
      name: "descent",
      inputs: { x: float32(3) },
      build: ({ x }) => ({
        x: loop({
          trips: 4,
          carried: { x },
          body: (_, { x: at }) => ({
            carried: { x: tf.sub(at!, tf.mul(tf.grad((v: tf.Tensor) => tf.sum(tf.square(v)))(at!), tf.scalar(0.25))) },
            outputs: {},
            proceed: tf.scalar(true, "bool"),
          }),
        }).carried["x"]!,
      }),
    };
    const { x } = await evaluate(engine(), program, { x: [16, -32, 8] });
    expectClose(x.data, [1, -2, 0.5], 1e-6);
  });

  test("a body that changes a carried shape or type, or no trips at all, is refused", async () => {
    const changing = (make: (x: tf.Tensor) => tf.Tensor, trips = 2): Program<"x", "x"> => ({
      name: "changing",
      inputs: { x: float32(2) },
      build: ({ x }) => ({
        x: loop({
          trips,
          carried: { x },
          body: (_, { x: at }) => ({ carried: { x: make(at!) }, outputs: {}, proceed: tf.scalar(true, "bool") }),
        }).carried["x"]!,
      }),
    });
    const refused = (program: Program<"x", "x">): Promise<unknown> => evaluate(engine(), program, {});
    await expect(refused(changing((x) => tf.concat([x, x])))).rejects.toThrow(/carried "x" must stay float32 \[2\], got float32 \[4\]/);
    await expect(refused(changing((x) => tf.cast(x, "int32")))).rejects.toThrow(/carried "x" must stay float32 \[2\], got int32/);
    await expect(refused(changing((x) => x, 0))).rejects.toThrow(/positive whole number of trips, got 0/);
  });
};

const slots = (engine: () => Engine): void => {
  test.each([
    [0, [3, 2, 2]],
    [1, [2, 3, 2]],
    [2, [2, 2, 3]],
    [2, [2, 1, 3, 2]],
  ])("writeSlot along axis %i of [%s]", async (axis, shape) => {
    for (const dtype of ["float32", "int32"] as const) {
      const program: Program<"cache" | "slot" | "value", "cache"> = {
        name: "slot",
        inputs: { cache: { shape, dtype }, slot: int32(), value: { shape: shape.with(axis, 1), dtype } },
        build: ({ cache, slot, value }) => ({ cache: writeSlot(cache, axis, slot, value) }),
      };
      const size = shape.reduce((a, b) => a * b, 1);
      const before = Array.from({ length: size }, (_, i) => i);
      const value = Array.from({ length: size / 3 }, (_, i) => -1 - i);
      const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
      for (const slot of [0, 1, 2]) {
        const expected = before.map((old, i) => {
          const [outer, index] = [Math.floor(i / (3 * inner)), Math.floor(i / inner) % 3];
          return index === slot ? value[outer * inner + (i % inner)]! : old;
        });
        const { cache } = await evaluate(engine(), program, { cache: before, slot: [slot], value });
        expect(cache).toEqual({ shape, dtype, data: typed(expected, dtype) });
      }
    }
  });

  test("a loop writes one slot an iteration", async () => {
    const program: Program<"x", "cache" | "means"> = {
      name: "caching",
      inputs: { x: float32(2, 1, 2) },
      build({ x }) {
        const { carried, outputs } = loop({
          trips: 4,
          carried: { cache: tf.zeros([2, 5, 2]) },
          body(i, { cache }) {
            const slot: tf.Scalar = tf.add(i, tf.scalar(1, "int32"));
            const written = writeSlot(cache!, 1, slot, tf.mul(x, tf.cast(slot, "float32")));
            return { carried: { cache: written }, outputs: { mean: tf.mean(written, 1) }, proceed: tf.less(i, tf.scalar(2, "int32")) };
          },
        });
        return { cache: carried["cache"]!, means: outputs["mean"]! };
      },
    };
    const { cache, means } = await evaluate(engine(), program, { x: [1, 2, 3, 4] });
    expect([...cache.data]).toEqual([0, 0, 1, 2, 2, 4, 3, 6, 0, 0, 0, 0, 3, 4, 6, 8, 9, 12, 0, 0]);
    const sums = [1, 3, 6, 0].flatMap((sum) => [1, 2, 3, 4].map((x) => (sum * x) / 5));
    expectClose(means.data, sums, 1e-6);
  });

  test("a value of another shape is refused", async () => {
    const program: Program<"cache", "cache"> = {
      name: "slot",
      inputs: { cache: float32(2, 3) },
      build: ({ cache }) => ({ cache: writeSlot(cache, 1, tf.scalar(0, "int32"), tf.zeros([1, 2])) }),
    };
    await expect(evaluate(engine(), program)).rejects.toThrow(/writeSlot: expected a value of shape \[2, 1\], got \[1, 2\]/);
  });
};

/** Registers them inside an enclosing `describe`. */
export const loopLaws = (engine: () => Engine): void => {
  describe("stopping", () => stopping(engine));
  describe("collecting", () => collecting(engine));
  describe("mapping", () => mapping(engine));
  describe("composing", () => composing(engine));
  describe("slots", () => slots(engine));
};
