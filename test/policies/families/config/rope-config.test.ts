/** Rotary frequencies in HuggingFace configurations. */
import { describe, expect, test } from "vitest";
import { readRope, ropeScalingOf } from "../../../../src/policies/families/config/rope-config.ts";

const bare = { rope_theta: 500, rope_scaling: null, rope_parameters: null };
const llama3 = { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 128 };
const scaling = { type: "llama3", factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 128 } as const;
const longRope = { rope_type: "longrope", short_factor: [1, 2], long_factor: [1, 2], attention_factor: 1, factor: 1 };

describe("a configuration", () => {
  test("of transformers 4 has its base outside, its scaling in rope_scaling", () => {
    expect(readRope(bare, 64)).toEqual({ ropeTheta: 500 });
    expect(readRope({ ...bare, rope_scaling: llama3 }, 64)).toEqual({ ropeTheta: 500, ropeScaling: scaling });
    expect(readRope({ ...bare, rope_scaling: { type: "linear", factor: 2 } }, 64)).toEqual({
      ropeTheta: 500,
      ropeScaling: { type: "linear", factor: 2 },
    });
  });

  test("of transformers 5 has all in rope_parameters", () => {
    expect(readRope({ ...bare, rope_parameters: { rope_type: "default", rope_theta: 700 } }, 64)).toEqual({ ropeTheta: 700 });
    expect(readRope({ ...bare, rope_parameters: { ...llama3, rope_theta: 700 } }, 64)).toEqual({ ropeTheta: 700, ropeScaling: scaling });
  });

  test("of longrope has factors of channels; how they are written as one list of short contexts and of long ones", () => {
    expect(readRope({ ...bare, rope_scaling: longRope }, 64)).toEqual({
      ropeTheta: 500,
      ropeScaling: { type: "factors", factors: [1, 2] },
    });
    expect(ropeScalingOf({ type: "factors", factors: [1, 2] }, 64)).toEqual({ ...longRope, original_max_position_embeddings: 64 });
  });

  test("of llama3 may leave its original context out", () => {
    const { original_max_position_embeddings: _, ...short } = llama3;
    expect(readRope({ ...bare, rope_scaling: short }, 64).ropeScaling).toEqual({ ...scaling, originalContextLength: 64 });
  });

  test.each([undefined, { type: "linear", factor: 3 } as const, scaling, { type: "factors", factors: [1, 2.5, 8] } as const])(
    "that is written is read back: %j",
    (given) => {
      expect(readRope({ ...bare, rope_scaling: ropeScalingOf(given, 64) }, 64).ropeScaling).toEqual(given);
    },
  );

  test.each<[Record<string, unknown>, string]>([
    [
      { rope_scaling: { type: "yarn", factor: 4 } },
      'rope_scaling.rope_type: expected one of default, linear, llama3, longrope, got "yarn", whose frequencies are not implemented',
    ],
    [
      { rope_parameters: { rope_type: "toString" } },
      'rope_parameters.rope_type: expected one of default, linear, llama3, longrope, got "toString"',
    ],
    [
      { rope_scaling: { ...longRope, attention_factor: 1.2 } },
      "rope_scaling.attention_factor: expected 1, got 1.2; others are not implemented",
    ],
    [{ rope_scaling: { ...longRope, long_factor: [1, 3] } }, "rope_scaling.long_factor: expected short_factor again, got another list"],
    [{ rope_scaling: { ...longRope, short_factor: [1, 0] } }, "rope_scaling.short_factor: expected a list of numbers above 0, got [1,0]"],
    [{ rope_scaling: { rope_type: "longrope" } }, "rope_scaling.long_factor: expected a list of numbers above 0, got nothing"],
    [{ rope_scaling: { rope_type: "linear" } }, "rope_scaling.factor: expected a number of at least 1, got nothing"],
    [{ rope_scaling: { rope_type: "linear", factor: 0.5 } }, "rope_scaling.factor: expected a number of at least 1, got 0.5"],
    [
      { rope_scaling: { ...llama3, factor: "8", low_freq_factor: -1 } },
      'rope_scaling.factor: expected a number of at least 1, got "8"; rope_scaling.low_freq_factor: expected a number of at least 0, got -1',
    ],
    [
      { rope_parameters: { full_attention: { rope_type: "default" }, rope_theta: 1 } },
      "rope_parameters.rope_theta: expected a number above 1, got 1; rope_parameters.full_attention is not known, and may change the arithmetic",
    ],
    [{ rope_parameters: { partial_rotary_factor: 0.5 } }, "rope_parameters.partial_rotary_factor: expected 1, got 0.5"],
    [{ rope_parameters: {}, rope_scaling: {} }, "rope_parameters: expected null beside rope_scaling, got both"],
  ])("with %j is refused by name", (changes, message) => {
    expect(() => readRope({ ...bare, ...changes }, 64)).toThrow(message);
  });

  test("with a type that is lists in lists, more than a stack can hold, is refused by name", () => {
    const deep = JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) as unknown;
    expect(() => readRope({ ...bare, rope_scaling: { rope_type: deep } }, 64)).toThrow(
      "rope_scaling.rope_type: expected one of default, linear, llama3, longrope, got a value that is no JSON, or nested too deeply",
    );
  });
});
