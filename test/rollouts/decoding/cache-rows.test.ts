/** Tests of the rows of caches. */
import { describe, expect, test } from "vitest";
import { repeatAll, repeatRows } from "../../../src/rollouts/decoding/cache-rows.ts";
import { compute, engines, floats, ints } from "../../laws/evaluate.ts";

describe.each(engines)("on $name", ({ evaluate }) => {
  test("each row is repeated beside itself, whatever the rank and type", async () => {
    const values = { flat: ints([3], [4, 5, 6]), deep: floats([2, 1, 2, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8]) };
    const { flat, deep } = await compute(evaluate, values, (inputs) => {
      const repeated = repeatAll(inputs, 2);
      return { flat: repeated["flat"]!, deep: repeated["deep"]! };
    });
    expect(Array.from(flat)).toEqual([4, 4, 5, 5, 6, 6]);
    expect(Array.from(deep)).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 7, 8]);
  });

  test("once is the same tensor", async () => {
    const { same } = await compute(evaluate, { x: floats([2, 2], [1, 2, 3, 4]) }, ({ x }) => ({ same: repeatRows(x!, 1) }));
    expect(Array.from(same)).toEqual([1, 2, 3, 4]);
  });
});
