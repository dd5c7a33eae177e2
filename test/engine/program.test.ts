/** Specs of tensors. */
import { expect, test } from "vitest";
import { float32, int32, sizeOf } from "../../src/engine/program.ts";

test("specs and sizes", () => {
  expect(float32(2, 3)).toEqual({ shape: [2, 3], dtype: "float32" });
  expect(int32()).toEqual({ shape: [], dtype: "int32" });
  expect([[], [0, 4], [2, 3]].map(sizeOf)).toEqual([1, 0, 6]);
});
