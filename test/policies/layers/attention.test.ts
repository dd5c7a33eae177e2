/** Grouped-query attention against plain loops. */
import type * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { describe, expect, test } from "vitest";
import { attend, causalBias, mergeHeads, slotBias, splitHeads } from "../../../src/policies/layers/attention.ts";
import { compute, engines, expectGradients, farthest, floats, noise } from "../../laws/evaluate.ts";

const [batch, heads, shared, tokens, width] = [2, 4, 2, 3, 2];
const mask = [1, 1, 0, 0, 1, 1];
const values = {
  q: noise("q", [batch, heads, tokens, width]),
  k: noise("k", [batch, shared, tokens, width]),
  v: noise("v", [batch, shared, tokens, width]),
  mask: floats([batch, tokens], mask),
};

const build = (inputs: NamedTensors): tf.Tensor4D =>
  attend(inputs["q"] as tf.Tensor4D, inputs["k"] as tf.Tensor4D, inputs["v"] as tf.Tensor4D, causalBias(inputs["mask"] as tf.Tensor2D));

/** Output of one query, by the definition; undefined when it sees nothing. */
const expected = (b: number, h: number, t: number): number[] | undefined => {
  const row = (data: ArrayLike<number>, count: number, head: number, position: number): number[] =>
    Array.from({ length: width }, (_, i) => data[((b * count + head) * tokens + position) * width + i]!);
  const head = Math.floor(h / (heads / shared));
  const visible = Array.from({ length: t + 1 }, (_, s) => s).filter((s) => mask[b * tokens + s] === 1);
  if (visible.length === 0) return undefined;
  const query = row(values.q.data, heads, h, t);
  const weights = visible.map((s) => {
    const key = row(values.k.data, shared, head, s);
    return Math.exp(query.reduce((sum, x, i) => sum + x * key[i]!, 0) / Math.sqrt(width));
  });
  const total = weights.reduce((a, x) => a + x, 0);
  return Array.from({ length: width }, (_, i) =>
    visible.reduce((sum, s, n) => sum + (weights[n]! / total) * row(values.v.data, shared, head, s)[i]!, 0),
  );
};

describe.each(engines)("attention on $name", ({ evaluate }) => {
  test("is a weighted average of the visible values; a query that sees nothing stays finite", async () => {
    const { y } = await compute(evaluate, values, (inputs) => ({ y: build(inputs) }));
    let blind = 0;
    for (let at = 0; at < batch * heads * tokens; at += 1) {
      const got = y.slice(at * width, (at + 1) * width);
      const want = expected(Math.floor(at / (heads * tokens)), Math.floor(at / tokens) % heads, at % tokens);
      if (want === undefined) blind += 1;
      expect(want === undefined ? got.every(Number.isFinite) : farthest(got, want) < 1e-5).toBe(true);
    }
    expect(blind).toBe(heads);
  });

  test("gradients agree with finite differences, for the queries that see something", async () => {
    const shape = [batch, heads, tokens, width];
    const sum = noise("sum", shape).data.map((x: number, at: number) => {
      const [b, t] = [Math.floor(at / (heads * tokens * width)), Math.floor(at / width) % tokens];
      return expected(b, 0, t) === undefined ? 0 : x;
    });
    await expectGradients(evaluate, values, ["q", "k", "v"], floats(shape, sum), build);
  });

  test("slotBias hides the slots that are not visible", async () => {
    const { bias } = await compute(evaluate, { visible: floats([2, 3], [1, 0, 1, 0, 0, 1]) }, (inputs) => ({
      bias: slotBias(inputs["visible"] as tf.Tensor2D),
    }));
    expect(Array.from(bias, (x) => x === 0)).toEqual([true, false, true, false, false, true]);
    expect(Array.from(bias).every((x) => x === 0 || (Number.isFinite(x) && x < -1e8))).toBe(true);
  });

  test("heads are split by columns, and merged back", async () => {
    const x = floats(
      [4, 4],
      Array.from({ length: 16 }, (_, i) => i),
    );
    const { split, merged } = await compute(evaluate, { x }, (inputs) => {
      const parts = splitHeads(inputs["x"] as tf.Tensor2D, 2, 2);
      return { split: parts, merged: mergeHeads(parts) };
    });
    expect(Array.from(split)).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]);
    expect(merged).toEqual(x.data);
  });
});
