/** Tests of claims of a trend. */
import { expect, test } from "vitest";
import { trend } from "../../../src/evaluation/claims/trend.ts";
import { trialsOf } from "./trials.ts";

const axes = { "/alpha": [0.5, 0.05, 0.1], "/size": ["small", "large"], "/seed": [0, 1, 2] };
const rising = { metric: "score", gain: false, where: {}, along: "/alpha", direction: "increasing" as const };

test("the slope is a step along the axis's values in order", () => {
  const rank = (value: unknown) => [0.05, 0.1, 0.5].indexOf(Number(value));
  const { outcome, findings } = trend.create(rising).judge(trialsOf(axes, (at) => 2 * rank(at["/alpha"]), 0.01));
  expect(outcome).toBe("replicated");
  expect(findings[0]!.effect).toBeCloseTo(2, 1);
  expect(findings.map(({ what }) => what)).toEqual(["rise a step along alpha", "0.05 to 0.1", "0.1 to 0.5"]);
  expect(findings[0]).toMatchObject({ settings: 2, count: 6 });
});

test("the other way is not replicated; a fall that is claimed is", () => {
  const trials = trialsOf(axes, (at) => -5 * Number(at["/alpha"]), 0.1);
  expect(trend.create(rising).judge(trials).outcome).toBe("not-replicated");
  expect(trend.create({ ...rising, direction: "decreasing" }).judge(trials).outcome).toBe("replicated");
});

test("a step that goes the other way for certain refutes a trend whose slope is right", () => {
  const dip = trialsOf(axes, (at) => ({ 0.05: 2, 0.1: 0, 0.5: 9 })[String(at["/alpha"])]!, 0.1);
  const { outcome, findings } = trend.create(rising).judge(dip);
  expect(findings[0]!.outcome).toBe("replicated");
  expect(outcome).toBe("not-replicated");
});

test("a trend that is too small to count is not replicated, whatever its sign; one whose sign is certain is, however small", () => {
  const rank = (value: unknown) => [0.05, 0.1, 0.5].indexOf(Number(value));
  const none = trialsOf(axes, () => 0, 0.1);
  const judged = trend.create({ ...rising, least: 3 }).judge(none);
  expect([trend.create(rising).judge(none).outcome, judged.outcome]).toEqual(["inconclusive", "not-replicated"]);
  expect(judged.findings[0]!.what).toBe("rise a step along alpha, counting from 3");
  expect(trend.create({ ...rising, least: 0.001 }).judge(none).outcome).toBe("inconclusive");
  const two = trialsOf(axes, (at) => 2 * rank(at["/alpha"]), 0.01);
  expect(trend.create({ ...rising, least: 3 }).judge(two).outcome).toBe("replicated");
});

test("noise decides nothing", () => {
  expect(trend.create(rising).judge(trialsOf(axes, () => 0, 1)).outcome).toBe("inconclusive");
});

test("values that are no numbers have the order that is given", () => {
  const claim = trend.create({ ...rising, along: "/size", values: ["large", "small"] });
  expect(claim.judge(trialsOf(axes, (at) => Number(at["/size"] === "small"), 0.05)).outcome).toBe("replicated");
});

test("a seed that lacks a value is left out; with no whole row there is no verdict", () => {
  const trials = trialsOf(axes, (at) => Number(at["/alpha"]), 0.01);
  const gap = trials.filter(({ axes: at }) => at["/seed"] !== 2 || at["/alpha"] !== 0.1);
  expect(trend.create(rising).judge(gap).findings[0]!.count).toBe(4);
  expect(trend.create(rising).judge(trials.filter(({ axes: at }) => at["/alpha"] === 0.1)).outcome).toBe("not-run");
});
