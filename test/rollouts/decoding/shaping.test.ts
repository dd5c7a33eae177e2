/** Tests of shaping: the distribution that is drawn from is that of transformers, in its order. */
import { readFile } from "node:fs/promises";
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { seenIn } from "../../../src/rollouts/decoding/seen-tokens.ts";
import {
  checkShaping,
  checkTemperature,
  constrained,
  isTempered,
  narrowed,
  penalizes,
  type Shaping,
} from "../../../src/rollouts/decoding/shaping.ts";
import { compute, engines, floats, ints } from "../../laws/evaluate.ts";

interface Reference {
  readonly promptLength: number;
  readonly end: number;
  readonly cases: readonly {
    readonly settings: Partial<Shaping>;
    readonly steps: readonly {
      readonly before: readonly number[];
      readonly logits: readonly number[];
      readonly logProbs: readonly (number | null)[];
    }[];
  }[];
}

const { promptLength, end, cases } = JSON.parse(await readFile("test/fixtures/sampling_reference.json", "utf8")) as Reference;

describe.each(engines)("on $name", ({ evaluate }) => {
  test.each(cases)("$settings draws from what transformers draws from", async ({ settings, steps }) => {
    const shaping: Shaping = { temperature: 1, ...settings };
    for (const { before, logits, logProbs } of steps) {
      const values = {
        logits: floats([1, logits.length], logits),
        tokens: ints([1, before.length], before),
        mask: floats(
          [1, before.length],
          before.map(() => 1),
        ),
        length: ints([], [before.length - promptLength]),
      };
      const { found } = await compute(evaluate, values, (inputs) => {
        const seen = penalizes(shaping) ? seenIn(inputs["tokens"] as tf.Tensor2D, inputs["mask"] as tf.Tensor2D, logits.length) : undefined;
        const moment = { length: inputs["length"] as tf.Scalar, ...(seen === undefined ? {} : { seen }) };
        return { found: narrowed(constrained(inputs["logits"] as tf.Tensor2D, shaping, [end], moment), shaping) };
      });
      logProbs.forEach((expected, id) => {
        if (expected === null) expect(Math.exp(found[id]!)).toBe(0);
        else expect(Math.abs(found[id]! - expected)).toBeLessThan(2e-6);
      });
    }
  });
});

test("the reference rules tokens out, and no two cases are the same", () => {
  const rows = cases.map(({ steps }) => JSON.stringify(steps.map(({ logProbs }) => logProbs)));
  expect(new Set(rows).size).toBe(cases.length);
  expect(rows.filter((row) => row.includes("null")).length).toBeGreaterThan(5);
});

test("temperatures without a distribution are refused", () => {
  for (const temperature of [-1, 1e-5, NaN, Infinity])
    expect(() => {
      checkTemperature(temperature);
    }).toThrow(RangeError);
  for (const temperature of [0, 1e-4, 1, 10]) checkTemperature(temperature);
});

test.each<[Partial<Shaping>, RegExp]>([
  [{ temperature: -1 }, /sampling temperature/u],
  [{ topK: 0 }, /topK to be a whole number from 1, got 0/u],
  [{ topK: 1.5 }, /topK/u],
  [{ topP: 0 }, /topP to be a probability in \(0, 1\], got 0/u],
  [{ topP: 1.1 }, /topP/u],
  [{ minP: -0.1 }, /minP to be a share in \[0, 1\], got -0.1/u],
  [{ repetitionPenalty: 0 }, /repetitionPenalty to be a number above 0 \(1 does nothing\), got 0/u],
  [{ minNewTokens: -1 }, /minNewTokens to be a whole number from 0, got -1/u],
])("%j is refused", (changes, message) => {
  expect(() => checkShaping({ temperature: 1, ...changes })).toThrow(message);
  expect(() => checkShaping({ temperature: 1, ...changes })).toThrow(RangeError);
});

test("a temperature alone leaves the policy's distribution; whatever rules out or lowers a token does not", () => {
  for (const plain of [{}, { topP: 1 }, { minP: 0 }, { repetitionPenalty: 1 }, { minNewTokens: 0 }])
    expect(isTempered({ temperature: 0.7, ...plain })).toBe(true);
  for (const more of [{ topK: 50 }, { topP: 0.9 }, { minP: 0.1 }, { repetitionPenalty: 1.1 }, { minNewTokens: 1 }, { temperature: 0 }])
    expect(isTempered({ temperature: 1, ...more })).toBe(false);
});
