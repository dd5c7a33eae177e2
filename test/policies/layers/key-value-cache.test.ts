/** The cache of keys and values. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { begunCache, continuedCache, withoutCache } from "../../../src/policies/layers/key-value-cache.ts";
import { compute, engines, floats } from "../../laws/evaluate.ts";

/** [1, 1, 2, 1] of a prompt, and [1, 1, 1, 1] of the token after it. */
const values = { old: floats([1, 1, 2, 1], [1, 2]), fresh: floats([1, 1, 1, 1], [3]) };

describe.each(engines)("the cache on $name", ({ evaluate }) => {
  test("begins with a pass in its first slots and continues in the slot that is named", async () => {
    const { seen, keys, after } = await compute(evaluate, values, (inputs) => {
      const [old, fresh] = [inputs["old"] as tf.Tensor4D, inputs["fresh"] as tf.Tensor4D];
      const { cache, updateCache } = begunCache(4);
      expect(updateCache(0, { keys: old, values: tf.neg(old) }).keys).toBe(old);
      const { next, updateCache: append } = continuedCache(cache, tf.scalar(2, "int32"));
      const memory = append(0, { keys: fresh, values: tf.neg(fresh) });
      expect(Object.keys(next).toSorted()).toEqual(Object.keys(cache).toSorted());
      return { seen: memory.values, keys: cache["layers.0.keys"]!, after: next["layers.0.keys"]! };
    });
    expect(Array.from(keys)).toEqual([1, 2, 0, 0]);
    expect(Array.from(after)).toEqual([1, 2, 3, 0]);
    expect(Array.from(seen, (x) => x + 0)).toEqual([-1, -2, -3, 0]);
  });
});

test("a pass that forgets hands on what it is given", () => {
  const x = tf.zeros([1, 1, 1, 1]) as tf.Tensor4D;
  expect(withoutCache(3, { keys: x, values: x })).toEqual({ keys: x, values: x });
});
