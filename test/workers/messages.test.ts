/** Tests of messages between threads. */
import { expect, test } from "vitest";
import { buffersOf } from "../../src/workers/messages.ts";

test("buffersOf gives each buffer once, and no shared memory", () => {
  const values = new Float32Array(4);
  const others = new Uint8Array(2);
  const shared = new Int32Array(new SharedArrayBuffer(8));
  expect(buffersOf([values, values.subarray(1), others, shared])).toEqual([values.buffer, others.buffer]);
  expect(buffersOf([])).toEqual([]);
});
