/** Tests of restored order. */
import fc from "fast-check";
import { from, lastValueFrom, throwError } from "rxjs";
import { describe, expect, test } from "vitest";
import { compareOrder, ordered, place } from "../../src/rollouts/order.ts";
import { rolloutAt, rolloutGrid } from "../fixtures/rollouts.ts";

describe("ordered", () => {
  test("restores the order from any permutation", async () => {
    const items = rolloutGrid(11, 3).map((rollout) => ({ rollout }));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(items, { minLength: items.length }), async (shuffled) => {
        expect(await lastValueFrom(from(shuffled).pipe(ordered()))).toEqual(items);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test("gives an empty list for an empty stream, and passes an error on", async () => {
    expect(await lastValueFrom(from([]).pipe(ordered()))).toEqual([]);
    const failing = throwError(() => new Error("broken"));
    await expect(lastValueFrom(failing.pipe(ordered()))).rejects.toThrow("broken");
  });
});

describe("compareOrder and place", () => {
  test("numbers are compared as numbers, prompts before samples", () => {
    expect(compareOrder(rolloutAt(2, 9), rolloutAt(10, 0))).toBeLessThan(0);
    expect(compareOrder(rolloutAt(2, 9), rolloutAt(2, 10))).toBeLessThan(0);
    expect(compareOrder(rolloutAt(2, 9), rolloutAt(2, 9))).toBe(0);
  });

  test("different places have different texts", () => {
    expect(place(rolloutAt(1, 11))).not.toBe(place(rolloutAt(11, 1)));
    expect(place(rolloutAt(3, 1))).toBe("prompt 3 sample 1");
  });
});
