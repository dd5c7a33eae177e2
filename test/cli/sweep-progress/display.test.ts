/** Tests of the displays of a sweep. */
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { sweepDisplayOf } from "../../../src/cli/sweep-progress/display.ts";
import type { TrialState } from "../../../src/sweeps/driving/drive.ts";
import { recorder } from "../recorder.ts";

const entry = (status: TrialState["progress"]["status"]): TrialState => ({
  trial: { id: "a".repeat(64), name: "trial", label: "seed=0", axes: { "/seed": 0 }, steps: 10 },
  folder: "runs/x",
  progress: { status, step: 5, metrics: { loss: 1 }, milliseconds: undefined, error: undefined },
});

test("a pipe gets a line for each change, and counts", () => {
  const { terminal, output, errors } = recorder();
  const display = sweepDisplayOf("auto", terminal);
  display.show([entry("waiting")], []);
  display.show([entry("running")], [entry("running")]);
  expect(errors()).toBe("seed=0  resumes from step 5\n1 running\n");
  expect(output()).toBe("");
});

test("quiet says notes only", () => {
  const { terminal, errors } = recorder();
  const display = sweepDisplayOf("quiet", terminal);
  display.show([entry("running")], [entry("running")]);
  display.note("stopping");
  expect(errors()).toBe("stopping\n");
});

test("JSON has an object for each change", () => {
  const { terminal, output } = recorder();
  sweepDisplayOf("json", terminal).show([entry("running")], [entry("running")]);
  expect(JSON.parse(output())).toMatchObject({
    kind: "trial",
    axes: { "/seed": 0 },
    status: "running",
    step: 5,
    steps: 10,
    folder: "runs/x",
  });
});

test("a terminal is drawn over, no line longer than it, and left clean", () => {
  const stream = Object.assign(new PassThrough(), { columns: 20, rows: 10, isTTY: true }) as unknown as NodeJS.WriteStream;
  const display = sweepDisplayOf("auto", { ...recorder().terminal, live: stream });
  display.show([entry("running")], []);
  display.show([entry("running")], []);
  display.close();
  const text = String((stream as unknown as PassThrough).read());
  expect(text.split("\u001b[2A\u001b[0J")).toHaveLength(3);
  for (const line of text.replaceAll("\u001b[2A\u001b[0J", "").split("\n")) expect(line.length).toBeLessThan(20);
});
