/** Tests of what is said of a step. */
import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { traceHead, traceWriter } from "../../../src/runs/folder/trace-file.ts";
import { StepReader } from "../../../src/ui/answering/step-details.ts";
import type { WatchedRun } from "../../../src/ui/answering/watched-runs.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-step-"));
let trace = traceHead;
const write = traceWriter((text) => (trace += text), 0);
for (const step of [1, 2]) {
  const at = 1000 * step;
  write({
    kind: "timeline",
    step,
    spans: [
      { lane: "draw", slot: 0, start: at, end: at + 10, count: 4 },
      { lane: "draw", slot: 0, start: at + 10, end: at + 20, count: 4 },
      { lane: "teacher", slot: 0, start: at + 20, end: at + 40, count: 8 },
      { lane: "update", slot: 0, start: at + 40, end: at + 60, count: 8 },
    ],
  });
}
writeFileSync(join(folder, "trace.json"), `${trace}{"damaged`);
writeFileSync(
  join(folder, "timings.jsonl"),
  '{"step":1,"milliseconds":100,"rollouts":40,"update":20,"tokens":50}\n{"step":2,"milliseconds":50,"rollouts":30,"update":20,"tokens":50}\n',
);
const alarms = [1, 2].map((step) => ({ step, check: "truncation", message: `Raise the limit of step ${step}.` }));
const run = { folder, key: "k", record: { status: "done" } } as WatchedRun;

describe("a step", () => {
  test("has its chart, its times, what waited for what, and what its checks said", async () => {
    const step = await new StepReader().read(run, undefined, { alarms });
    expect(step).toMatchObject({ first: 1, last: 2, step: 2 });
    expect(step.gantt).toContain("Gantt chart of step 2, 60 milliseconds");
    expect(Object.fromEntries(step.timings)).toMatchObject({ milliseconds: 50, update: 20, "tokens per second": 1000 });
    expect(Object.fromEntries(step.machine)).toEqual({ "rollouts that waited for teacher, at most": 8 });
    expect(step.alarms).toEqual([alarms[1]]);
  });

  test("that one of the files does not have yet is not the last", async () => {
    appendFileSync(join(folder, "timings.jsonl"), '{"step":3,"milliseconds":50,"tokens":50}\n');
    expect(await new StepReader().read(run, undefined, { alarms })).toMatchObject({ last: 2, step: 2 });
  });

  test("that was not timed says nothing", async () => {
    const step = await new StepReader().read(run, 7, { alarms });
    expect(step).toMatchObject({ first: 1, last: 2, step: 7, gantt: "", timings: [], machine: [], alarms: [] });
  });
});
