/** Tests of which tokens a row has had. */
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { seenIn, withToken } from "../../../src/rollouts/decoding/seen-tokens.ts";
import { compute, engines, floats, ints } from "../../laws/evaluate.ts";

describe.each(engines)("on $name", ({ evaluate }) => {
  test("the tokens of prompts count once each, padding does not, whatever is in it; then each token that is drawn", async () => {
    const values = {
      tokens: ints([3, 4], [0, 2, 2, 4, 3, 3, -9, 99, 1, 0, 0, 0]),
      mask: floats([3, 4], [0, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0]),
      drawn: ints([3], [0, 3, 2]),
    };
    const { seen, later } = await compute(evaluate, values, ({ tokens, mask, drawn }) => {
      const first = seenIn(tokens as tf.Tensor2D, mask as tf.Tensor2D, 5);
      return { seen: first, later: withToken(first, drawn as tf.Tensor1D) };
    });
    expect(Array.from(seen)).toEqual([0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0]);
    expect(Array.from(later)).toEqual([1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0]);
  });
});
