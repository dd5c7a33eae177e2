/** Tests of `retort trace`. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { traceWriter } from "../../../src/runs/folder/trace-file.ts";
import { recorder } from "../recorder.ts";

const run = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "retort-trace-"));
  let text = "";
  const write = traceWriter((more) => (text += more), 0);
  for (const step of [1, 2]) {
    const at = 100 * step;
    write({
      kind: "timeline",
      step,
      spans: [
        { lane: "draw", slot: 0, start: at, end: at + 40, count: 8 },
        { lane: "teacher", slot: 0, start: at + 20, end: at + 60, count: 8 },
      ],
    });
  }
  writeFileSync(join(folder, "trace.json"), text);
  return folder;
};

test("draws the last step, or the one that is asked for", async () => {
  const folder = run();
  const { terminal, output } = recorder();
  expect(await main(["trace", folder], terminal)).toBe(0);
  expect(output()).toMatch(/^step 2\ndraw {5}█+ +40 ms {2}67 %\nteacher {2} +█+ +40 ms {2}67 %\n/u);
  expect(output()).toContain("1.33 at once in the mean");
  const other = recorder();
  expect(await main(["trace", folder, "--step", "1", "--json"], other.terminal)).toBe(0);
  expect(JSON.parse(other.output())).toMatchObject({
    step: 1,
    spans: [
      { lane: "draw", start: 100 },
      { lane: "teacher", end: 160 },
    ],
  });
});

test("says what is wrong with a folder and a step", async () => {
  const folder = run();
  const nowhere = recorder();
  expect(await main(["trace", join(folder, "nowhere")], nowhere.terminal)).not.toBe(0);
  expect(nowhere.errors()).toContain("expected the folder of a run");
  const never = recorder();
  expect(await main(["trace", folder, "--step", "9"], never.terminal)).not.toBe(0);
  expect(never.errors()).toContain("expected step 9, got none");
  expect(await main(["trace", folder, "--step", "first"], recorder().terminal)).not.toBe(0);
});
