/** Tests of rollouts as the page shows them. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RolloutReader } from "../../../src/ui/answering/rollouts.ts";
import type { WatchedRun } from "../../../src/ui/answering/watched-runs.ts";

const line = (step: number, more: object = {}): string =>
  JSON.stringify({
    step,
    prompt: `p${step}`,
    reference: "r",
    completion: "ab",
    source: "student",
    finish: "stop",
    tokens: 2,
    version: 0,
    ...more,
  });
const inspected = {
  reward: 0.5,
  parts: { exact: 0.5 },
  advantage: -1,
  pieces: ["a", "b"],
  divergences: [0.5, 1.5],
  logProbs: [-0.1, -2],
  teacherLogProbs: [-0.2, null],
  top: [[["a", -0.1]], [["c", -0.3]]],
  teacherTop: [[["a", -0.2]], [["c", -0.1]]],
};
const runOf = (lines: readonly string[]): WatchedRun => {
  const folder = mkdtempSync(join(tmpdir(), "retort-rollouts-"));
  writeFileSync(join(folder, "rollouts.jsonl"), `${lines.join("\n")}\n`);
  return { folder, key: "k" } as WatchedRun;
};

describe("rollouts of a step", () => {
  const run = runOf([
    line(1, inspected),
    line(1),
    line(2),
    line(2, { dropped: true, failures: { judge: { error: "late", attempts: 2 } } }),
  ]);

  test("have what was drawn, scored and inspected, token by token", () => {
    const { steps, inspected: of, step, rollouts } = new RolloutReader().ofStep(run, undefined);
    expect({ steps, of, step }).toEqual({ steps: [1, 2], of: [1], step: 1 });
    expect(rollouts).toHaveLength(2);
    expect(rollouts[0]).toMatchObject({ run: "k", prompt: "p1", reward: 0.5, advantage: -1, divergence: 1, length: 2, cut: false });
    expect(rollouts[0]!.tokens).toEqual([
      { text: "a", divergence: 0.5, student: -0.1, teacher: -0.2, studentTop: [["a", -0.1]], teacherTop: [["a", -0.2]] },
      { text: "b", divergence: 1.5, student: -2, teacher: null, studentTop: [["c", -0.3]], teacherTop: [["c", -0.1]] },
    ]);
    expect(rollouts[1]).toMatchObject({ tokens: [], divergence: null, reward: null });
  });

  test("say what failed and what was left out", () => {
    const { rollouts } = new RolloutReader().ofStep(run, 2);
    expect(rollouts[1]).toMatchObject({ dropped: true, failures: { judge: "late" } });
    expect(new RolloutReader().ofStep(run, 9).rollouts).toEqual([]);
  });
});

describe("rollouts are found", () => {
  const run = runOf([line(1), line(2, { completion: "An Apple" }), "{damaged", line(3, { prompt: "p1", completion: "x" })]);

  test("by a text, whatever its case", async () => {
    const { rollouts, more } = await new RolloutReader().withText(run, "apple");
    expect([rollouts.map(({ step }) => step), more]).toEqual([[2], false]);
  });

  test("by a prompt, in several runs", async () => {
    const other = { ...run, key: "other" };
    const { rollouts } = await new RolloutReader().ofPrompt([run, other], "p1");
    expect(rollouts.map(({ run: key, step }) => `${key} ${step}`)).toEqual(["k 1", "k 3", "other 1", "other 3"]);
  });

  test("at most so many, and it is said that there are more", async () => {
    const { rollouts, more } = await new RolloutReader().withText(runOf(Array.from({ length: 300 }, (_, i) => line(i))), "ab");
    expect([rollouts.length, more]).toEqual([200, true]);
  });

  test("damaged lines are counted", () => {
    expect(new RolloutReader().linesOf(run).unreadable).toBe(1);
  });
});

test("a rollout of a stranger is bounded, and never more than text and numbers", () => {
  const hostile = {
    prompt: 7,
    completion: "x".repeat(50_000),
    reward: "much",
    parts: { a: "b", c: 1 },
    pieces: ["a"],
    divergences: [1, 2],
    failures: [],
  };
  const { rollouts } = new RolloutReader().ofStep(runOf([line(1, hostile)]), 1);
  expect(rollouts[0]).toMatchObject({ prompt: "", reward: null, parts: { c: 1 }, tokens: [], failures: {} });
  expect(rollouts[0]!.completion.length).toBeLessThan(21_000);
});
