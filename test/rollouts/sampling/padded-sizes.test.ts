/** Tests of padded sizes. */
import { expect, test } from "vitest";
import { paddedSizes } from "../../../src/rollouts/sampling/padded-sizes.ts";

test.each([
  [3, 5, { promptLength: 16, room: 16 }],
  [17, 60, { promptLength: 32, room: 64 }],
  [500, 200, { promptLength: 512, room: 256 }],
  [500, 500, { promptLength: 512, room: 512 }],
  [600, 300, { promptLength: 640, room: 384 }],
  [1000, 24, { promptLength: 1000, room: 24 }],
  [1023, 1, { promptLength: 1023, room: 1 }],
])("%i and %i tokens of 1024", (length, maxNewTokens, expected) => {
  expect(paddedSizes(length, maxNewTokens, 1024)).toEqual(expected);
});

test("all that fit have room, within the context, in few sizes", () => {
  const sizes = new Set<string>();
  for (let length = 1; length < 100; length += 1)
    for (let maxNewTokens = 1; length + maxNewTokens <= 100; maxNewTokens += 1) {
      const { promptLength, room } = paddedSizes(length, maxNewTokens, 100);
      expect(promptLength >= length && room >= maxNewTokens && promptLength + room <= 100).toBe(true);
      sizes.add(`${promptLength} ${room}`);
    }
  expect(sizes.size).toBeLessThan(120);
});

test("what does not fit is refused", () => {
  expect(() => paddedSizes(60, 5, 64)).toThrow(
    new RangeError(
      "streamer: expected prompt and completion within the context of 64 tokens, got 60 + 5; shorten the prompt or lower maxNewTokens",
    ),
  );
});
