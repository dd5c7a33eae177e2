/** Tests of restored order. */
import fc from "fast-check";
import { from, lastValueFrom, throwError } from "rxjs";
import { TestScheduler, type RunHelpers } from "rxjs/testing";
import { describe, expect, test } from "vitest";
import { compareOrder, ordered, coordinatesText } from "../../../src/rollouts/batches/order.ts";
import { rolloutAt, rolloutGrid } from "../../fixtures/rollouts.ts";

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

describe("ordered, as marbles", () => {
  const [first, second, third] = rolloutGrid(3, 1).map((rollout) => ({ rollout }));
  const values = { a: first!, b: second!, c: third! };
  const inMarbles = (check: (helpers: RunHelpers) => void): void => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(check);
  };

  test("everything at the end, at once and in order, whenever it came", () => {
    inMarbles(({ cold, expectObservable }) => {
      expectObservable(cold("-c--a---b--|", values).pipe(ordered())).toBe("-----------(x|)", { x: [first, second, third] });
      expectObservable(cold("(cab)---|", values).pipe(ordered())).toBe("--------(x|)", { x: [first, second, third] });
      expectObservable(cold("-----|", values).pipe(ordered())).toBe("-----(x|)", { x: [] });
    });
  });

  test("nothing of what came before an error", () => {
    inMarbles(({ cold, expectObservable }) => {
      expectObservable(cold("-c--a--#", values).pipe(ordered())).toBe("-------#");
    });
  });

  test("unsubscribing unsubscribes from the source at once", () => {
    inMarbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot("-c--a---b--|", values);
      expectObservable(source.pipe(ordered()), "^----!").toBe("------");
      expectSubscriptions(source.subscriptions).toBe("^----!");
    });
  });

  test("what comes before the subscription of a hot source is not in it", () => {
    inMarbles(({ hot, expectObservable }) => {
      expectObservable(hot("-b-^-c-a-|", values).pipe(ordered())).toBe("------(x|)", { x: [first, third] });
    });
  });
});

describe("compareOrder and coordinatesText", () => {
  test("numbers are compared as numbers, prompts before samples", () => {
    expect(compareOrder(rolloutAt(2, 9), rolloutAt(10, 0))).toBeLessThan(0);
    expect(compareOrder(rolloutAt(2, 9), rolloutAt(2, 10))).toBeLessThan(0);
    expect(compareOrder(rolloutAt(2, 9), rolloutAt(2, 9))).toBe(0);
  });

  test("different coordinates have different texts", () => {
    expect(coordinatesText(rolloutAt(1, 11))).not.toBe(coordinatesText(rolloutAt(11, 1)));
    expect(coordinatesText(rolloutAt(3, 1))).toBe("prompt 3 sample 1");
  });
});
