/** Tests of memory that is given back at once. */
import { expect, test } from "vitest";
import { releaseMemory } from "../../src/workers/release-memory.ts";

test("arrays lose their memory now, each buffer once, and shared memory stays", () => {
  const whole = new Float32Array(2 ** 20).fill(1);
  const shared = new Float32Array(new SharedArrayBuffer(8)).fill(3);
  const before = process.memoryUsage().arrayBuffers;
  releaseMemory([whole.subarray(0, 10), whole.subarray(10), shared]);
  expect(whole.length).toBe(0);
  expect([...shared]).toEqual([3, 3]);
  // No collection has run in between.
  expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(4 * 2 ** 20);
});
