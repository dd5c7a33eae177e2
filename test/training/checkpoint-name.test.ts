/** Names of checkpoints. */
import { expect, test } from "vitest";
import { checkpointName, checkpointStep } from "../../src/training/checkpoint-name.ts";

test("a name gives its step back, however many digits it has", () => {
  for (const step of [0, 7, 12_345_678, 123_456_789]) expect(checkpointStep(checkpointName(step))).toBe(step);
  expect(checkpointName(7)).toBe("checkpoint-00000007.safetensors");
});

test("other files have none", () => {
  for (const name of ["checkpoint-7.safetensors", ".checkpoint-00000007.safetensors.1.part", "checkpoint-00000007.safetensors.damaged"]) {
    expect(checkpointStep(name)).toBeUndefined();
  }
});
