/** Tests of shaping whose numbers come with each run: it is the shaping whose numbers are fixed, bit for bit. */
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { givenShaping, kindOf, shapingInputs, shapingNumbers, shapingOfKind } from "../../../src/rollouts/decoding/given-shaping.ts";
import { float32, int32, type NamedTensors } from "../../../src/engine/program.ts";
import { constrained, narrowed, penalizes, type ProgramShaping, type Shaping } from "../../../src/rollouts/decoding/shaping.ts";
import { engines, noise } from "../../laws/evaluate.ts";

const vocabularySize = 70;
const specs = { logits: float32(2, vocabularySize), seen: float32(2, vocabularySize), length: int32() };
const logits = noise("logits", [2, vocabularySize]).data.map((x) => 3 * x) as Float32Array;
const seen = Float32Array.from({ length: 2 * vocabularySize }, (_, i) => (i % 3 === 0 ? 1 : 0));
const host = { logits, seen, length: Int32Array.of(2) };

const distribution = (shaping: ProgramShaping, inputs: NamedTensors): tf.Tensor => {
  const moment = { length: inputs["length"] as tf.Scalar, ...(penalizes(shaping) ? { seen: inputs["seen"] as tf.Tensor2D } : {}) };
  const allowed = constrained(inputs["logits"] as tf.Tensor2D, shaping, [4, 9], moment);
  return shaping.temperature === 0 ? allowed : narrowed(allowed, shaping);
};

const shapings: readonly Shaping[] = [
  { temperature: 1 },
  { temperature: 0.7, minNewTokens: 3 },
  { temperature: 1.3, topK: 1 },
  { temperature: 1, topK: 65 },
  { temperature: 1, topK: 1000 },
  { temperature: 0.9, topP: 0.8, minP: 0.05 },
  { temperature: 2, topK: 9, topP: 0.95, minP: 0.01, repetitionPenalty: 1.2, minNewTokens: 2 },
  { temperature: 0, repetitionPenalty: 0.8, minNewTokens: 3 },
];

describe.each(engines)("on $name", ({ evaluate }) => {
  test.each(shapings)("%j", async (shaping) => {
    const kind = kindOf(shaping, vocabularySize);
    const fixed = await evaluate(
      { name: "fixed", inputs: specs, build: (inputs: NamedTensors) => ({ result: distribution(shaping, inputs) }) },
      host,
    );
    const given = await evaluate(
      {
        name: "given",
        inputs: { ...specs, ...shapingInputs(kind) },
        build: (inputs: NamedTensors) => ({ result: distribution(givenShaping(kind, inputs), inputs) }),
      },
      { ...host, ...shapingNumbers(shaping, vocabularySize) },
    );
    expect(given.result).toEqual(fixed.result);
  });
});

test("settings that differ in numbers alone are of one kind", () => {
  const kinds = new Set<string>();
  for (const temperature of [0.5, 1, 2])
    for (const topK of [1, 20, 64]) for (const topP of [0.5, 0.9]) kinds.add(JSON.stringify(kindOf({ temperature, topK, topP }, 1000)));
  expect(kinds.size).toBe(1);
  expect(kindOf({ temperature: 0, topP: 0.5, topK: 3 }, 1000)).toEqual(kindOf({ temperature: 0 }, 1000));
  expect(kindOf({ temperature: 1, topK: 65 }, 1000).mostTopK).toBe(1000);
  expect(kindOf(shapingOfKind(kindOf({ temperature: 0 }, 9)), 9)).toEqual({ greedy: true, mostTopK: 0 });
});
