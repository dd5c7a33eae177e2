/** Tests of what a schema cannot say of claims. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { planSource } from "../../../src/experiments/planning/run-plan.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { checkTrials, planSweep } from "../../../src/sweeps/planning/sweep-plan.ts";
import { parseOverrides } from "../../../src/experiments/file/overrides.ts";
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

test("a claim whose sides are never alike in the rest is refused, whatever its kind; of a part of a sweep it is no mistake", () => {
  const common = { id: "c", statement: "It is so.", metric: "accuracy" };
  const at = (alpha: number, seed: number) => ({ "/objective/alpha": [alpha], "/seed": [seed] });
  // With zip each alpha has a seed of its own, so that the sides never share one.
  const zipped = { zip: [{ "/objective/alpha": [0.1, 0.25], "/seed": [0, 1] }] };
  const order = { ...common, type: "order", descending: [{ "/objective/alpha": [0.1] }, { "/objective/alpha": [0.25] }] };
  const wrong = [
    order,
    { ...common, type: "trend", along: "/objective/alpha", direction: "increasing" },
    { ...common, type: "trend", along: "/objective/alpha", direction: "increasing", values: [0.1, 0.3] },
    { ...common, type: "ratio", of: at(0.1, 0), over: at(0.25, 7), between: [1, 2] },
    { ...common, type: "spread", over: "/objective/alpha", values: [0.1, 0.3], below: 1 },
    { ...common, type: "spread", over: "/objective/alpha", values: [0.1, 0.25], than: { "/seed": [7] } },
  ];
  for (const claim of wrong) {
    const said = refusal(() => checkTrials(file([claim], zipped), []));
    expect(said, JSON.stringify(claim)).toMatch(/^x\.json:\d+:\d+: \/claims\/0: expected trials of this sweep on each side/mu);
  }
  expect(checkTrials(file([order]), []).claims).toHaveLength(1);
  const part = parseOverrides(["/sweep/axes/~1objective~1alpha=[0.1]"]);
  expect(checkTrials(file([order]), part).claims).toHaveLength(1);
  // Other seeds are no part: each setting is there.
  const seeds = parseOverrides(["/sweep/axes/~1seed=[3, 4]"]);
  expect(checkTrials(file([order]), seeds).claims).toHaveLength(1);
  const never = { ...order, descending: [{ "/objective/alpha": [0.1] }, { "/objective/alpha": [0.3] }] };
  expect(refusal(() => checkTrials(file([never]), seeds))).toContain("/claims/0: expected trials of this sweep on each side");
});
