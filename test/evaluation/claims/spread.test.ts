/** Tests of claims of a spread. */
import { expect, test } from "vitest";
import { spread } from "../../../src/evaluation/claims/spread.ts";
import { trialsOf } from "./trials.ts";

const axes = { "/beta": [0, 0.5, 1], "/size": ["small", "large"], "/seed": [0, 1, 2] };
const common = { metric: "score", gain: false, where: {}, over: "/beta", values: [0, 0.5, 1] };
const shrinks = { ...common, of: { "/size": ["large"] }, than: { "/size": ["small"] } };
const truth = (at: Readonly<Record<string, unknown>>) => Number(at["/beta"]) * (at["/size"] === "small" ? 4 : 1);

test("the spread of one setting is less than that of another", () => {
  const trials = trialsOf(axes, truth, 0);
  expect(spread.create(shrinks).judge(trials)).toMatchObject({ outcome: "replicated", findings: [{ effect: 3, settings: 2, count: 18 }] });
  expect(spread.create({ ...shrinks, of: shrinks.than, than: shrinks.of }).judge(trials)).toMatchObject({
    outcome: "not-replicated",
    findings: [{ effect: -3 }],
  });
});

test("noise that hides the spreads decides nothing", () => {
  expect(spread.create(shrinks).judge(trialsOf(axes, () => 0, 2)).outcome).toBe("inconclusive");
});

test("below a bound: the mean over all settings of the highest less the lowest", () => {
  const trials = trialsOf(axes, truth, 0);
  const claim = { ...common, of: {} };
  expect(spread.create({ ...claim, below: 3 }).judge(trials)).toMatchObject({
    outcome: "replicated",
    findings: [{ effect: 0.5, settings: 2 }],
  });
  expect(spread.create({ ...claim, below: 2 }).judge(trials).outcome).toBe("not-replicated");
});

test("what it is compared with is said once", () => {
  expect(() => spread.create({ ...common, of: {} })).toThrow(/expected either "than" or "below", got both or none/);
  expect(() => spread.create({ ...shrinks, below: 1 })).toThrow(RangeError);
});

test("without two values of the axis there is no verdict", () => {
  expect(spread.create(shrinks).judge(trialsOf({ ...axes, "/beta": [0] }, truth, 0)).outcome).toBe("not-run");
});
