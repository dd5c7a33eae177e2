/** Tests of trade-offs: which metrics are set against each other, and what no other setting beats. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClaimValues } from "../../../src/evaluation/claims/index.ts";
import { tradeOffSvg, tradeOffText } from "../../../src/reports/plots/trade-off-plot.ts";
import { paretoFront, tradeOff, type TradePoint } from "../../../src/reports/means/trade-off.ts";

const trend = (metric: string, direction: "increasing" | "decreasing"): ClaimValues => ({
  id: metric,
  statement: metric,
  type: "trend",
  metric,
  gain: false,
  where: {},
  along: "/objective/alpha",
  direction,
});

const trial = (run: string, axes: object, quality: number, reward: number) => ({
  run,
  axes: { ...axes },
  initial: {},
  final: { quality, reward },
});

const trials = [
  trial("gkd", { "/objective/alpha": 0.5 }, 5, 1),
  trial("gkd", { "/objective/alpha": 0.1 }, 3, 3),
  trial("gkd", { "/objective/alpha": 0.25 }, 4, 2.5),
  trial("rl", { "/objective/alpha": 0.1 }, 1, 2.5),
  trial("rl", { "/objective/alpha": 0.5 }, 3, 2),
  trial("<teacher>", {}, 4.5, 0.5),
];

test("a metric that is claimed to fall is set against one that is claimed to rise along the same axis", () => {
  const trade = tradeOff([trend("quality", "increasing"), trend("reward", "decreasing")], trials)!;
  expect([trade.x, trade.y, trade.along]).toEqual(["reward", "quality", "alpha"]);
  expect(trade.lines.map(({ name, points }) => [name, points.map(({ label }) => label)])).toEqual([
    ["gkd", ["0.1", "0.25", "0.5"]],
    ["rl", ["0.1", "0.5"]],
    ["<teacher>", [""]],
  ]);
  expect(trade.front.map(({ x, y }) => [x.mean, y.mean])).toEqual([
    [1, 5],
    [2.5, 4],
    [3, 3],
  ]);
  expect(tradeOffText(trade)).toContain("gkd from 3 and 3 at 0.1 to 1 and 5 at 0.5");
  expect(tradeOffText(trade)).toContain("Pareto front: gkd at alpha 0.5, gkd at alpha 0.25, gkd at alpha 0.1.");
  const svg = tradeOffSvg(trade, 350, { x: 0.25, y: 2 }).text;
  expect(svg).toMatchSnapshot();
  expect(svg).not.toContain("<teacher>");
});

test("nothing is traded where the claims speak of one metric, of two that go the same way, or of none", () => {
  expect(tradeOff([trend("quality", "increasing")], trials)).toBeUndefined();
  expect(tradeOff([trend("quality", "increasing"), trend("reward", "increasing")], trials)).toBeUndefined();
  expect(tradeOff([], trials)).toBeUndefined();
});

test("two measures of several evaluations are a line for each setting, in the order of the evaluations' numbers, without a front", () => {
  const final = (shift: number) => ({
    "at-10/q": 1 + shift,
    "at-10/d": 4,
    "at-2/q": 3 + shift,
    "at-2/d": 2,
    "at-1/q": 9,
    "other/d": 1,
    accuracy: 0,
  });
  const sampled = [0, 1].map((shift) => ({ run: "trial", axes: { "/d": shift }, initial: {}, final: final(shift) }));
  const trade = tradeOff([trend("at-2/d", "increasing"), trend("at-10/q", "increasing"), trend("at-2/q", "increasing")], sampled)!;
  expect([trade.x, trade.y, trade.along, trade.front]).toEqual(["d", "q", "evaluation", []]);
  expect(trade.lines.map(({ name, points }) => [name, points.map(({ label, x, y }) => [label, x.mean, y.mean])])).toEqual([
    [
      "0",
      [
        ["at-2", 2, 3],
        ["at-10", 4, 1],
      ],
    ],
    [
      "1",
      [
        ["at-2", 2, 4],
        ["at-10", 4, 2],
      ],
    ],
  ]);
});

test("the front holds what no other point beats, and every other point is beaten by one of it", () => {
  const mean = (value: number) => ({ n: 1, mean: value, interval: undefined });
  const point = fc
    .record({ x: fc.integer({ min: 0, max: 5 }), y: fc.integer({ min: 0, max: 5 }) })
    .map(({ x, y }): TradePoint => ({ label: "", x: mean(x), y: mean(y) }));
  const beats = (a: TradePoint, b: TradePoint): boolean =>
    a.x.mean >= b.x.mean && a.y.mean >= b.y.mean && (a.x.mean > b.x.mean || a.y.mean > b.y.mean);
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), (points) => {
      const front = paretoFront(
        points,
        ({ x }) => x.mean,
        ({ y }) => y.mean,
      );
      for (const one of points) expect(front.includes(one)).toBe(!points.some((other) => beats(other, one)));
      expect(points.every((one) => front.includes(one) || front.some((other) => beats(other, one)))).toBe(true);
      expect(front.map(({ x }) => x.mean)).toEqual(front.map(({ x }) => x.mean).toSorted((a, b) => a - b));
    }),
  );
});
