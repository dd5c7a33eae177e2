/** Tests of the table of runs. */
import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lockFolder } from "../../../src/runs/folder/lock.ts";
import { RunRows } from "../../../src/ui/answering/run-rows.ts";
import { WatchedRuns } from "../../../src/ui/answering/watched-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

const root = mkdtempSync(join(tmpdir(), "retort-rows-"));
const values = (seed: number, alpha: number) => ({ seed, objective: { alpha }, training: { steps: 10 } });
writeRunFolder(root, {
  minute: 1,
  values: values(0, 0.5),
  axes: { "/objective/alpha": 0.5 },
  accuracy: 0.75,
  metrics: { loss: Number.NaN },
});
const running = writeRunFolder(root, { minute: 2, values: values(1, 0.25), status: "running" });
writeFileSync(
  join(running, "metrics.jsonl"),
  [
    { kind: "evaluation", step: 0, metrics: { accuracy: 0.1 } },
    { kind: "step", step: 1, metrics: { loss: 2 } },
    { kind: "step", step: 2, metrics: { loss: 1 } },
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join(""),
);
writeFileSync(join(running, "timings.jsonl"), '{"step":1,"milliseconds":100}\n{"step":2,"milliseconds":300}\n');

describe("rows", () => {
  test("are newest first, with progress, time left, the headline and cells", async () => {
    const held = await lockFolder(running);
    const runs = new WatchedRuns(root);
    await runs.refresh();
    const { rows, columns, names } = new RunRows(runs).list(["/objective/alpha", "loss", "nothing", "/no~pointer"]);
    expect(names).toEqual(["/objective/alpha", "loss", "nothing", "/no~pointer"]);
    expect(rows.map(({ status, step, steps, left, headline, cells }) => ({ status, step, steps, left, headline, cells }))).toEqual([
      { status: "running", step: 2, steps: 10, left: 1600, headline: { metric: "accuracy", value: 0.1 }, cells: [0.25, 1, null, null] },
      {
        status: "done",
        step: 10,
        steps: 10,
        left: undefined,
        headline: { metric: "accuracy", value: 0.75 },
        cells: [0.5, "NaN", null, null],
      },
    ]);
    expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(["/objective/alpha", "/seed", "loss", "accuracy"]));
    expect(columns.findIndex(({ name }) => name === "/objective/alpha")).toBeLessThan(columns.findIndex(({ name }) => name === "loss"));
    if ("release" in held) await held.release();
  });

  test("follow a run that is at work", async () => {
    const held = await lockFolder(running);
    const runs = new WatchedRuns(root);
    await runs.refresh();
    const rows = new RunRows(runs);
    const step = () => rows.list([]).rows[0]!.step;
    expect(step()).toBe(2);
    appendFileSync(join(running, "metrics.jsonl"), `${JSON.stringify({ kind: "step", step: 3, metrics: { loss: 1 } })}\n`);
    await new Promise((resolve) => setTimeout(resolve, 510));
    await runs.refresh();
    expect(step()).toBe(3);
    if ("release" in held) await held.release();
  });
});
