/** The lines of a run, and how they are cut back. */
import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { openRunLines, type RunLines } from "../../../src/runs/folder/run-files.ts";
import { readTrace } from "../../../src/runs/folder/trace-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "retort-lines-"));
});
const text = (name: string): string => readFileSync(join(folder, name), "utf8");
const lines = (name: string): unknown[] =>
  text(name)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);

const rollout = { prompt: "1+1=", reference: "2", completion: "3\n", source: "student", finish: "stop", tokens: 2, version: 0 } as const;

/** Steps and what comes with them; `pace` differs from one time to the next. */
const write = (open: RunLines, from: number, to: number, pace: number): void => {
  for (let step = from; step <= to; step += 1) {
    open.rollouts({ kind: "rollouts", step, rollouts: [rollout, { ...rollout, reward: step }] });
    const times = { rollouts: pace / 2, update: pace / 4 };
    open.report({ kind: "step", step, steps: 6, metrics: { loss: 1 / step }, tokens: 3, milliseconds: pace, times });
    open.timeline({ kind: "timeline", step, spans: [{ lane: "draw", slot: 0, start: step, end: step + 1, count: 2 }] });
    if (step === 2) open.report({ kind: "warning", step, check: "truncated", message: "all were cut" });
    if (step % 2 === 0) open.report({ kind: "evaluation", step, metrics: { accuracy: step / 10, length: step } });
    open.report({ kind: "checkpoint", step, path: "anywhere" });
  }
};

describe("the lines of a run", () => {
  test("are there as soon as they are reported, and hold nothing of the clock beside its own file", () => {
    const open = openRunLines(folder);
    open.rewind(0);
    open.report({
      kind: "step",
      step: 1,
      steps: 2,
      metrics: { loss: Number.NaN },
      tokens: 3,
      milliseconds: 4,
      times: { rollouts: 3, update: 1 },
    });
    expect(lines("metrics.jsonl")).toEqual([{ kind: "step", step: 1, steps: 2, metrics: { loss: "NaN" }, tokens: 3 }]);
    expect(lines("timings.jsonl")).toEqual([{ step: 1, milliseconds: 4, rollouts: 3, update: 1, tokens: 3 }]);
    open.rollouts({
      kind: "rollouts",
      step: 1,
      rollouts: [rollout, { ...rollout, reward: 0, parts: { "exact-match": 0 }, advantage: -0.5 }],
    });
    open.rollouts({ kind: "rollouts", step: 2, rollouts: [] });
    expect(lines("rollouts.jsonl")).toEqual([
      { step: 1, ...rollout },
      { step: 1, ...rollout, reward: 0, parts: { "exact-match": 0 }, advantage: -0.5 },
    ]);
    open.close();
  });

  test("are the same bytes when the run went on from a checkpoint, whatever was written after it", () => {
    const whole = openRunLines(folder);
    whole.rewind(0);
    write(whole, 1, 6, 10);
    expect(whole.milliseconds()).toBe(60);
    whole.close();
    const [metrics, rollouts] = [text("metrics.jsonl"), text("rollouts.jsonl")];
    folder = mkdtempSync(join(tmpdir(), "retort-lines-"));
    const first = openRunLines(folder);
    first.rewind(0);
    write(first, 1, 5, 10);
    first.close();
    // A line that a crash has cut.
    for (const name of ["metrics.jsonl", "timings.jsonl", "rollouts.jsonl", "trace.json"])
      appendFileSync(join(folder, name), '{"kind":"st');
    const second = openRunLines(folder);
    second.rewind(4);
    expect(second.summary()).toEqual({ metrics: { loss: 0.25, accuracy: 0.2, length: 2 } });
    expect(second.milliseconds()).toBe(40);
    second.report({ kind: "evaluation", step: 4, metrics: { accuracy: 0.4, length: 4 } });
    write(second, 5, 6, 1);
    expect(second.milliseconds()).toBe(42);
    expect(second.summary()).toEqual({ metrics: { loss: 1 / 6, accuracy: 0.6, length: 6 } });
    second.close();
    expect(text("metrics.jsonl")).toBe(metrics);
    expect(text("rollouts.jsonl")).toBe(rollouts);
    expect(lines("timings.jsonl").map((line) => (line as { milliseconds: number }).milliseconds)).toEqual([10, 10, 10, 10, 1, 1]);
  });

  test("are none when the run begins anew", () => {
    const first = openRunLines(folder);
    first.rewind(0);
    write(first, 1, 3, 10);
    first.close();
    const second = openRunLines(folder);
    second.rewind(0);
    expect(["metrics.jsonl", "timings.jsonl", "rollouts.jsonl"].map(text)).toEqual(["", "", ""]);
    expect(text("trace.json")).toBe("[\n");
    expect(second.summary()).toEqual({ metrics: {} });
    second.close();
  });

  test("leave a trace that can be read, however often the run was interrupted", async () => {
    const first = openRunLines(folder);
    first.rewind(0);
    write(first, 1, 5, 10);
    first.close();
    const second = openRunLines(folder);
    second.rewind(3);
    write(second, 4, 4, 10);
    second.close();
    expect(await readTrace(join(folder, "trace.json"))).toMatchObject({ step: 4, spans: [{ lane: "draw", count: 2 }] });
  });

  test("that are missing before a checkpoint are an error that says what to do", () => {
    const first = openRunLines(folder);
    first.rewind(0);
    write(first, 1, 2, 10);
    first.close();
    expect(() => openRunLines(folder).rewind(4)).toThrow(
      /metrics\.jsonl: expected a line for each of 4 steps, got 2; remove .*, and the run starts anew/u,
    );
  });
});
