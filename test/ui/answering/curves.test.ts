/** Tests of curves: of single runs and of repeats. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCurves } from "../../../src/ui/answering/curves.ts";
import { SeriesCache } from "../../../src/ui/answering/run-series.ts";
import { WatchedRuns } from "../../../src/ui/answering/watched-runs.ts";
import { writeRunFolder, type RunFacts } from "../../fixtures/run-folders.ts";

const root = mkdtempSync(join(tmpdir(), "retort-curves-"));
const write = (seed: number, losses: readonly (number | string)[], facts: RunFacts = {}): void => {
  const folder = writeRunFolder(root, { values: { seed, ...facts.values }, made: { setting: "f".repeat(64) }, ...facts });
  const line = (loss: number | string, i: number) => JSON.stringify({ kind: "step", step: i + 1, metrics: { loss } });
  writeFileSync(join(folder, "metrics.jsonl"), `${losses.map(line).join("\n")}\n`);
  const timing = (_: unknown, i: number) => JSON.stringify({ step: i + 1, milliseconds: 10 * (seed + 1), tokens: 5 });
  writeFileSync(join(folder, "timings.jsonl"), `${losses.map(timing).join("\n")}\n`);
};
write(0, [4, 3, 2]);
write(1, [6, 5, 4, 3]);
write(2, [1, "NaN", 1], { made: { setting: "e".repeat(64) } });
write(3, [9, 9, 9], { version: "0.0.1" });
const watched = new WatchedRuns(root);
const runs = [...watched.runs.values()].toSorted((a, b) => Number(a.record.values["seed"]) - Number(b.record.values["seed"]));
const keys = runs.map(({ key }) => key);
const ask = (bands: boolean, points = 100) => readCurves({ runs, metrics: ["loss", "none"], points, bands }, new SeriesCache());

describe("curves", () => {
  test("have each run's numbers, times and tokens; what is no number is null", () => {
    const { curves, bands, missing } = ask(false);
    expect([bands, missing]).toEqual([[], []]);
    expect(curves.map(({ run, value }) => [run, value])).toEqual([
      [keys[0], [4, 3, 2]],
      [keys[1], [6, 5, 4, 3]],
      [keys[2], [1, null, 1]],
      [keys[3], [9, 9, 9]],
    ]);
    expect(curves[1]).toMatchObject({ metric: "loss", kind: "step", step: [1, 2, 3, 4], time: [20, 40, 60, 80], tokens: [5, 10, 15, 20] });
  });

  test("repeats of a setting are a band at the steps that all have; other settings and versions are told apart", () => {
    const { curves, bands } = ask(true);
    expect(bands).toHaveLength(1);
    expect(bands[0]).toMatchObject({
      runs: [keys[0], keys[1]],
      step: [1, 2, 3],
      mean: [5, 4, 3],
      low: [4, 3, 2],
      high: [6, 5, 4],
      time: [15, 30, 45],
    });
    expect(curves.map(({ run }) => run)).toEqual([keys[2], keys[3]]);
  });

  test("have at most so many points", () => {
    for (const { value } of ask(false, 2).curves) expect(value.length).toBeLessThanOrEqual(2);
  });
});
