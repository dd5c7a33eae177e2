/** Tests of claims of order. */
import { expect, test } from "vitest";
import { order } from "../../../src/evaluation/claims/order.ts";
import { pooledMean } from "../../../src/evaluation/statistics/pooled-mean.ts";
import { trialsOf } from "./trials.ts";

const axes = { "/lambda": [0, 0.5, 1], "/divergence": [{ type: "jsd", beta: 0.1 }, { type: "kl" }], "/seed": [0, 1, 2] };
const common = { metric: "score", gain: false, where: {}, by: 0 };
const onPolicy = { ...common, descending: [{ "/lambda": [1] }, { "/lambda": [0] }] };

test("what is above by far is replicated, what is below by far is not, and what is near is inconclusive", () => {
  const judge = (effect: number) => order.create(onPolicy).judge(trialsOf(axes, (at) => effect * Number(at["/lambda"]), 0.5)).outcome;
  expect([judge(3), judge(-3), judge(0)]).toEqual(["replicated", "not-replicated", "inconclusive"]);
});

test("each setting is compared with itself, seed by seed", () => {
  const trials = trialsOf(axes, (at) => Number(at["/lambda"]), 0.3);
  const [finding] = order.create(onPolicy).judge(trials).findings;
  const of = (lambda: number, type: string) =>
    trials.filter(({ axes: at }) => at["/lambda"] === lambda && (at["/divergence"] as { type: string }).type === type);
  const strata = ["jsd", "kl"].map((type) => of(1, type).map(({ final }, seed) => final["score"]! - of(0, type)[seed]!.final["score"]!));
  expect(finding).toMatchObject({ ...(({ mean, interval }) => ({ effect: mean, interval }))(pooledMean(strata)), settings: 2, count: 6 });
  expect(finding!.what).toBe("lambda 1 − lambda 0");
});

test("a chain holds when each link does, and one link that is the other way breaks it", () => {
  const chain = order.create({ ...common, descending: [{ "/lambda": [1] }, { "/lambda": [0.5] }, { "/lambda": [0] }] });
  expect(chain.judge(trialsOf(axes, (at) => 3 * Number(at["/lambda"]), 0.3))).toMatchObject({ outcome: "replicated", findings: [{}, {}] });
  expect(chain.judge(trialsOf(axes, (at) => (at["/lambda"] === 0.5 ? 9 : Number(at["/lambda"])), 0.3)).outcome).toBe("not-replicated");
});

test("a side of several values is their mean, and values are the same whatever the order of their keys", () => {
  const trials = trialsOf(axes, (at) => ((at["/divergence"] as { type: string }).type === "jsd" ? 5 : Number(at["/lambda"])), 0.1);
  const claim = order.create({
    ...common,
    descending: [{ "/divergence": [{ beta: 0.1, type: "jsd" }] }, { "/divergence": [{ type: "kl" }] }],
  });
  expect(claim.judge(trials)).toMatchObject({ outcome: "replicated", findings: [{ settings: 3, count: 9 }] });
  const mixed = order
    .create({ ...common, descending: [{ "/lambda": [1, 0.5] }, { "/lambda": [0] }] })
    .judge(trialsOf(axes, (at) => Number(at["/lambda"]), 0));
  expect(mixed.findings[0]!.effect).toBeCloseTo(0.75, 12);
});

test("a mean that is above is not replicated where one that is listed is below, and says which", () => {
  const scores = new Map([
    [1, 5],
    [0.5, 5.1],
    [0, 0],
  ]);
  const trials = trialsOf(axes, (at) => scores.get(Number(at["/lambda"]))!, 0.01);
  const judge = (upper: number[], lower: number[], more = {}) =>
    order.create({ ...common, ...more, descending: [{ "/lambda": upper }, { "/lambda": lower }] }).judge(trials);
  expect(judge([1], [0.5, 0])).toMatchObject({ outcome: "inconclusive", findings: [{ settings: 2, count: 6 }] });
  expect(judge([1], [0.5, 0]).findings[0]!.what).toMatch(/^lambda 1 − lambda 0\.5 or 0; not of each: lambda 1 − lambda 0\.5 is -0\.\d+$/u);
  expect(judge([0.5], [1, 0]).outcome).toBe("replicated");
  expect(judge([0.5, 1], [0]).outcome).toBe("replicated");
  // One of them is above by less than is claimed.
  expect(judge([0.5], [1, 0], { by: 1 }).outcome).toBe("inconclusive");
  expect(judge([0, 0.5], [1]).outcome).toBe("not-replicated");
});

test("gain is over the student as it was, and a margin is asked for in full", () => {
  const trials = trialsOf(axes, (at) => 2 * Number(at["/lambda"]), 0.05).map((trial) => ({
    ...trial,
    initial: { score: 10 * Number(trial.axes["/lambda"]) },
  }));
  expect(order.create({ ...onPolicy, gain: true }).judge(trials).outcome).toBe("not-replicated");
  expect(order.create({ ...onPolicy, by: 1.5 }).judge(trials).outcome).toBe("replicated");
  expect(order.create({ ...onPolicy, by: 2.5 }).judge(trials).outcome).toBe("not-replicated");
});

test("a difference that is too small to count is not replicated, whatever its sign; one whose sign is certain is, however small", () => {
  const none = trialsOf(axes, () => 0, 0.1);
  const outcomes = (trials: typeof none): string[] =>
    [undefined, 0.001, 2].map((least) => order.create({ ...onPolicy, ...(least === undefined ? {} : { least }) }).judge(trials).outcome);
  expect(outcomes(none)).toEqual(["inconclusive", "inconclusive", "not-replicated"]);
  expect(outcomes(trialsOf(axes, (at) => Number(at["/lambda"]), 0.01))).toEqual(["replicated", "replicated", "replicated"]);
  expect(outcomes(trialsOf(axes, (at) => -Number(at["/lambda"]), 0.01))).toEqual(["not-replicated", "not-replicated", "not-replicated"]);
});

test("without trials, or without the metric, there is no verdict; one seed alone proves nothing", () => {
  expect(order.create(onPolicy).judge([])).toEqual({ outcome: "not-run", findings: [] });
  expect(order.create({ ...onPolicy, metric: "bleu" }).judge(trialsOf(axes, () => 1, 1)).outcome).toBe("not-run");
  expect(order.create({ ...onPolicy, where: { run: ["another"] } }).judge(trialsOf(axes, () => 1, 1)).outcome).toBe("not-run");
  const once = { ...axes, "/seed": [0] };
  expect(order.create(onPolicy).judge(trialsOf(once, (at) => 100 * Number(at["/lambda"]), 0)).outcome).toBe("inconclusive");
});

test("a trial whose metric is not finite is left out with its partner", () => {
  const trials = trialsOf(axes, (at) => Number(at["/lambda"]), 0.1);
  const broken = trials.map((trial, index) => (index === 0 ? { ...trial, final: { score: NaN } } : trial));
  expect(order.create(onPolicy).judge(broken).findings[0]!.count).toBe(5);
});
