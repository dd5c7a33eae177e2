/** Tests of a run's trace: what is written is read back, and is what Chrome's format says. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTrace, traceHead, traceStep, traceWriter } from "../../../src/runs/folder/trace-file.ts";

const span = (lane: string, slot: number, start: number) => ({ lane, slot, start, end: start + 2.5, count: 4 });

const written = (): string => {
  let text = traceHead;
  const write = traceWriter((more) => (text += more), 1_000_000);
  write({ kind: "timeline", step: 1, spans: [span("draw", 0, 10), span("teacher", 0, 12)] });
  write({ kind: "timeline", step: 2, spans: [span("draw", 0, 20), span("draw", 1, 20), span("update", 0, 30)] });
  return text;
};

const file = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), "retort-trace-")), "trace.json");
  writeFileSync(path, text);
  return path;
};

describe("a trace", () => {
  test("is an array of complete events in microseconds, with a named row for each slot of a lane", () => {
    const events = JSON.parse(`${written().trimEnd().slice(0, -1)}]`) as Record<string, unknown>[];
    expect(events.filter(({ ph }) => ph === "M").map(({ tid, args }) => [tid, args])).toEqual([
      [1, { name: "draw 1" }],
      [2, { name: "teacher 1" }],
      [3, { name: "draw 2" }],
      [4, { name: "update 1" }],
    ]);
    const [first] = events.filter(({ ph }) => ph === "X");
    expect(first).toEqual({
      name: "draw",
      cat: "step 1",
      ph: "X",
      pid: 1,
      tid: 1,
      ts: 1_000_010_000,
      dur: 2500,
      args: { step: 1, slot: 0, rollouts: 4 },
    });
  });

  test("says of each line which step it is of, where it is of one", () => {
    const steps = written().trimEnd().split("\n").map(traceStep);
    expect(steps).toEqual([undefined, undefined, 1, undefined, 1, 2, undefined, 2, undefined, 2]);
  });

  test("gives a step back, or the last one", async () => {
    const path = file(written());
    const moved = (lane: string, slot: number, start: number) => ({ ...span(lane, slot, start + 1e6), end: start + 1e6 + 2.5 });
    expect(await readTrace(path, 1)).toEqual({ kind: "timeline", step: 1, spans: [moved("draw", 0, 10), moved("teacher", 0, 12)] });
    expect((await readTrace(path)).step).toBe(2);
    await expect(readTrace(path, 3)).rejects.toThrow("expected step 3, got none");
  });

  test("that was cut in its last line is read without it; damage elsewhere is refused with its line", async () => {
    const text = written();
    expect((await readTrace(file(text.slice(0, -20)), 2)).spans).toHaveLength(2);
    await expect(readTrace(file(text.replace('"name":"draw"', '"name":draw')))).rejects.toThrow(/trace\.json:3: expected a trace event/u);
    await expect(readTrace(file(`[\n${"x".repeat(5000)}`))).rejects.toThrow("expected at most 4096 bytes in a line");
    await expect(readTrace(file('[\n{"ph":"X","name":7},\n'))).rejects.toThrow("expected a step, got none");
  });
});
