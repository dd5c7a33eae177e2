/** Tests of what a schema cannot say of claims. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { planSource } from "../../../src/experiments/planning/run-plan.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { checkTrials, planSweep } from "../../../src/sweeps/planning/sweep-plan.ts";
import { refusal } from "../../fixtures/problems.ts";

const valid = readFileSync("test/fixtures/experiments/valid.json", "utf8");
const sweep = { axes: { "/objective/alpha": [0.1, 0.25], "/seed": [0, 1] } };
const rises = {
  id: "quality-rises",
  statement: "Quality rises with alpha.",
  type: "trend",
  metric: "accuracy",
  along: "/objective/alpha",
  direction: "increasing",
};

const file = (claims: readonly object[], swept: object | undefined = sweep) =>
  parseSource(
    "x.json",
    valid.replace(
      '"rollouts": {',
      `${swept === undefined ? "" : `"sweep": ${JSON.stringify(swept)},`} "claims": ${JSON.stringify(claims)},\n  "rollouts": {`,
    ),
  );

test("claims change no trial, and come with the sweep", () => {
  const { claims, bases } = checkTrials(file([rises]), []);
  expect(claims).toEqual([{ ...rises, gain: false, where: {} }]);
  expect(bases["run"]).not.toHaveProperty("claims");
  expect(planSweep(file([rises])).map(({ id }) => id)).toEqual(planSweep(file([])).map(({ id }) => id));
  expect(planSource(file([rises]), [])[0]?.id).toBe(planSource(parseSource("x.json", valid), [])[0]?.id);
});

test("a name that occurs twice, and a claim that cannot be made, have their locations", () => {
  const spread = {
    id: "quality-rises",
    statement: "Alike.",
    type: "spread",
    metric: "accuracy",
    over: "/objective/alpha",
    values: [0.1, 0.25],
  };
  const said = refusal(() => checkTrials(file([rises, spread]), []));
  expect(said).toMatch(/^x\.json:\d+:\d+: \/claims\/1: spread: expected either "than" or "below", got both or none/m);
  expect(said).toMatch(/^x\.json:\d+:\d+: \/claims\/1\/id: "quality-rises" is the name of \/claims\/0 already$/m);
  expect(refusal(() => planSource(file([rises, spread], undefined), []))).toContain("/claims/1/id");
});

test("an axis that no trial has is refused before anything runs", () => {
  const said = refusal(() => checkTrials(file([{ ...rises, along: "/objective/beta" }]), []));
  expect(said).toMatch(/\/claims\/0: expected axes of the sweep \(\/objective\/alpha, \/seed\) or "run", got "\/objective\/beta"; add it/);
});

test("keys that claims do not have are named", () => {
  expect(refusal(() => checkTrials(file([{ ...rises, direktion: "up" }]), []))).toMatch(/direktion/);
});
