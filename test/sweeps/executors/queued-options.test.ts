/** Tests of the file that says workers how trials are run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readQueuedOptions, writeQueuedOptions } from "../../../src/sweeps/executors/queued-options.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-queued-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a folder without it is refused", () => {
  expect(() => readQueuedOptions(folder)).toThrow(/queue\.json: expected how trials are run in .* got no file; start the sweep/u);
});

test("options are read as they were written", async () => {
  for (const options of [
    { threads: 2, retries: 0 },
    { threads: 1, retries: 3 },
  ]) {
    await writeQueuedOptions(folder, options);
    expect(readQueuedOptions(folder)).toEqual(options);
  }
});

test.each([
  ["other keys", '{"threads": 1, "retries": 0, "command": "rm"}', /queue\.json: \/command: unknown key/u],
  ["too much", " ".repeat(10_001), /at most 10000 bytes, got 10001/u],
])("%s are refused", (_name, text, message) => {
  writeFileSync(join(folder, "queue.json"), text);
  expect(() => readQueuedOptions(folder)).toThrow(message);
});
