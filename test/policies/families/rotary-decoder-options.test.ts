/** Sizes of rotary decoders. */
import { expect, test } from "vitest";
import { plainArithmetic, rotarySizes } from "../../../src/policies/families/rotary-decoder-options.ts";

const context = { vocabularySize: 7, contextLength: 16 };
const values = { layers: 2, width: 32, heads: 4, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 };
const scaling = { type: "llama3", factor: 8, lowFrequencyFactor: 4, highFrequencyFactor: 4, originalContextLength: 128 } as const;

test("heads, their width and the feed-forward layer have defaults", () => {
  const sizes = rotarySizes("some", values, context, plainArithmetic);
  expect(sizes).toMatchObject({ ...context, ...plainArithmetic, keyValueHeads: 4, headWidth: 8, hidden: 88 });
  expect(rotarySizes("some", { ...values, width: 30, headWidth: 6 }, context, plainArithmetic).headWidth).toBe(6);
});

test.each<[Partial<Parameters<typeof rotarySizes>[1]>, string]>([
  [
    { width: 20 },
    "some: expected width to be a multiple of 2 * heads = 8 (each head has an even width), such as 24, got 20; or set headWidth",
  ],
  [{ headWidth: 5 }, "some: expected headWidth to be even, got 5"],
  [{ keyValueHeads: 3 }, "some: expected keyValueHeads to divide heads = 4, got 3"],
  [{ ropeScaling: { type: "factors", factors: [1, 2] } }, "some: expected ropeScaling.factors to be headWidth / 2 = 4 numbers, got 2"],
  [{ ropeScaling: scaling }, "some: expected ropeScaling.highFrequencyFactor above lowFrequencyFactor = 4, got 4"],
])("%j is refused by name", (changes, message) => {
  expect(() => rotarySizes("some", { ...values, ...changes }, context, plainArithmetic)).toThrow(message);
});
