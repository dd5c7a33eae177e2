/** Tests of the progress of trials. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFolder, isLock } from "../../../src/runs/folder/lock.ts";
import { progressIn, trialFolder } from "../../../src/sweeps/planning/trial-progress.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-progress-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, value: unknown): void => writeFileSync(join(folder, name), JSON.stringify(value));
const line = (value: object): string => `${JSON.stringify(value)}\n`;

test("a trial that nobody began waits", async () => {
  expect(await progressIn(join(folder, "none"), 9)).toMatchObject({ status: "waiting", step: 0 });
});

test("a trial that is done says what came out", async () => {
  write("manifest.json", { status: "done" });
  write("summary.json", { milliseconds: 12, metrics: { loss: 1, odd: "NaN", accuracy: 0.5 } });
  expect(await progressIn(folder, 9)).toEqual({
    status: "done",
    step: 9,
    metrics: { loss: 1, accuracy: 0.5 },
    milliseconds: 12,
    error: undefined,
  });
});

test("a trial that runs has a process; without one it was interrupted", async () => {
  write("manifest.json", { status: "running" });
  const steps = [1, 2].map((step) => line({ kind: "step", step, metrics: { loss: step } })).join("");
  writeFileSync(
    join(folder, "metrics.jsonl"),
    `${line({ kind: "evaluation", step: 0, metrics: { accuracy: 0.25 } })}${steps}{"kind":"step","st`,
  );
  const stopped = await progressIn(folder, 9);
  expect(stopped).toMatchObject({ status: "interrupted", step: 2, metrics: { loss: 2, accuracy: 0.25 } });
  const lock = await lockFolder(folder);
  expect(await progressIn(folder, 9)).toEqual({ ...stopped, status: "running" });
  if (isLock(lock)) await lock.release();
  expect(await progressIn(folder, 9)).toEqual(stopped);
});

test("a trial that failed or paused says so", async () => {
  write("manifest.json", { status: "failed", error: "the service is down" });
  expect(await progressIn(folder, 9)).toMatchObject({ status: "failed", error: "the service is down" });
  write("manifest.json", { status: "paused" });
  expect(await progressIn(folder, 9)).toMatchObject({ status: "paused", error: undefined });
});

test("the last lines are found at the end of a long file", async () => {
  write("manifest.json", { status: "paused" });
  const lines = Array.from({ length: 5000 }, (_, i) => line({ kind: "step", step: i + 1, metrics: { loss: i } }));
  writeFileSync(join(folder, "metrics.jsonl"), lines.join(""));
  expect(await progressIn(folder, 5000)).toMatchObject({ step: 5000, metrics: { loss: 4999 } });
});

test("folders are beside the plan", () => {
  mkdirSync(join(folder, "x"));
  const id = "a".repeat(64);
  expect(trialFolder(join(folder, "x"), { file: "/somewhere/x.json" }, { id, name: "trial" })).toBe(
    join(folder, "x", `trial-${"a".repeat(16)}`),
  );
});
