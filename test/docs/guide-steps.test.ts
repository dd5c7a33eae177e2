/** How pages of the guide are compared with what their commands print: what a machine may change, and what none may. */
import { describe, expect, test } from "vitest";
import { differenceOf } from "./guide-steps.ts";

describe("what a page shows", () => {
  test.each([
    ["run  76.6%  1:49  runs/first/run-6b2f1137d49e4a1e", "run   70.1%  0:31  runs/first/run-0b2f1137d49e4a11"],
    ["reward  0.50", "reward 0.41"],
    ["loss 0.0100", "loss 0.0400"],
    ["accuracy 1", "accuracy 0.9900"],
    ["a\n...\nd", "a\nb\nc\nd"],
    ["a\n...", "a\nb"],
    ["...\nb", "a\nb"],
    ["x\n-  ---\n1", "x\n---  ----\n1"],
    ["in 3.1 s, 29 MiB", "in 14 s, 31 MiB"],
  ])("%j is also %j", (shown, printed) => {
    expect(differenceOf(shown, printed)).toBeUndefined();
  });

  test.each([
    ["run  76.6%", "run  50.1%"],
    ["8 trials", "7 trials"],
    ["reward 0.50", "reward 0.2"],
    ["a 0.5", "a 1.0"],
    ["accuracy 50.0%", "accuracy 50.0"],
    ["a b", "a c"],
    ["a", "a b"],
    ["a b", "a"],
    ["a\n...\nd", "a\nb\nd\nc"],
    ["a\n...\nc\n...\nd", "a\nd\nc\nd e"],
  ])("%j is not %j", (shown, printed) => {
    expect(differenceOf(shown, printed)).toBeDefined();
  });
});
