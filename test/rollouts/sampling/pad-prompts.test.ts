/** Padding of prompts. */
import { expect, test } from "vitest";
import { padPrompts } from "../../../src/rollouts/sampling/pad-prompts.ts";

test("prompts are padded on the given side", () => {
  const prompts = [
    [5, 6],
    [7, 8, 9],
  ];
  expect(padPrompts(prompts, { length: 3, padId: 1, side: "left" })).toEqual({
    batch: 2,
    length: 3,
    tokens: Int32Array.of(1, 5, 6, 7, 8, 9),
    positions: Int32Array.of(0, 0, 1, 0, 1, 2),
    mask: Float32Array.of(0, 1, 1, 1, 1, 1),
  });
  expect(padPrompts(prompts, { length: 4, padId: 1, side: "right" })).toEqual({
    batch: 2,
    length: 4,
    tokens: Int32Array.of(5, 6, 1, 1, 7, 8, 9, 1),
    positions: Int32Array.of(0, 1, 0, 0, 0, 1, 2, 0),
    mask: Float32Array.of(1, 1, 0, 0, 1, 1, 1, 0),
  });
});

test("an empty prompt and one that is too long are refused by number", () => {
  expect(() => padPrompts([[1], []], { length: 3, padId: 0, side: "left" })).toThrow("expected prompt 1 to have 1 to 3 tokens, got 0");
  expect(() => padPrompts([[1, 2, 3, 4]], { length: 3, padId: 0, side: "left" })).toThrow("expected prompt 0 to have 1 to 3 tokens, got 4");
});
