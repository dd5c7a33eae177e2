/** Tests of what was measured beside the paper's numbers, with trials that are made up. */
import { expect, test } from "vitest";
import type { ClaimValues } from "../../src/evaluation/claims/index.ts";
import type { Trial } from "../../src/evaluation/claims/trial.ts";
import { compareWithPaper, type PaperComparison } from "../../src/reproduction/paper-agreement.ts";
import type { PaperValues } from "../../src/reproduction/paper-values.ts";
import { judge } from "../../src/results/verdicts.ts";

const claim = (values: object): ClaimValues =>
  ({ id: "claim", statement: "It is so.", metric: "score", gain: false, where: {}, ...values }) as ClaimValues;

/** Four methods of two students, the large one far above the small one. The paper's settings span 4 of its points. */
const methods = ["a", "b", "c", "d"];
const table = {
  metric: "score",
  unit: 1,
  where: {},
  gains: false,
  rows: methods.map((run) => ({ run: [run] })),
  columns: ["small", "large"].map((student) => ({ "/student": [student] })),
  values: [
    [1, 11],
    [2, 12],
    [3, 13],
    [5, 15],
  ],
};
const paper: PaperValues = { source: "Figure 0", reading: "printed", tables: [table] };

/** Ours: three seeds of each setting, `scores` by method, the large student 100 above, and a little noise. */
const measured = (scores: readonly number[], noise = 0.01): Trial[] =>
  methods.flatMap((run, i) =>
    ["small", "large"].flatMap((student) =>
      [0, 1, 2].map((seed) => ({
        run,
        axes: { "/student": student, "/seed": seed },
        initial: { score: 0 },
        final: { score: scores[i]! + (student === "large" ? 100 : 0) + noise * [1, -1, 0.5][(seed + i) % 3]! },
      })),
    ),
  );

const compared = (values: object, trials: readonly Trial[], theirs = paper): PaperComparison => {
  const claims = [claim(values)];
  return compareWithPaper(theirs, claims, judge(claims, trials), trials, ["score"]);
};
const agreementOf = (values: object, trials: readonly Trial[], theirs = paper): string =>
  compared(values, trials, theirs).claims[0]!.agreement;

const order = (upper: string, lower: string) => ({ type: "order", by: 0, descending: [{ run: [upper] }, { run: [lower] }] });

test("an effect is of the paper's size when it is half to twice its share of what a student's settings span", () => {
  // b - a is a quarter of the paper's span; ours span 40.
  const ours = (effect: number): Trial[] => measured([0, effect, 20, 40]);
  expect(agreementOf(order("b", "a"), ours(10))).toBe("direction-and-size");
  expect(agreementOf(order("b", "a"), ours(19.9))).toBe("direction-and-size");
  expect(agreementOf(order("b", "a"), ours(20.5))).toBe("direction");
  expect(agreementOf(order("b", "a"), ours(5.1))).toBe("direction-and-size");
  expect(agreementOf(order("b", "a"), ours(4.5))).toBe("direction");
  // An interval that reaches there is enough: with more noise nothing speaks against that size.
  expect(agreementOf(order("b", "a"), measured([0, 4.5, 20, 40], 0.5))).toBe("direction-and-size");
});

test("what is not replicated agrees not at all, and what is undecided not yet", () => {
  expect(agreementOf(order("b", "a"), measured([10, 0, 20, 40]))).toBe("none");
  expect(agreementOf(order("b", "a"), measured([0, 0.1, 20, 40], 5))).toBe("undecided");
  expect(agreementOf(order("b", "a"), [])).toBe("undecided");
});

test("where the paper's own numbers go the other way, or the claim is about a bound, the direction is all", () => {
  expect(agreementOf(order("a", "b"), measured([10, 0, 20, 40]))).toBe("direction");
  expect(agreementOf({ ...order("b", "a"), by: -1 }, measured([0, 10, 20, 40]))).toBe("direction");
  const spread = { type: "spread", of: {}, over: "run", values: methods, below: 50 };
  expect(agreementOf(spread, measured([0, 10, 20, 40]))).toBe("direction");
});

test("a ratio is compared as it is", () => {
  const ratio = { type: "ratio", gain: true, of: { run: ["d"] }, over: { run: ["b"] }, between: [1, 9], where: { "/student": ["small"] } };
  const theirs = { ...paper, tables: [{ ...table, start: [0, 0] }] };
  expect(agreementOf(ratio, measured([0, 10, 20, 25]), theirs)).toBe("direction-and-size");
  expect(agreementOf(ratio, measured([0, 4, 20, 34]), theirs)).toBe("direction");
});

test("of a trend the slope is compared", () => {
  const alphas = [0, 1, 2];
  const trials = alphas.flatMap((alpha) =>
    [0, 1, 2].map((seed) => ({
      run: "trial",
      axes: { "/alpha": alpha, "/seed": seed },
      initial: {},
      final: { score: [0, 9, 10][alpha]! + 0.01 * ((seed + alpha) % 2) },
    })),
  );
  const columns = alphas.map((alpha) => ({ "/alpha": [alpha] }));
  const theirs: PaperValues = { ...paper, tables: [{ ...table, rows: [{}], columns, values: [[1, 1.1, 2]] }] };
  const found = compared({ type: "trend", along: "/alpha", direction: "increasing" }, trials, theirs);
  expect(found.claims[0]!.agreement).toBe("direction-and-size");
  expect(found.claims[0]!.findings.map(({ effect }) => effect)).toEqual([0.5, expect.closeTo(0.1, 12), expect.closeTo(0.9, 12)]);
});

test("a claim of which the paper has no numbers is not compared", () => {
  const others = measured([0, 10, 20, 40]).map((trial) => ({ ...trial, final: { ...trial.final, other: trial.final["score"]! } }));
  const found = compared({ ...order("b", "a"), metric: "other" }, others);
  expect(found.claims).toEqual([{ findings: [], agreement: "unknown" }]);
  // Nor one of settings of which the paper has a part.
  const without = { ...paper, tables: [{ ...table, columns: table.columns.slice(0, 1), values: table.values.map(([first]) => [first!]) }] };
  expect(agreementOf(order("b", "a"), measured([0, 10, 20, 40]), without)).toBe("unknown");
});

test("ranks are of all settings and of each student's, and cover what other seeds would have given", () => {
  // The order of b and c is the other way round, that of the students as in the paper.
  const [rank] = compared(order("b", "a"), measured([0, 20, 10, 40])).ranks;
  // 26 of 28 pairs agree, two do not.
  expect(rank).toMatchObject({ metric: "score", settings: 8 });
  expect(rank!.tau).toBeCloseTo((26 - 2) / 28, 12);
  expect(rank!.within!.tau).toBeCloseTo((5 - 1) / 6, 12);
  expect(rank!.within!.students).toBe(2);
  expect(rank!.interval).toMatchObject({ low: rank!.tau, high: rank!.tau, level: 0.95 });
  const [noisy] = compared(order("b", "a"), measured([0, 10, 10.5, 40], 2)).ranks;
  expect(noisy!.interval.low).toBeLessThan(noisy!.interval.high);
  // Two settings have no rank.
  expect(
    compared(
      order("b", "a"),
      measured([0, 10, 20, 40]).filter(({ run, axes }) => run < "c" && axes["/student"] === "small"),
    ).ranks,
  ).toEqual([]);
});
