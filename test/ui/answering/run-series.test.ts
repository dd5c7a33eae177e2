/** Tests of a run's metrics as they come in. */
import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { RunSeries, SeriesCache } from "../../../src/ui/answering/run-series.ts";
import { pointsOf } from "../../../src/ui/answering/extreme-series.ts";

let folder: string;
const write = (name: string, lines: readonly object[], more = ""): void =>
  writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join("") + more);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-series-"));
  write("metrics.jsonl", [
    { kind: "evaluation", step: 0, metrics: { accuracy: 0.1 } },
    { kind: "step", step: 1, metrics: { loss: 3, odd: "NaN" } },
    { kind: "warning", step: 1, check: "x", message: "hm" },
    { kind: "step", step: 2, metrics: { loss: 2 } },
    { kind: "evaluation", step: 2, metrics: { accuracy: 0.4 } },
  ]);
  write("timings.jsonl", [
    { step: 1, milliseconds: 100, tokens: 10 },
    { step: 2, milliseconds: 50, tokens: 20 },
  ]);
});

const values = (series: RunSeries, kind: "step" | "evaluation", metric: string) =>
  pointsOf(series.series(kind, metric)?.parts() ?? []).map(({ step, value }) => [step, value]);

describe("the metrics of a run", () => {
  test("are told apart by steps and evaluations, with time and tokens until then", () => {
    const series = new RunSeries(folder);
    series.refresh();
    expect(series.names()).toEqual([
      { name: "accuracy", kind: "evaluation" },
      { name: "loss", kind: "step" },
      { name: "odd", kind: "step" },
    ]);
    expect(values(series, "step", "loss")).toEqual([
      [1, 3],
      [2, 2],
    ]);
    expect(values(series, "step", "odd")).toEqual([[1, Number.NaN]]);
    expect([0, 1, 2, 9].map((step) => series.time(step))).toEqual([0, 100, 150, 150]);
    expect([0, 1, 2].map((step) => series.tokens(step))).toEqual([0, 10, 30]);
    expect(series.unreadable).toEqual({});
    expect(series.alarms).toEqual([{ step: 1, check: "x", message: "hm" }]);
  });

  test("grow, and go back where the run resumes from before", () => {
    const series = new RunSeries(folder);
    series.refresh();
    appendFileSync(join(folder, "metrics.jsonl"), `${JSON.stringify({ kind: "step", step: 3, metrics: { loss: 1 } })}\n`);
    series.refresh();
    expect(values(series, "step", "loss")).toHaveLength(3);
    truncateSync(join(folder, "metrics.jsonl"), 0);
    appendFileSync(join(folder, "metrics.jsonl"), `${JSON.stringify({ kind: "step", step: 1, metrics: { loss: 7 } })}\n`);
    series.refresh();
    expect(values(series, "step", "loss")).toEqual([[1, 7]]);
  });

  test("lines that are damaged are counted, and spoil no other", () => {
    write("metrics.jsonl", [{ kind: "step", step: 1, metrics: { loss: 3 } }], '{"kind":"step","st\n{"kind":"step","step":-1}\n');
    write("timings.jsonl", [{ step: "x" }]);
    const series = new RunSeries(folder);
    series.refresh();
    expect(values(series, "step", "loss")).toEqual([[1, 3]]);
    expect(series.unreadable).toEqual({ "metrics.jsonl": 2, "timings.jsonl": 1 });
  });

  test("of many alarms the first and the newest are kept", () => {
    const lines = Array.from({ length: 300 }, (_, i) => ({ kind: "warning", step: i, check: "x", message: "hm" }));
    write("metrics.jsonl", lines);
    const series = new RunSeries(folder);
    series.refresh();
    const steps = series.alarms.map(({ step }) => step);
    expect([steps.length, steps[0], steps[49], steps[50], steps[99]]).toEqual([100, 0, 49, 250, 299]);
  });

  test("are kept, and read on when they are asked for again", () => {
    const cache = new SeriesCache();
    const first = cache.of(folder);
    appendFileSync(join(folder, "metrics.jsonl"), `${JSON.stringify({ kind: "step", step: 3, metrics: { loss: 1 } })}\n`);
    expect(cache.of(folder)).toBe(first);
    expect(values(first, "step", "loss")).toHaveLength(3);
  });
});
