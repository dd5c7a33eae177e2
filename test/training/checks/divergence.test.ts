/** Tests of the check for divergences below zero. */
import { expect, test } from "vitest";
import { negativeDivergence } from "../../../src/training/checks/divergence.ts";
import { healthyFacts } from "../../fixtures/facts.ts";

const check = negativeDivergence(1e-4);
const inspect = (metrics: Readonly<Record<string, number>>) => check.inspect({ ...healthyFacts(), metrics });

test("rounding passes, and so does whatever is no divergence", () => {
  expect(check.inspect(healthyFacts())).toBeUndefined();
  expect(inspect({ "divergence/reverse-kl": -9e-5, "objective/reinforce": -3, loss: -3 })).toBeUndefined();
});

test("every divergence that is further below zero is found", () => {
  expect(inspect({ "divergence/reverse-kl": -2e-4, "divergence/jsd-0.5": 1, "divergence/forward-kl": -1 })).toEqual({
    count: 2,
    seen: "divergence/reverse-kl is -0.0002 nats and divergence/forward-kl is -1 nats",
  });
});

test("there is no patience with it", () => {
  expect(check.patience).toBe(1);
});
