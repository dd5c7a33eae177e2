/** Tests of what the page says of a sweep. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RunRows } from "../../../src/ui/answering/run-rows.ts";
import { SweepReader } from "../../../src/ui/answering/sweep-details.ts";
import { WatchedRuns } from "../../../src/ui/answering/watched-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";
import { tinyExperiment } from "../../fixtures/tiny-sweep.ts";

const root = mkdtempSync(join(tmpdir(), "retort-sweep-details-"));
const file = join(root, "sweep.json");
const claim = {
  id: "more",
  statement: "More alpha, more right answers.",
  type: "trend",
  metric: "accuracy",
  along: "/objective/alpha",
  direction: "increasing",
};
writeFileSync(file, JSON.stringify({ ...tinyExperiment({ axes: { "/objective/alpha": [0, 1], "/seed": [0, 1] } }), claims: [claim] }));
for (const alpha of [0, 1])
  for (const rate of [0.1, 0.2])
    for (const seed of [0, 1]) {
      const values = { seed, objective: { alpha }, training: { steps: 4, rate } };
      const axes = { "/objective/alpha": alpha, "/training/rate": rate, "/seed": seed };
      const metrics = { "divergence/jsd": 1 - alpha / 2, "evaluation/reward": alpha };
      const status = alpha === 1 && rate === 0.2 && seed === 1 ? "failed" : "done";
      writeRunFolder(join(root, "runs"), {
        values,
        axes,
        status,
        accuracy: 0.5 + 0.1 * alpha + rate + 0.01 * seed,
        metrics,
        made: { file },
      });
    }
const watched = new WatchedRuns(join(root, "runs"));
const runs = [...watched.runs.values()];
const reader = new SweepReader();
const sweep = (asked: { metric?: string; x?: string; y?: string } = {}) =>
  reader.read(runs, new RunRows(watched), { metric: undefined, x: undefined, y: undefined, ...asked });

describe("a sweep", () => {
  test("has its trials, axes and a cell for each pair of values, with the runs behind it", async () => {
    const { trials, axes, metrics, metric, x, y, cells, mixed } = await sweep();
    expect(trials.map(({ status }) => status).toSorted()).toEqual([...Array<string>(7).fill("done"), "failed"]);
    expect(axes.map(({ pointer, values }) => [pointer, values])).toEqual([
      ["/objective/alpha", ["0", "1"]],
      ["/training/rate", ["0.1", "0.2"]],
    ]);
    expect([metric, x, y, mixed]).toEqual(["accuracy", "/objective/alpha", "/training/rate", undefined]);
    expect(metrics).toContain("evaluation/reward");
    expect(cells).toHaveLength(4);
    const whole = cells.find((cell) => cell.x === 0 && cell.y === 0)!;
    expect(whole.mean).toBeCloseTo(0.605, 9);
    expect([whole.runs.length, whole.settings]).toEqual([2, 1]);
    // The run that failed is behind its cell, and not in its mean.
    const partly = cells.find((cell) => cell.x === 1 && cell.y === 1)!;
    expect(partly.mean).toBeCloseTo(0.8, 9);
    expect(partly.runs).toHaveLength(2);
  });

  test("takes no mean over settings: an axis against itself leaves the others open", async () => {
    const { cells } = await sweep({ x: "/objective/alpha", y: "/objective/alpha", metric: "evaluation/reward" });
    expect(cells.map(({ mean, settings }) => [mean, settings])).toEqual([
      [undefined, 2],
      [undefined, 2],
    ]);
  });

  test("is drawn: parallel coordinates, trade-offs, means, with links to runs", async () => {
    const { plots } = await sweep();
    expect(plots.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        "parallel-accuracy",
        "pareto-divergence-jsd-accuracy",
        "pareto-evaluation-reward-accuracy",
        "sweep-accuracy",
      ]),
    );
    expect(plots[0]![1]).toContain(`#/run/${encodeURIComponent(runs[0]!.key)}`);
  });

  test("judges the claims of its file as far as it has come", async () => {
    const { claims, claimsError } = await sweep();
    expect(claims).toContain("More alpha, more right answers.");
    expect(claimsError).toBeUndefined();
    writeFileSync(file, "{ no json");
    expect((await sweep()).claimsError).toMatch(/sweep\.json/u);
  });
});
