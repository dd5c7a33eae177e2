/** The log of a run. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { openRunLog } from "../../../src/runs/folder/run-log.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-log-"));
});
const lines = (): Record<string, unknown>[] =>
  readFileSync(join(folder, "log.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const rollout = { prompt: "1+1=", reference: "2", completion: "3", source: "student", finish: "stop", tokens: 2, version: 0 } as const;
const failure = (error: string) => ({ attempts: 3, outcome: "dropped", error }) as const;

test("says what happened when, and nothing of steps and evaluations", () => {
  const log = openRunLog(folder);
  log.begun(1);
  log.report({ kind: "step", step: 1, steps: 2, metrics: {}, tokens: 1, milliseconds: 1, times: { rollouts: 1, update: 0 } });
  log.report({ kind: "evaluation", step: 1, metrics: {} });
  log.report({ kind: "warning", step: 1, check: "truncated", message: "all were cut" });
  log.report({ kind: "checkpoint", step: 1, path: "checkpoints/1" });
  log.report({ kind: "damaged", message: "checkpoint 2 is damaged" });
  log.ended("done");
  log.close();
  expect(lines()).toMatchObject([
    { level: "info", msg: "begun", attempt: 1, pid: process.pid },
    { level: "warn", msg: "all were cut", step: 1, check: "truncated" },
    { level: "info", msg: "checkpoint", step: 1, path: "checkpoints/1" },
    { level: "warn", msg: "checkpoint 2 is damaged" },
    { level: "info", msg: "done" },
  ]);
  for (const { time } of lines()) expect(Math.abs(Date.now() - Date.parse(String(time)))).toBeLessThan(600_000);
});

test("has a line for each scorer that failed in a step, and none where all answered", () => {
  const log = openRunLog(folder);
  log.rollouts({ kind: "rollouts", step: 1, rollouts: [rollout] });
  const failing = [{ teacher: failure("503") }, { teacher: failure("504"), reward: failure("NaN") }].map((failures) => ({
    ...rollout,
    failures,
  }));
  log.rollouts({ kind: "rollouts", step: 2, rollouts: [rollout, ...failing] });
  log.close();
  expect(lines()).toMatchObject([
    { level: "warn", step: 2, scorer: "teacher", failed: 2, of: 3, error: "504" },
    { level: "warn", step: 2, scorer: "reward", failed: 1, of: 3, error: "NaN" },
  ]);
});

test("continues where it was, and keeps the stack of what failed", () => {
  for (const attempt of [1, 2]) {
    const log = openRunLog(folder);
    log.begun(attempt);
    log.ended("failed", attempt === 1 ? new Error("plain") : new RangeError("no luck"));
    log.close();
  }
  expect(lines().map(({ msg }) => msg)).toEqual(["begun", "failed", "continues", "failed"]);
  expect(lines()[1]).toMatchObject({ level: "error", err: { message: "plain" } });
  expect(lines()[3]).toMatchObject({
    err: { type: "RangeError", message: "no luck", stack: expect.stringContaining("run-log.test") as string },
  });
});

test("what strangers wrote acts on no terminal that shows it, and is what it was for who reads JSON", () => {
  const log = openRunLog(folder);
  const message = "\u202egnp.exe\u009b2J\u200b";
  log.report({ kind: "warning", step: 1, check: "truncated", message });
  log.ended("failed", new Error(message));
  log.close();
  const text = readFileSync(join(folder, "log.jsonl"), "utf8");
  expect(text).toContain(String.raw`\u202egnp.exe\u009b2J\u200b`);
  expect(text).not.toMatch(/[\u200b\u202e\u009b]/u);
  expect(lines()).toMatchObject([{ msg: message }, { err: { message } }]);
});
