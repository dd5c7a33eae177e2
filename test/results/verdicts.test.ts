/** Tests of judged claims. */
import { expect, test } from "vitest";
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
