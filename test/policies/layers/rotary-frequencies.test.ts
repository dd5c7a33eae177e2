/** Rotary frequencies against transformers (test/fixtures/rotary_reference.py). */
import { expect, test } from "vitest";
import { rotaryFrequencies } from "../../../src/policies/layers/rotary-frequencies.ts";
import { rotaryCases } from "../../fixtures/rotary-cases.ts";

test.each(rotaryCases)("of $name are those of transformers", ({ sizes, frequencies }) => {
  const found = rotaryFrequencies(sizes);
  expect(found).toHaveLength(sizes.headWidth / 2);
  // One unit in the last place of float32 is 1.2e-7: PyTorch's power is not always rounded correctly.
  found.forEach((frequency, i) => {
    expect(Math.abs(frequency / frequencies[i]! - 1)).toBeLessThan(2e-7);
  });
});

test("llama3 keeps high frequencies, divides low ones, and goes between without a jump", () => {
  const sizes = { headWidth: 256, ropeTheta: 10_000 };
  const llama3 = { type: "llama3", factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 1024 } as const;
  const plain = rotaryFrequencies(sizes);
  const ratios = rotaryFrequencies({ ...sizes, ropeScaling: llama3 }).map((frequency, i) => frequency / plain[i]!);
  expect(ratios[0]).toBe(1);
  expect(ratios.at(-1)).toBe(1 / 8);
  ratios.forEach((ratio, i) => {
    const turns = (1024 * plain[i]!) / (2 * Math.PI);
    if (turns > 4) expect(ratio).toBe(1);
    else if (turns < 1) expect(ratio).toBe(1 / 8);
    else expect(Math.abs(ratio - (1 / 8 + ((7 / 8) * (turns - 1)) / 3))).toBeLessThan(1e-6);
  });
});
