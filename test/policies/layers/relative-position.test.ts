/** Relative position bias, its buckets against those of transformers (test/fixtures/gpt2_and_t5_reference.py). */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { bucketOf, relativeBias, slotRelativeBias, type RelativeBuckets } from "../../../src/policies/layers/relative-position.ts";
import { compute, engines, expectGradients, noise } from "../../laws/evaluate.ts";

const { first, cases } = JSON.parse(readFileSync(new URL("../../fixtures/relative_buckets_reference.json", import.meta.url), "utf8")) as {
  first: number;
  cases: (RelativeBuckets & { values: number[] })[];
};

test.each(cases)("$buckets buckets up to $maxDistance, on both sides: $bothSides", ({ values, ...buckets }) => {
  expect(values.map((_, i) => bucketOf(first + i, buckets))).toEqual(values);
});

const buckets = { buckets: 6, maxDistance: 5, bothSides: true };
const table = noise("table", [6, 2]);
const at = (bucket: number, head: number): number => table.data[2 * bucket + head]!;

describe.each(engines)("the bias on $name", ({ evaluate }) => {
  test("of whole sequences is the row of the table for key position less query position", async () => {
    const { bias } = await compute(evaluate, { table }, (inputs) => ({ bias: relativeBias(inputs["table"] as tf.Tensor2D, 4, buckets) }));
    const expected = [0, 1].flatMap((head) =>
      Array.from({ length: 16 }, (_, i) => at(bucketOf((i % 4) - Math.floor(i / 4), buckets), head)),
    );
    expect(Array.from(bias)).toEqual(expected);
  });

  test("of one slot is that row of the whole, as far as the slot sees", async () => {
    const behind = { ...buckets, bothSides: false };
    const { whole, row } = await compute(evaluate, { table }, (inputs) => {
      const given = inputs["table"] as tf.Tensor2D;
      return { whole: relativeBias(given, 5, behind), row: slotRelativeBias(given, tf.scalar(3, "int32"), 5, behind) };
    });
    for (const head of [0, 1]) {
      expect(Array.from(row.slice(5 * head, 5 * head + 4))).toEqual(Array.from(whole.slice(25 * head + 15, 25 * head + 19)));
    }
  });

  test("gradients agree with finite differences", async () => {
    await expectGradients(evaluate, { table }, ["table"], noise("sum", [1, 2, 4, 4]), (inputs) =>
      relativeBias(inputs["table"] as tf.Tensor2D, 4, buckets),
    );
  });
});
