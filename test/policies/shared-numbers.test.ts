/** Tests of the memory of weights. */
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { expect, test } from "vitest";
import { layoutOf, ownNumbers, sharedNumbers } from "../../src/policies/shared-numbers.ts";

test("arrays are zeros of their own in shared memory, the large ones beside each other", () => {
  const arrays = [3, 20_001, 1, 40_000, 2 ** 24].map(sharedNumbers);
  for (const [i, array] of arrays.entries()) {
    expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
    array.fill(i + 1);
  }
  expect(arrays.map(({ length }) => length)).toEqual([3, 20_001, 1, 40_000, 2 ** 24]);
  for (const [i, array] of arrays.entries()) expect([array[0], array.at(-1)]).toEqual([i + 1, i + 1]);
  expect(arrays[1]!.buffer).toBe(arrays[3]!.buffer);
  for (const array of [arrays[1]!, arrays[3]!, arrays[4]!]) expect(array.byteOffset % 64).toBe(48);
});

test("what is sent is the same memory on the other side", () => {
  const { port1, port2 } = new MessageChannel();
  const array = sharedNumbers(20_000);
  port1.postMessage(array);
  const received = receiveMessageOnPort(port2)!.message as Float32Array;
  array[19_999] = 7;
  expect(received[19_999]).toBe(7);
  port1.close();
});

test("arrays of one's own lie in one piece of memory that no thread shares, without gaps in what is asked for", () => {
  const counts = [5, 16_384, 1];
  const arrays = ownNumbers(counts);
  expect(arrays.map(({ length }) => length)).toEqual(counts);
  expect(new Set(arrays.map(({ buffer }) => buffer)).size).toBe(1);
  expect(arrays[0]!.buffer).toBeInstanceOf(ArrayBuffer);
  for (const [i, array] of arrays.entries()) array.fill(i);
  expect(arrays.map((array) => [...new Set(array)])).toEqual([[0], [1], [2]]);
  expect(ownNumbers([2, 3]).map(({ buffer }) => buffer.byteLength)).toEqual([8, 12]);
});

test("a layout begins each array at the same place of 64 bytes, after the one before", () => {
  expect(layoutOf([1, 16, 17])).toEqual({ begins: [48, 112, 176], bytes: 304 });
});
