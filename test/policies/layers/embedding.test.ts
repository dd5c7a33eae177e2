/** The embedding layer. */
import type * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { describe, expect, test } from "vitest";
import { embedding, oneHotRows } from "../../../src/policies/layers/embedding.ts";
import { compute, engines, farthest, gradients, ints, noise } from "../../laws/evaluate.ts";

const build = (inputs: NamedTensors): tf.Tensor2D => embedding(inputs["table"] as tf.Tensor2D, inputs["ids"] as tf.Tensor1D);

describe.each(engines)("embedding on $name", ({ evaluate }) => {
  test.each([5, oneHotRows + 1])("looks up rows of a table of %d, and sums the gradients of repeated ids", async (rows) => {
    const ids = [rows - 1, 0, rows - 1, 2];
    const values = { table: noise("table", [rows, 3]), ids: ints([4], ids) };
    const { y } = await compute(evaluate, values, (inputs) => ({ y: build(inputs) }));
    const rowOf = (data: ArrayLike<number>, row: number): number[] => [0, 1, 2].map((i) => data[row * 3 + i]!);
    expect(Array.from(y)).toEqual(ids.flatMap((id) => rowOf(values.table.data, id)));

    const sum = noise("sum", [4, 3]);
    const { table } = await gradients(evaluate, values, ["table"], sum, build);
    const expected = Array.from({ length: rows * 3 }, (_, at) =>
      ids.reduce((total, id, n) => (id === Math.floor(at / 3) ? total + rowOf(sum.data, n)[at % 3]! : total), 0),
    );
    expect(farthest(table!, expected)).toBeLessThan(1e-6);
  });
});
