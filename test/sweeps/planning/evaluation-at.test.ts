/** Tests of a trial's evaluation after so many steps. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluationAt } from "../../../src/sweeps/planning/evaluation-at.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-evaluation-"));
const lines = [
  { kind: "evaluation", step: 0, accuracy: 0.1, metrics: { length: 5 } },
  { kind: "step", step: 2, metrics: { accuracy: 9, note: '"evaluation"' } },
  { kind: "evaluation", step: 2, accuracy: 0.4, metrics: { length: 3, loss: "NaN" } },
  { kind: "evaluation", step: 4, metrics: { accuracy: 0.7, length: 2 } },
  { kind: "evaluation", step: 5, metrics: { length: 2, "evaluation/reward": 1.5 } },
];
writeFileSync(
  join(folder, "metrics.jsonl"),
  `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"kind":"evaluation","step":6,"accur`,
);

test("is that of the step, accuracy or another metric", async () => {
  expect(await evaluationAt(folder, 2, "accuracy")).toBe(0.4);
  expect(await evaluationAt(folder, 4, "length")).toBe(2);
});

test("is the accuracy, or without one the held-out reward, where none is named", async () => {
  expect(await evaluationAt(folder, 4)).toBe(0.7);
  expect(await evaluationAt(folder, 5)).toBe(1.5);
});

test("is nothing where there is none, or no number", async () => {
  expect(await evaluationAt(folder, 3, "accuracy")).toBeUndefined();
  expect(await evaluationAt(folder, 2, "loss")).toBeUndefined();
  expect(await evaluationAt(folder, 6, "accuracy")).toBeUndefined();
  expect(await evaluationAt(join(folder, "none"), 2, "accuracy")).toBeUndefined();
});
