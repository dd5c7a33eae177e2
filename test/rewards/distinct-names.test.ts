/** Tests of the check for names. */
import { expect, test } from "vitest";
import { checkDistinctNames } from "../../src/rewards/distinct-names.ts";

test("a name may occur once", () => {
  expect(checkDistinctNames([{ name: "a" }, { name: "b" }])).toBeUndefined();
  expect(() => checkDistinctNames([{ name: "a" }, { name: "b" }, { name: "a" }])).toThrow(
    new RangeError('rewards: expected different names, got a twice; give one of them another, such as "name": "a-2"'),
  );
});

test("none is called as the metric beside it", () => {
  expect(() => checkDistinctNames([{ name: "spread" }])).toThrow(
    new RangeError('rewards: expected another name than "spread", which is a metric\'s; give it another, such as "name": "own-spread"'),
  );
});
