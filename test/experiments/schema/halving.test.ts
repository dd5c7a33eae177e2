/** Tests of the settings of successive halving. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { checkTrials } from "../../../src/sweeps/planning/sweep-plan.ts";
import { refusal } from "../../fixtures/problems.ts";

const valid = readFileSync("test/fixtures/experiments/valid.json", "utf8");
const check = (halving: object, more: object = {}, axes: object = { "/seed": [0, 1] }) => {
  const sweep = { axes: { ...axes, "/training/steps": [8], "/training/schedule/warmup": [0], "/evaluation/every": [2], ...more }, halving };
  return checkTrials(parseSource("x.json", valid.replace('"rollouts": {', `"sweep": ${JSON.stringify(sweep)},\n  "rollouts": {`)), []);
};

test("has defaults, and comes with the sweep", () => {
  expect(check({ rungs: [2, 4] }).halving).toEqual({
    rungs: [2, 4],
    keep: 0.5,
    direction: "maximize",
    over: ["/seed"],
  });
});

test("rungs ascend, have an evaluation, and are before the end", () => {
  expect(refusal(() => check({ rungs: [4, 2] }))).toMatch(/\/sweep\/halving\/rungs\/1: expected more than 4, got 2/);
  expect(refusal(() => check({ rungs: [3] }))).toMatch(
    /\/sweep\/halving\/rungs\/0: expected a step with an evaluation \(one every 2 steps\), got 3/,
  );
  expect(refusal(() => check({ rungs: [2, 8] }))).toMatch(
    /\/sweep\/halving\/rungs\/1: expected fewer than the 8 steps of \/training\/steps, got 8/,
  );
  expect(refusal(() => check({ rungs: [2] }, { "/evaluation/every": [0] }))).toMatch(/none, as \/evaluation\/every is 0/);
});

test("a rung that fits some trials alone is refused", () => {
  expect(refusal(() => check({ rungs: [4] }, { "/training/steps": [4, 8] }))).toMatch(/expected fewer than the 4 steps/);
  expect(refusal(() => check({ rungs: [4] }, { "/training/steps": [6, 8] }))).toBe("none");
});
