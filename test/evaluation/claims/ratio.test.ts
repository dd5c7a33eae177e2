/** Tests of claims of a ratio. */
import { expect, test } from "vitest";
import { ratio } from "../../../src/evaluation/claims/ratio.ts";
import { trialsOf } from "./trials.ts";

const axes = { "/method": ["gkd", "kd"], "/size": [1, 2, 3], "/seed": [0, 1, 2] };
const doubled = {
  metric: "score",
  gain: true,
  where: {},
  of: { "/method": ["gkd"] },
  over: { "/method": ["kd"] },
  between: [1.5, 3] as [number, number],
};

test("it is of the means, and of gains where they are asked for", () => {
  const trials = trialsOf(axes, (at) => (at["/method"] === "gkd" ? 5 : 3), 0);
  expect(ratio.create(doubled).judge(trials)).toMatchObject({
    outcome: "replicated",
    findings: [{ effect: 2, interval: { low: 2, high: 2 }, count: 18 }],
  });
  expect(ratio.create({ ...doubled, gain: false }).judge(trials).findings[0]!.effect).toBeCloseTo(5 / 3, 12);
});

test("outside of the limits it is not replicated, across one of them inconclusive", () => {
  const trials = trialsOf(axes, (at) => (at["/method"] === "gkd" ? 5 : 3), 0.5);
  expect(ratio.create({ ...doubled, between: [3, 4] }).judge(trials).outcome).toBe("not-replicated");
  expect(ratio.create({ ...doubled, between: [2, 3] }).judge(trials).outcome).toBe("inconclusive");
});

test("over a gain that may be none it has no end, and nothing is concluded", () => {
  const { outcome, findings } = ratio.create(doubled).judge(trialsOf(axes, (at) => (at["/method"] === "gkd" ? 5 : 1), 0.5));
  expect(outcome).toBe("inconclusive");
  expect(findings[0]!.interval.high).toBe(Infinity);
});

test("one side without trials gives no verdict", () => {
  expect(ratio.create(doubled).judge(trialsOf({ ...axes, "/method": ["gkd"] }, () => 2, 0)).outcome).toBe("not-run");
});
