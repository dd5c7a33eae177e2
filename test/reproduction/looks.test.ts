/** Tests of looks at claims while seeds are added. */
import { expect, test } from "vitest";
import type { ClaimValues } from "../../src/evaluation/claims/index.ts";
import type { Trial } from "../../src/evaluation/claims/trial.ts";
import { pooledMean } from "../../src/evaluation/statistics/pooled-mean.ts";
import { normal, stream } from "../../src/random/stream.ts";
import { isUndecided, judgeAtLook, judgeResults, lookLevel, lookSeeds, looksText, nextLook } from "../../src/reproduction/looks.ts";
import { judge } from "../../src/results/verdicts.ts";

const claim = (values: object): ClaimValues =>
  ({ id: "claim", statement: "It is so.", metric: "score", gain: false, where: {}, ...values }) as ClaimValues;

/** Trials of alpha 0, 1, ... whose scores by seed are given. */
const trialsOf = (scores: readonly (readonly number[])[]): Trial[] =>
  scores.flatMap((seeds, alpha) =>
    seeds.map((score, seed) => ({ run: "trial", axes: { "/alpha": alpha, "/seed": seed }, initial: {}, final: { score } })),
  );
const above = claim({ type: "order", by: 0, descending: [{ "/alpha": [1] }, { "/alpha": [0] }] });

test("all looks together err as rarely as one: without an effect at most one sequence in twenty ends with a verdict", () => {
  const uniforms = stream(0, "bootstrap", "looks");
  const sequences = 2000;
  const ends = { wide: 0, plain: 0 };
  for (let k = 0; k < sequences; k += 1) {
    const values = Array.from({ length: lookSeeds.at(-1)! }, () => normal(uniforms));
    const excludes = (level: number): boolean =>
      lookSeeds.some((seeds) => {
        const { low, high } = pooledMean([values.slice(0, seeds)], level).interval;
        return low > 0 || high < 0;
      });
    if (excludes(lookLevel(lookSeeds.length))) ends.wide += 1;
    if (excludes(0.95)) ends.plain += 1;
  }
  // Looking again and again at 95 % errs three times as often as it says.
  expect(ends.plain / sequences).toBeGreaterThan(0.1);
  // Three standard errors above 0.05.
  expect(ends.wide / sequences).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / sequences));
  expect(ends.wide).toBeGreaterThan(0);
});

test("a look has wider intervals: what is barely replicated by three seeds alone is not decided at one look of five", () => {
  const trials = trialsOf([
    [0, 0, 0],
    [1, 1.3, 1.7],
  ]);
  expect(judge([above], trials)[0]!.outcome).toBe("replicated");
  const [looked] = judgeAtLook([above], trials, 5);
  expect(looked).toMatchObject({ outcome: "inconclusive", findings: [{ interval: { level: 0.99 } }] });
  expect(judgeAtLook([above], trials, 1)[0]!.outcome).toBe("replicated");
  expect(judgeResults([above], { trials })[0]!.outcome).toBe("replicated");
  expect(judgeResults([above], { trials, looks: 5 })[0]!.outcome).toBe("inconclusive");
});

test("no look ends with a verdict that the plain one would not give", () => {
  // The slope is certain at 99 %, and that its first step goes down at 95 % alone.
  const trials = trialsOf([
    [0, 0, 0],
    [-1, -1.1, -0.75],
    [60, 60.1, 60.2],
  ]);
  const trend = claim({ type: "trend", along: "/alpha", direction: "increasing" });
  const [plain] = judge([trend], trials);
  const [wide] = judge([trend], trials, lookLevel(5));
  expect([plain!.outcome, wide!.outcome]).toEqual(["not-replicated", "replicated"]);
  expect(judgeAtLook([trend], trials, 5)[0]!.outcome).toBe("inconclusive");
});

test("every kind of claim has intervals of the level", () => {
  const trials = trialsOf([
    [1, 2, 3],
    [2, 4, 3],
    [5, 6, 4],
  ]);
  const kinds = [
    above,
    claim({ type: "trend", along: "/alpha", direction: "increasing" }),
    claim({ type: "ratio", of: { "/alpha": [2] }, over: { "/alpha": [0] }, between: [1, 9] }),
    claim({ type: "spread", over: "/alpha", values: [0, 1, 2], of: {}, below: 9 }),
  ];
  const [plain, wide] = [judge(kinds, trials), judge(kinds, trials, 0.99)];
  for (const [i, { findings }] of plain.entries())
    for (const [k, { interval }] of findings.entries()) {
      const other = wide[i]!.findings[k]!.interval;
      expect([interval.level, other.level]).toEqual([0.95, 0.99]);
      expect(other.low).toBeLessThan(interval.low);
      expect(other.high).toBeGreaterThan(interval.high);
    }
});

test("it is said how seeds were chosen", () => {
  expect(looksText({})).toBe("");
  expect(looksText({ looks: 5 })).toContain("at 5 looks at most; each has intervals of 99 %");
});

test("what seeds cannot change is not undecided", () => {
  expect((["inconclusive", "not-run", "replicated", "not-replicated"] as const).map((outcome) => isUndecided({ outcome }))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("the next look is that which is thought to decide most for its time, with later ones, and ends in time", () => {
  const figures = [
    { undecided: 2, milliseconds: 1000, forecasts: [{ decided: 2, milliseconds: 1000 }] },
    { undecided: 3, milliseconds: 1200, forecasts: [{ decided: 3, milliseconds: 1200 }] },
    { undecided: 9, milliseconds: 9000, forecasts: [{ decided: 9, milliseconds: 9000 }] },
    { undecided: 0, milliseconds: 1, forecasts: [] },
  ];
  expect(nextLook(figures, Infinity)).toBe(1);
  expect(nextLook(figures, 1100)).toBe(0);
  expect(nextLook(figures, 500)).toBeUndefined();
  expect(nextLook([], Infinity)).toBeUndefined();
  // A look that is thought to decide nothing by itself is worth what a later one decides for the time of both.
  const later = {
    undecided: 1,
    milliseconds: 100,
    forecasts: [
      { decided: 0, milliseconds: 100 },
      { decided: 1, milliseconds: 300 },
    ],
  };
  expect(nextLook([...figures, later], Infinity)).toBe(4);
  expect(nextLook([later, { undecided: 2, milliseconds: 100, forecasts: [] }], 200)).toBe(1);
  // Where nothing is thought to decide anything, most undecided claims for the time.
  const hopeless = (undecided: number, milliseconds: number | undefined) => ({ undecided, milliseconds, forecasts: [] });
  expect(nextLook([hopeless(2, 1000), hopeless(3, 1200)], Infinity)).toBe(1);
  // What was not timed comes last, and is begun while anything is left.
  expect(nextLook([hopeless(9, undefined), ...figures], Infinity)).toBe(2);
  expect(nextLook([hopeless(1, undefined)], 10)).toBe(0);
  expect(nextLook([hopeless(1, undefined)], 0)).toBeUndefined();
  // What is done already costs nothing, and is looked at whatever is left.
  expect(nextLook([hopeless(1, 0)], -5)).toBe(0);
});
