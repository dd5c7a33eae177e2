/** Tests of what is between the ends of a trade-off. */
import { expect, test } from "vitest";
import type { ClaimValues } from "../../../src/evaluation/claims/index.ts";
import type { Trial } from "../../../src/evaluation/claims/trial.ts";
import { pooledMean } from "../../../src/evaluation/statistics/pooled-mean.ts";
import { againstEnds, beatBoth } from "../../../src/reports/means/against-ends.ts";
import { madeCurves } from "../made-curves.ts";

const trend = (metric: string, direction: "increasing" | "decreasing", where = {}): ClaimValues => ({
  id: metric,
  statement: metric,
  type: "trend",
  metric,
  along: "/objective/alpha",
  direction,
  gain: false,
  where,
});
const own = { run: ["rl-gkd"] };
const claims = [trend("rouge-2", "increasing", own), trend("entailment", "decreasing", own)];
const { trials } = madeCurves;

const rougeOf = (alpha: number): readonly number[] =>
  trials.filter(({ axes }) => axes["/objective/alpha"] === alpha).map(({ final }) => final["rouge-2"]!);

test("each value is compared with both ends, seed by seed, with Student's interval", () => {
  const [comparison, ...others] = againstEnds(claims, trials);
  expect(others).toEqual([]);
  expect(comparison).toMatchObject({ line: "", along: "alpha", ends: ["0", "1"] });
  expect(comparison!.rows.map(({ label, between }) => [label, between])).toEqual([
    ["0", false],
    ["0.5", true],
    ["1", false],
  ]);
  const [low, middle] = comparison!.rows;
  expect(low!.cells.map(({ metric, over }) => [metric, over[0]])).toEqual([
    ["entailment", undefined],
    ["rouge-2", undefined],
  ]);
  const [, rouge] = middle!.cells;
  const [a, b] = [rougeOf(0.5), rougeOf(1)];
  const { mean, interval } = pooledMean([a.map((value, seed) => value - b[seed]!)]);
  expect(rouge!.over[1]).toMatchObject({ effect: mean, interval, outcome: "replicated" });
  expect(rouge!.value!.mean).toBeCloseTo(15.05, 9);
});

test("what is above both ends is told from what is above one", () => {
  const [comparison] = againstEnds(claims, trials);
  const [best, ...others] = beatBoth(comparison!, "rouge-2");
  expect([best!.label, others]).toEqual(["0.5", []]);
  expect(best!.over.map(({ effect }) => Number(effect.toFixed(9)))).toEqual([5.05, 4.95]);
  expect(beatBoth(comparison!, "entailment")).toEqual([]);
});

test("there is none where the settings do not reach from 0 to 1, nothing is between, or no claim trades", () => {
  const without = (alpha: number): Trial[] => trials.filter(({ axes }) => axes["/objective/alpha"] !== alpha);
  expect([0, 0.5, 1].map((alpha) => againstEnds(claims, without(alpha)))).toEqual([[], [], []]);
  expect(againstEnds(claims.slice(1), trials)).toEqual([]);
});

test("lines that differ in more than their seeds are compared apart, under their names", () => {
  const both = trials
    .filter(({ run }) => run === "rl-gkd")
    .flatMap((trial) => ["a", "b"].map((kind) => ({ ...trial, axes: { ...trial.axes, "/objective/baseline": kind } })));
  const all = againstEnds(claims, both);
  expect(all.map(({ line, rows }) => [line, rows.length, rows[1]!.cells[1]!.over[0]!.count])).toEqual([
    ["a", 3, 3],
    ["b", 3, 3],
  ]);
});
