/** Tests of the number that a student is summed up by. */
import { expect, test } from "vitest";
import { headlineOf, outcomeOf } from "../../../src/training/recipe/headline.ts";

test("is the accuracy, without one the held-out reward, or what is asked for", () => {
  const metrics = { "evaluation/reward": 3, accuracy: 0, reward: 9, length: 2 };
  expect(headlineOf(metrics)).toEqual({ metric: "accuracy", value: 0 });
  expect(headlineOf({ "evaluation/reward": -3, reward: 9 })).toEqual({ metric: "evaluation/reward", value: -3 });
  expect(headlineOf(metrics, "length")).toEqual({ metric: "length", value: 2 });
  expect(headlineOf({ reward: 9 })).toBeUndefined();
  expect(headlineOf(metrics, "lengths")).toBeUndefined();
});

test("an outcome has both, of evaluations alone", () => {
  expect(outcomeOf({ "evaluation/reward": 3, reward: 9 })).toEqual({ accuracy: undefined, reward: 3 });
});
