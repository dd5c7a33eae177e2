/** Tests of the fragments that change logits, against plain JavaScript on sorted doubles. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { excludeWhile, keepMinP, keepTopK, keepTopP, penalizeSeen } from "../../../src/rollouts/decoding/logit-filters.ts";
import { compute, engines, floats, noise, type Evaluate } from "../../laws/evaluate.ts";

type Rows = readonly (readonly number[])[];

/** What a filter makes of rows of logits: each row's kept ids. What it keeps must be as it was, what it rules out far below. */
const keptBy = async (evaluate: Evaluate, rows: Rows, filter: (logits: tf.Tensor2D) => tf.Tensor2D): Promise<number[][]> => {
  const width = rows[0]!.length;
  const { filtered } = await compute(evaluate, { logits: floats([rows.length, width], rows.flat()) }, (inputs) => ({
    filtered: filter(inputs["logits"] as tf.Tensor2D),
  }));
  return rows.map((row, i) =>
    row.flatMap((logit, id) => {
      const value = filtered[i * width + id]!;
      if (value === Math.fround(logit)) return [id];
      expect(value).toBeLessThan(-1e29);
      expect(Number.isFinite(value)).toBe(true);
      return [];
    }),
  );
};

const softmax = (row: readonly number[]): number[] => {
  const most = Math.max(...row);
  const powers = row.map((x) => Math.exp(x - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};

/** A token is in the nucleus unless those that are strictly likelier have p or more together. */
const nucleus = (row: readonly number[], p: number): number[] => {
  const probabilities = softmax(row);
  const falling = [...probabilities].sort((a, b) => b - a);
  const least = falling.find((_, i) => falling.slice(0, i + 1).reduce((a, b) => a + b, 0) >= p)!;
  return [...row.keys()].filter((id) => probabilities[id]! >= least);
};

const noisy = (name: string, width: number, scale: number): number[] => Array.from(noise(name, [width], scale).data);

describe.each(engines)("on $name", ({ evaluate }) => {
  test("top-k keeps the k greatest and what equals the least of them", async () => {
    const rows = [
      [1, 5, 3, 2],
      [2, 2, 2, 1],
      [-7, -1, -1, -3],
    ];
    expect(await keptBy(evaluate, rows, (x) => keepTopK(x, 2))).toEqual([
      [1, 2],
      [0, 1, 2],
      [1, 2],
    ]);
    expect(await keptBy(evaluate, rows, (x) => keepTopK(x, 1))).toEqual([[1], [0, 1, 2], [1, 2]]);
    expect(await keptBy(evaluate, rows, (x) => keepTopK(x, 4))).toEqual(rows.map(() => [0, 1, 2, 3]));
    expect(await keptBy(evaluate, rows, (x) => keepTopK(x, Infinity))).toEqual(rows.map(() => [0, 1, 2, 3]));
  });

  test("top-p keeps the token that reaches p, and those that are as likely as it", async () => {
    // Probabilities 1/2, 1/4, 1/8, 1/8 are exact.
    const logits = [0.5, 0.25, 0.125, 0.125].map(Math.log);
    const kept = async (p: number): Promise<number[]> => (await keptBy(evaluate, [logits], (x) => keepTopP(x, p)))[0]!;
    expect(await kept(0.4)).toEqual([0]);
    expect(await kept(0.51)).toEqual([0, 1]);
    expect(await kept(0.7)).toEqual([0, 1]);
    expect(await kept(0.76)).toEqual([0, 1, 2, 3]);
    expect(await kept(1)).toEqual([0, 1, 2, 3]);
    const equal = [3, 3, 3, 3, 3];
    expect(await keptBy(evaluate, [equal], (x) => keepTopP(x, 0.1))).toEqual([[0, 1, 2, 3, 4]]);
    expect(await keptBy(evaluate, [[7]], (x) => keepTopP(x, 0.5))).toEqual([[0]]);
  });

  test.each([0.05, 0.5, 0.9, 0.999, 1 - 1e-7])("top-p %d is that of sorting: peaked, flat, far from zero, with ties", async (p) => {
    const width = 400;
    const rows = [
      noisy("peaked", width, 6),
      noisy("usual", width, 2),
      noisy("flat", width, 0.01),
      noisy("far", width, 1).map((x) => x + 300),
      noisy("ties", width, 2).map((x) => Math.round(2 * x) / 2),
      noisy("point", width, 1).map((x, id) => (id === 17 ? 60 : x)),
    ].map((row) => row.map(Math.fround));
    const kept = await keptBy(evaluate, rows, (x) => keepTopP(x, p));
    rows.forEach((row, i) => {
      // The sums are of float32: what p cuts within their rounding may fall either way.
      const [narrower, wider] = [nucleus(row, p - 3e-6), nucleus(row, Math.min(p + 3e-6, 1 - 1e-12))];
      const set = new Set(kept[i]);
      expect(narrower.every((id) => set.has(id))).toBe(true);
      if (p < 1 - 1e-6) expect(kept[i]!.every((id) => new Set(wider).has(id))).toBe(true);
    });
  });

  test("a row's nucleus does not depend on the rows beside it", async () => {
    const rows = [noisy("one", 50, 3), noisy("two", 50, 0.001), noisy("three", 50, 20)].map((row) => row.map(Math.fround));
    const together = await keptBy(evaluate, rows, (x) => keepTopP(x, 0.8));
    for (const [i, row] of rows.entries()) expect((await keptBy(evaluate, [row], (x) => keepTopP(x, 0.8)))[0]).toEqual(together[i]);
  });

  test("min-p keeps what has a share of the likeliest's probability", async () => {
    const logits = [0.4, 0.3, 0.2, 0.1].map(Math.log);
    const kept = async (minP: number): Promise<number[]> => (await keptBy(evaluate, [logits], (x) => keepMinP(x, minP)))[0]!;
    expect(await kept(0.6)).toEqual([0, 1]);
    expect(await kept(0.4)).toEqual([0, 1, 2]);
    expect(await kept(0)).toEqual([0, 1, 2, 3]);
    expect(await kept(1)).toEqual([0]);
  });

  test("the tokens that end are ruled out while it is early", async () => {
    const rows = [
      [1, 2, 3],
      [3, 2, 1],
    ];
    const during = (early: boolean) => keptBy(evaluate, rows, (x) => excludeWhile(x, [0, 2], tf.scalar(early, "bool")));
    expect(await during(true)).toEqual([[1], [1]]);
    expect(await during(false)).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  test("a penalty divides positive logits of seen tokens and multiplies negative ones", async () => {
    const values = { logits: floats([2, 3], [2, -2, 0, 4, -1, 1]), seen: floats([2, 3], [1, 1, 1, 0, 1, 0]) };
    const { lowered } = await compute(evaluate, values, ({ logits, seen }) => ({
      lowered: penalizeSeen(logits as tf.Tensor2D, seen as tf.Tensor2D, 2),
    }));
    expect(Array.from(lowered)).toEqual([1, -4, 0, 4, -2, 1]);
  });
});
