/** Tests of the time of a step. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { stepMilliseconds } from "../../src/reproduction/step-time.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-time-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const median = (times: readonly number[]): Promise<number | undefined> => {
  writeFileSync(
    join(folder, "timings.jsonl"),
    times.map((milliseconds, i) => `${JSON.stringify({ step: i + 1, milliseconds })}\n`).join(""),
  );
  return stepMilliseconds(folder);
};

test("it is the median of all steps but the first", async () => {
  expect(await stepMilliseconds(folder)).toBeUndefined();
  expect(await median([9000, 10])).toBe(10);
  expect(await median([9000, 30, 10, 20])).toBe(20);
  expect(await median([9000, 100, 10, 20, 40])).toBe(30);
  expect(await median([9000])).toBeUndefined();
});
