/** The arena in outline: where blocks come from, and how much memory was ever touched. */
import { expect, test } from "vitest";
import { Arena } from "../../../src/engine/onnx/arena.ts";

const MiB = 2 ** 20;

test("a region is cut into blocks of whole grains, side by side", () => {
  const arena = new Arena();
  expect(arena.touched).toBe(0);
  expect([arena.allocate(1), arena.allocate(257), arena.allocate(1000)]).toEqual([
    { region: 0, begin: 0 },
    { region: 0, begin: 256 },
    { region: 0, begin: 768 },
  ]);
  expect(arena.touched).toBe(768 + 1024);
});

test("regions double, and one that is too small is doubled until it is not", () => {
  const arena = new Arena();
  for (const [bytes, region] of [
    [MiB, 0],
    [MiB, 1],
    [3 * MiB, 2],
    [20 * MiB, 3],
  ] as const)
    expect(arena.allocate(bytes)).toEqual({ region, begin: 0 });
  expect(arena.touched).toBe(25 * MiB);
});

test("what was taken back is used again, the smallest that is large enough, and memory is not given back", () => {
  const arena = new Arena();
  const [first, second] = [arena.allocate(300 * 1024), arena.allocate(100 * 1024)];
  arena.allocate(MiB / 4);
  arena.release(first);
  arena.release(second);
  // The rest of the region is smaller than what the two have become together, and is too small for this.
  expect(arena.allocate(390 * 1024)).toEqual(first);
  expect(arena.touched).toBe(656 * 1024);
  arena.release(first);
  // Now the rest is large enough, and the smaller of the two; it is cut, and its beginning touched.
  expect(arena.allocate(100 * 1024)).toEqual({ region: 0, begin: 656 * 1024 });
  expect(arena.touched).toBe(756 * 1024);
});

test("a block is given whole when it is less than twice as large, with what is behind it untouched", () => {
  const arena = new Arena();
  arena.allocate(MiB);
  expect(arena.allocate(1.2 * MiB)).toEqual({ region: 1, begin: 0 });
  expect(arena.allocate(0.5 * MiB)).toEqual({ region: 2, begin: 0 });
  expect(arena.touched).toBe(MiB + Math.ceil((1.2 * MiB) / 256) * 256 + 0.5 * MiB);
});
