/** Tests of forecasts of looks: what they would say if new seeds did as those that are there. */
import { expect, test } from "vitest";
import type { ClaimValues } from "../../src/evaluation/claims/index.ts";
import type { Trial } from "../../src/evaluation/claims/trial.ts";
import { forecasts } from "../../src/reproduction/forecast.ts";

const order = (high: number, low: number, where = {}): ClaimValues => ({
  id: "claim",
  statement: "It is so.",
  metric: "score",
  gain: false,
  where,
  type: "order",
  by: 0,
  descending: [{ "/alpha": [high] }, { "/alpha": [low] }],
});

/** Trials of alpha 0, 1, ... whose scores by seed are given. */
const trialsOf = (scores: readonly (readonly number[])[]): Trial[] =>
  scores.flatMap((seeds, alpha) =>
    seeds.map((score, seed) => ({
      run: "trial",
      axes: { "/alpha": alpha, "/seed": seed, "/stages/student/seed": seed },
      initial: {},
      final: { score },
    })),
  );

// By Student's interval of 99 % of the differences 0.45, 1, 1.6 again and again, with as many seeds as the look has:
// at 5 seeds 0.9 -+ 0.98, at 8 seeds 0.94 -+ 0.59.
const trials = trialsOf([
  [0, 0, 0],
  [0.45, 1, 1.6],
  [2, -2, 0],
]);

test("a claim whose effect is several times its noise is decided at the look at which the interval leaves 0", () => {
  expect(forecasts([order(1, 0)], trials, 1).map(({ decided }) => decided)).toEqual([0, 1, 1, 1]);
  expect(forecasts([order(1, 0)], trials, 2).map(({ decided }) => decided)).toEqual([1, 1, 1]);
});

test("a claim whose effect is none is decided at none of them", () => {
  expect(forecasts([order(2, 0)], trials, 1).map(({ decided }) => decided)).toEqual([0, 0, 0, 0]);
  expect(forecasts([order(1, 0), order(2, 0)], trials, 1).map(({ decided }) => decided)).toEqual([0, 1, 1, 1]);
});

test("trials to run are those of new seeds of the settings that any of the claims is about", () => {
  expect(forecasts([order(1, 0)], trials, 1).map((one) => one.trials)).toEqual([4, 10, 18, 34]);
  expect(forecasts([order(1, 0), order(2, 0)], trials, 1).map((one) => one.trials)).toEqual([6, 15, 27, 51]);
  expect(forecasts([order(1, 0)], trials, 5)).toEqual([]);
});
