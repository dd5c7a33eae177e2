/** Tests of what a run reported, read again. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readHistory, stepTimes, type HistoryLine } from "../../../src/runs/reading/history.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { exportedRuns, reported } from "../../fixtures/exported-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

const historyOf = async (run: Parameters<typeof readHistory>[0]): Promise<HistoryLine[]> => {
  const lines: HistoryLine[] = [];
  for await (const line of readHistory(run)) lines.push(line);
  return lines;
};

test("steps and evaluations have their metrics, and the times of the steps", async () => {
  const [run] = exportedRuns();
  const lines = await historyOf(run!);
  const started = Date.parse(run!.record.started);
  expect(lines.map(({ kind, step, time }) => [kind, step, time - started])).toEqual([
    ["step", 1, 1000],
    ["step", 2, 1500],
    ["evaluation", 2, 1500],
  ]);
  expect(lines.flatMap(({ step, metrics }) => Object.entries(metrics).map(([name, value]) => [step, name, value]))).toEqual(reported(0));
});

test("damaged lines are left out, and no file is no history", async () => {
  const folder = writeRunFolder(mkdtempSync(join(tmpdir(), "retort-history-")));
  const [run] = readRuns(folder).runs;
  expect(await historyOf(run!)).toEqual([]);
  const lines = [
    '{"kind":"step","step":1,"metrics":{"a":1},"tokens":12}',
    "[]",
    "{",
    '{"kind":"step","step":-1}',
    '{"kind":"step","step":2,"metrics":3,"tokens":-1}',
  ];
  writeFileSync(join(folder, "metrics.jsonl"), `${lines.join("\n")}\n`);
  const started = Date.parse(run!.record.started);
  expect(await historyOf(run!)).toEqual([
    { kind: "step", step: 1, time: started, metrics: { a: 1 }, tokens: 12 },
    { kind: "step", step: 2, time: started, metrics: {}, tokens: undefined },
  ]);
  rmSync(join(folder, "metrics.jsonl"));
  expect(await historyOf(run!)).toEqual([]);
});

test("steps have the times that were written, whole lines alone", async () => {
  const folder = writeRunFolder(mkdtempSync(join(tmpdir(), "retort-times-")));
  expect([...(await stepTimes(folder))]).toEqual([]);
  writeFileSync(
    join(folder, "timings.jsonl"),
    '{"step":1,"milliseconds":5}\n{"step":2}\n{"step":3,"milliseconds":-1}\n{"step":4,"milliseconds":7}\n{"st',
  );
  expect([...(await stepTimes(folder))]).toEqual([
    [1, 5],
    [4, 7],
  ]);
  rmSync(folder, { recursive: true });
});
