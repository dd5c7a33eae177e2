/** Tests of what a sweep says. */
import { describe, expect, test } from "vitest";
import { bestOf, changeText, countsText, headText, runningLines, SweepPace, trialsTable } from "../../../src/cli/sweep-progress/text.ts";
import type { TrialState } from "../../../src/sweeps/driving/drive.ts";

const entry = (label: string, progress: Partial<TrialState["progress"]>): TrialState => ({
  trial: { id: "a".repeat(64), name: "trial", label, axes: {}, steps: 10 },
  folder: `runs/x/${label}`,
  progress: { status: "waiting", step: 0, metrics: {}, milliseconds: undefined, error: undefined, ...progress },
});

const done = entry("a=1", { status: "done", step: 10, metrics: { accuracy: 0.5 }, milliseconds: 65_000 });
const running = entry("a=22", { status: "running", step: 4, metrics: { loss: 0.5, accuracy: 0.75 } });
const failed = entry("a=3", { status: "failed", step: 2, error: "no\u001b[2J" });
const all = [done, running, failed, entry("a=4", {})];

test("counts, in the order of their worth", () => {
  expect(countsText(all)).toBe("1 done, 1 running, 1 waiting, 1 failed");
});

test("the best is the one with the highest accuracy, if any has one", () => {
  expect(bestOf(all)).toBe(running);
  expect(bestOf([failed])).toBeUndefined();
  const rewarded = [-3, -1, -2].map((reward) => entry(`r=${reward}`, { status: "done", metrics: { "evaluation/reward": reward } }));
  expect(bestOf(rewarded)).toBe(rewarded[1]);
  expect(headText(rewarded, Number.NaN)).toBe("3 done  best held-out reward -1.00 (r=-1)");
  expect(changeText(rewarded[0]!)).toBe("r=-3  done  held-out reward -3.00");
  expect(trialsTable(rewarded).split("\n")[0]).toBe("trial  state  held-out reward  time  folder");
});

test("the time left follows from the steps since the first report", () => {
  const pace = new SweepPace(1000);
  expect(pace.left(all, 1000)).toBeNaN();
  const later = [done, entry("a=22", { status: "running", step: 6 }), failed, entry("a=4", {})];
  // Two steps in two seconds; 22 of 40 are left.
  expect(pace.left(later, 3000)).toBe(22_000);
});

test("the head says counts, time and the best", () => {
  expect(headText(all, 61_000)).toBe("1 done, 1 running, 1 waiting, 1 failed  1:01 left  best 75.0% (a=22)");
  expect(headText([failed], Number.NaN)).toBe("1 failed");
});

test("running trials have a line each, as many as there is room for", () => {
  expect(runningLines(all, 5)).toEqual(["  a=22   4/10  loss 0.500  accuracy 75.0%"]);
  expect(runningLines(Array(4).fill(running) as TrialState[], 3)).toHaveLength(4);
  expect(runningLines(Array(4).fill(running) as TrialState[], 3).at(-1)).toBe("  and 1 more");
});

describe("a change", () => {
  test.each<[TrialState, string]>([
    [done, "a=1  done in 1:05  accuracy 50.0%"],
    [running, "a=22  resumes from step 4"],
    [failed, "a=3  failed at step 2: no\\u001b[2J"],
    [entry("a=5", { status: "running" }), "a=5  begins"],
    [entry("a=5", { status: "interrupted", step: 3 }), "a=5  interrupted at step 3"],
  ])("is said in a line", (changed, text) => {
    expect(changeText(changed)).toBe(text);
  });
});

test("the table has a row for each, up to a number", () => {
  expect(trialsTable(all).split("\n")).toEqual([
    "trial  state            accuracy  time  folder",
    "-----  ---------------  --------  ----  -----------",
    "a=1    done             50.0%     1:05  runs/x/a=1",
    "a=22   running at 4/10  75.0%     -     runs/x/a=22",
    "a=3    failed at 2/10   -         -     runs/x/a=3",
    "a=4    waiting          -         -     runs/x/a=4",
  ]);
  expect(trialsTable(Array(50).fill(done) as TrialState[])).toMatch(/\nand 10 more$/u);
});
