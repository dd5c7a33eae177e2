/** Tests of how a run is shown. */
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { displayOf } from "../../../src/cli/display/progress.ts";
import type { RunEvent } from "../../../src/experiments/running/run-event.ts";
import { recorder } from "../recorder.ts";

const teacher = { run: "run", stage: "teacher" };
const run = { run: "run", stage: undefined };
const step = (n: number, milliseconds: number): RunEvent => ({
  kind: "report",
  training: run,
  report: {
    kind: "step",
    step: n,
    steps: 4,
    metrics: { loss: 0.5, reward: 0.25 },
    tokens: 600,
    milliseconds,
    times: { rollouts: 2, update: 1 },
  },
});
const events: RunEvent[] = [
  { kind: "reuse", training: teacher, folder: ".retort/stages/abc", accuracy: 0.875 },
  { kind: "begin", training: run, steps: 4 },
  { kind: "report", training: run, report: { kind: "evaluation", step: 0, metrics: { accuracy: 0.5 } } },
  step(1, 3000),
  step(2, 3000),
  step(3, 3000),
  {
    kind: "report",
    training: run,
    report: { kind: "warning", step: 3, check: "truncated", message: "steps 1 to 3: all were cut; mend it" },
  },
  { kind: "report", training: run, report: { kind: "checkpoint", step: 3, path: "x" } },
  step(4, 3000),
  { kind: "end", training: run, folder: "runs/x/run-1", milliseconds: 12_000, accuracy: 0.75 },
];

describe("without a terminal", () => {
  test("is a line every few seconds of training", () => {
    const { terminal, output, errors } = recorder();
    const display = displayOf("auto", terminal);
    events.forEach((event) => display.show(event));
    display.close();
    expect(output()).toBe("");
    expect(errors()).toBe(
      `teacher  stored before  accuracy 87.5%  .retort/stages/abc
run  4 steps
run  step 0  accuracy 50.0%
run  step 2/4  0:06 left  loss 0.500  reward 0.250  200 tok/s
run  ! truncated: steps 1 to 3: all were cut; mend it
run  step 4/4  0:00 left  loss 0.500  reward 0.250  200 tok/s
run  done in 0:12  accuracy 75.0%  runs/x/run-1
`,
    );
  });
});

test("quiet says nothing", () => {
  const { terminal, output, errors } = recorder();
  const display = displayOf("quiet", terminal);
  events.forEach((event) => display.show(event));
  display.close();
  expect(output() + errors()).toBe("");
});

test("json is one event a line, as it came; an evaluation says its accuracy beside its metrics too", () => {
  const { terminal, output } = recorder();
  const display = displayOf("json", terminal);
  events.forEach((event) => display.show(event));
  const lines = output().trimEnd().split("\n");
  const expected = events.map((event) =>
    event.kind === "report" && event.report.kind === "evaluation" ? { ...event, report: { ...event.report, accuracy: 0.5 } } : event,
  );
  expect(lines.map((line) => JSON.parse(line) as RunEvent)).toEqual(JSON.parse(JSON.stringify(expected)));
});

describe("on a terminal", () => {
  const draw = (shown: readonly RunEvent[]): string => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 120, rows: 30 }) as unknown as NodeJS.WriteStream & PassThrough;
    const { terminal } = recorder();
    const display = displayOf("auto", { ...terminal, errors: stream, live: stream });
    shown.forEach((event) => display.show(event));
    display.close();
    display.close();
    return String(stream.read());
  };

  test("keeps what is done as lines, and gives the cursor back", () => {
    const text = draw(events);
    expect(text).toContain("run  step 0  accuracy 50.0%\n");
    expect(text).toContain("run  ✓ done in 0:12  accuracy 75.0%  runs/x/run-1\n");
    expect(text).toContain("run  ! truncated: steps 1 to 3: all were cut; mend it\n");
    expect(text).toContain("0/4");
    expect(text.lastIndexOf("\u001b[?25h")).toBeGreaterThan(text.lastIndexOf("\u001b[?25l"));
  });

  test("gives the cursor back when the run breaks off", () => {
    const text = draw(events.slice(0, 4));
    expect(text.lastIndexOf("\u001b[?25h")).toBeGreaterThan(text.lastIndexOf("\u001b[?25l"));
  });
});
