/** Tests of the check for references. */
import { expect, test } from "vitest";
import { checkAnswered } from "../../src/rewards/answered.ts";

test("a task has references unless it says that it has none", () => {
  expect(() => checkAnswered("mine", { name: "poems", answered: false })).toThrow(
    new RangeError("mine: expected a task with references, got poems without any"),
  );
  for (const task of [{ name: "sums" }, { name: "sums", answered: true }]) expect(checkAnswered("mine", task)).toBeUndefined();
});
