/** Tests of judged claims. */
import { describe, expect, test } from "vitest";
import type { ClaimValues } from "../../src/evaluation/claims/index.ts";
import { judge, tally } from "../../src/results/verdicts.ts";
import { trialsOf } from "../evaluation/claims/trials.ts";

test("each claim has its verdict, and they are counted", () => {
  const trials = trialsOf({ "/alpha": [0, 1], "/seed": [0, 1, 2] }, (at) => 3 * Number(at["/alpha"]), 0.1);
  const common = { type: "trend", metric: "score", gain: false, where: {}, along: "/alpha" } as const;
  const claims: ClaimValues[] = [
    { ...common, id: "rises", statement: "It rises.", paper: "figure 5", direction: "increasing" },
    { ...common, id: "falls", statement: "It falls.", direction: "decreasing" },
    { ...common, id: "other", statement: "Another rises.", metric: "other", direction: "increasing" },
  ];
  const judged = judge(claims, trials);
  expect(judged.map(({ id, paper, outcome }) => [id, paper, outcome])).toEqual([
    ["rises", "figure 5", "replicated"],
    ["falls", undefined, "not-replicated"],
    ["other", undefined, "not-run"],
  ]);
  expect(tally(judged)).toEqual({ replicated: 1, "not-replicated": 1, "not-run": 1 });
});

describe("trials of two codes", () => {
  const claim: ClaimValues = {
    id: "twice",
    statement: "Alpha 1 has twice the score.",
    type: "ratio",
    metric: "score",
    gain: false,
    where: {},
    of: { "/alpha": [1] },
    over: { "/alpha": [0] },
    between: [1.5, 2.5],
  };
  const of = (code: string, scores: readonly [number, number], alphas: readonly number[] = [0, 1]) =>
    trialsOf({ "/alpha": alphas, "/seed": [0, 1, 2] }, (at) => scores[Number(at["/alpha"])]!, 0).map((trial) => ({
      ...trial,
      others: { "file reward.ts": code },
    }));

  test("are judged apart, and each must show what is claimed", () => {
    const [both] = judge([claim], [...of("one", [1, 2]), ...of("two", [10, 20])]);
    expect([both!.outcome, both!.findings.map(({ what, effect, count }) => [what, effect, count])]).toEqual([
      "replicated",
      [
        ["ratio of means (file reward.ts one)", 2, 6],
        ["ratio of means (file reward.ts two)", 2, 6],
      ],
    ]);
    // Their means over both codes would be 5.5 and 11, twice as much.
    expect(judge([claim], [...of("one", [1, 7]), ...of("two", [10, 15])])[0]!.outcome).toBe("not-replicated");
  });

  test("are not compared with each other", () => {
    const apart = [...of("one", [1, 2], [0]), ...of("two", [1, 2], [1])];
    expect(judge([claim], apart)[0]).toMatchObject({ outcome: "not-run", findings: [] });
    // What the claim itself speaks of is what it compares.
    const set = apart.map(({ axes, ...trial }) => ({ ...trial, axes: { "/seed": axes["/seed"] }, others: { "/alpha": axes["/alpha"] } }));
    expect(judge([claim], set)[0]).toMatchObject({ outcome: "replicated", findings: [{ what: "ratio of means", count: 6 }] });
  });
});
