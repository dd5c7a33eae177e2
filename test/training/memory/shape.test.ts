/** Tests of sizes that are too large to record. */
import { expect, test } from "vitest";
import { extrapolated, type MemoryShape } from "../../../src/training/memory/shape.ts";

const asked: MemoryShape[] = [];
const measure = extrapolated((shape) => {
  asked.push(shape);
  const { batch, length } = shape;
  return { inputs: batch, running: batch * length ** 2 + 7, outputs: length };
});

test("sizes that can be recorded are measured as they are", () => {
  expect(measure({ batch: 4096, length: 2048 }).inputs).toBe(4096);
  expect(asked).toEqual([{ batch: 4096, length: 2048 }]);
});

test("larger ones follow a line in the batch and a parabola in the length, and are not measured", () => {
  const [batch, length] = [2 ** 20, 2 ** 16];
  const { inputs, running, outputs } = measure({ batch, length });
  expect([inputs, outputs]).toEqual([batch, length]);
  expect(running / (batch * length ** 2)).toBeCloseTo(1, 6);
  expect(Math.max(...asked.map((shape) => shape.batch))).toBe(4096);
  expect(Math.max(...asked.map((shape) => shape.length))).toBe(2048);
});
