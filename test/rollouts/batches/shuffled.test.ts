/** Tests of shuffled passes. */
import { expect, test } from "vitest";
import { shuffled } from "../../../src/rollouts/batches/shuffled.ts";

const items = ["a", "b", "c", "d", "e"];
const pass = (seed: number, number: number): string[] => Array.from(items, (_, index) => shuffled(seed, items)(5 * number + index));

test("every pass has all items, in an order of its own", () => {
  const passes = Array.from({ length: 4 }, (_, number) => pass(1, number));
  for (const order of passes) expect(order.toSorted()).toEqual(items);
  expect(new Set(passes.map((order) => order.join(""))).size).toBeGreaterThan(2);
  expect(pass(2, 0)).not.toEqual(pass(1, 0));
});

test("an index has its item whatever was read before", () => {
  const one = shuffled(1, items);
  expect([one(17), one(3), one(17)]).toEqual([pass(1, 3)[2], pass(1, 0)[3], pass(1, 3)[2]]);
});
