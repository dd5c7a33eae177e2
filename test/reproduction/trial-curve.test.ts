/** Tests of curves: which runs have one, and what of it a file keeps. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { curveIn, curveJson, readTrialCurve } from "../../src/reproduction/trial-curve.ts";
import { readRuns } from "../../src/runs/reading/read-runs.ts";
import { writeRunFolder } from "../fixtures/run-folders.ts";

const root = mkdtempSync(join(tmpdir(), "retort-curve-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = writeRunFolder(root);
const run = readRuns(folder).runs[0]!;

const evaluation = (step: number) => ({ kind: "evaluation", step, metrics: { accuracy: step / 10 } });
const step = (number: number, tokens?: number) => ({ kind: "step", step: number, metrics: { loss: 1 }, tokens });

const read = (lines: readonly object[]) => {
  writeFileSync(join(folder, "metrics.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return readTrialCurve(run);
};

test("an evaluation has the tokens of all steps before it", async () => {
  expect(await read([evaluation(0), step(1, 10), evaluation(1), step(2, 7), step(3, 5), evaluation(3)])).toEqual([
    { step: 0, tokens: 0, metrics: { accuracy: 0 } },
    { step: 1, tokens: 10, metrics: { accuracy: 0.1 } },
    { step: 3, tokens: 22, metrics: { accuracy: 0.3 } },
  ]);
});

test("a run that was not evaluated on the way has none, nor one whose steps say nothing of tokens", async () => {
  expect(await read([evaluation(0), step(1, 10), step(2, 10), evaluation(2)])).toBeUndefined();
  expect(await read([evaluation(0), step(1), evaluation(1), step(2, 10), evaluation(2)])).toBeUndefined();
  expect(await read([])).toBeUndefined();
});

test("a file keeps all of it, also what is not finite", () => {
  const curve = [{ step: 1, tokens: 2, metrics: { a: 0.5, b: NaN, c: -Infinity } }];
  const kept = JSON.parse(JSON.stringify(curveJson(curve))) as Parameters<typeof curveIn>[0];
  expect(kept).toEqual([{ step: 1, tokens: 2, metrics: { a: 0.5, b: "NaN", c: "-Infinity" } }]);
  expect(curveIn(kept, "curve")).toEqual(curve);
});

test.each([
  [{}, "curve: expected a list"],
  [[1], "curve/0: expected an object"],
  [[{ step: -1, tokens: 0 }], "curve/0/step: expected a whole number from 0 on, got -1"],
  [[{ step: 1, tokens: "2" }], 'curve/0/tokens: expected a whole number from 0 on, got "2"'],
])("what is no curve is refused: %j", (value, message) => {
  expect(() => curveIn(value, "curve")).toThrow(message);
});
