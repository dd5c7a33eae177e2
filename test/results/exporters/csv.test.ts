/** Tests of the export to CSV. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { csv } from "../../../src/results/exporters/csv.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { mixedIn, writeMixedRuns } from "../../fixtures/mixed-runs.ts";
import { exportedRuns } from "../../fixtures/exported-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";
import { exporterLaws } from "../../laws/exporter.laws.ts";

const target = (): string => join(mkdtempSync(join(tmpdir(), "retort-csv-")), "new");
const rows = (path: string): string[][] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split(","));

exporterLaws(csv, {
  target,
  read: async (folder, run) =>
    rows(join(folder, "metrics.csv"))
      .filter((row) => row[3] === run.folder)
      .map((row) => [Number(row[5]), row[6]!, Number(row[7])] as const),
});

test("runs.csv has each run with its status, what it was asked and what came out", async () => {
  const folder = target();
  await csv.send({ runs: exportedRuns(), target: folder, signal: new AbortController().signal, exported: () => undefined });
  const [head, first, second] = rows(join(folder, "runs.csv"));
  expect(head).toEqual(["file", "run", "label", "status", "id", "folder", "milliseconds", "/seed", "accuracy", "loss"]);
  expect([first!.toSpliced(4, 2), second!.toSpliced(4, 2)]).toEqual([
    ["sweep", "run0", "run0", "done", "61000", "0", "0.25", "NaN"],
    ["sweep", "run1", "run1", "failed", "", "1", "", ""],
  ]);
  expect(readdirSync(folder).toSorted()).toEqual(["metrics.csv", "runs.csv"]);
});

test("runs of other code and data have it in columns", async () => {
  const folder = target();
  const { runs } = readRuns(writeMixedRuns(mkdtempSync(join(tmpdir(), "retort-csv-"))));
  await csv.send({ runs, target: folder, signal: new AbortController().signal, exported: () => undefined });
  const [head, ...all] = rows(join(folder, "runs.csv"));
  const columns = Object.keys(mixedIn).map((name) => head!.indexOf(name));
  expect(new Set(all.map((row) => columns.map((i) => row[i]).join(" "))).size).toBe(8);
});

test("names of runs, values and metrics that a spreadsheet would compute are texts there", async () => {
  const folder = target();
  const root = mkdtempSync(join(tmpdir(), "retort-csv-"));
  const run = writeRunFolder(root, {
    name: "=run",
    values: { note: "=2" },
    axes: { "/note": '=HYPERLINK("http://x")' },
    metrics: { "@m": 1 },
  });
  writeFileSync(join(run, "metrics.jsonl"), `${JSON.stringify({ kind: "step", step: 1, steps: 1, metrics: { "+metric": 1 } })}\n`);
  await csv.send({ runs: readRuns(root).runs, target: folder, signal: new AbortController().signal, exported: () => undefined });
  for (const name of ["runs.csv", "metrics.csv"]) for (const cell of rows(join(folder, name)).flat()) expect(cell).not.toMatch(/^"?[=+@]/u);
  expect(readFileSync(join(folder, "runs.csv"), "utf8")).toContain(`"'=HYPERLINK(""http://x"")"`);
  expect(readFileSync(join(folder, "metrics.csv"), "utf8")).toContain("'+metric");
});
