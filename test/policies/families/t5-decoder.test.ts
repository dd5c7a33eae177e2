/** T5 against transformers' T5ForConditionalGeneration, on checkpoints that transformers wrote (test/fixtures/gpt2_and_t5_reference.py). */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { t5 } from "../../../src/policies/families/t5.ts";
import type { Sequences } from "../../../src/policies/policy.ts";
import { compute, engines, farthest } from "../../laws/evaluate.ts";
import { roughWeights } from "../../laws/policy.laws.ts";
import { referenceCheckpointLaws } from "../../laws/reference-checkpoint.laws.ts";
import { padded } from "../../laws/sequences.ts";

for (const name of ["t5", "t5-gated"]) referenceCheckpointLaws(name);

const policy = t5.create(
  {
    layers: 1,
    decoderLayers: 2,
    width: 8,
    heads: 2,
    headWidth: 3,
    hidden: 10,
    gated: true,
    activation: "gelu_new",
    tied: false,
    buckets: 6,
    maxDistance: 5,
    normEpsilon: 1e-6,
    startId: 3,
  },
  { vocabularySize: 7, contextLength: 16 },
);

describe.each(engines)("t5 on $name", ({ evaluate }) => {
  test("every token of the prompt matters to every position of the completion", async () => {
    const rows = [0, 1, 2, 3].map((changed) => [2, 4, 1, 5, 6, 2].map((token, t) => (t === changed ? (token + 1) % 7 : token)));
    const sequences = padded([[2, 4, 1, 5, 6, 2], ...rows], [4, 4, 4, 4, 4], { length: 6, padId: 0, side: "right" });
    const { logits } = await compute(evaluate, { ...roughWeights(policy), ...sequences }, (inputs) => ({
      logits: policy.logits(inputs, inputs as NamedTensors & Sequences),
    }));
    const at = (row: number, position: number): number[] =>
      Array.from(logits.subarray((row * 6 + position) * 7, (row * 6 + position + 1) * 7));
    for (let row = 1; row <= 4; row += 1) {
      for (const position of [3, 4, 5]) expect(farthest(at(row, position), at(0, position))).toBeGreaterThan(1e-4);
    }
  });

  test("the encoder's keys and values stay what they were while decoding", async () => {
    const prompts = padded([[2, 4, 1], [5]], [3, 1], { length: 4, padId: 0, side: "left" });
    const { changes } = await compute(evaluate, { ...roughWeights(policy), ...prompts }, (inputs) => {
      const { cache } = policy.decoder.prefill(inputs, inputs as NamedTensors & Sequences, 6);
      const { cache: next } = policy.decoder.step(inputs, cache, {
        token: tf.tensor1d([1, 2], "int32"),
        position: tf.tensor1d([3, 1], "int32"),
        slot: tf.scalar(4, "int32"),
        visible: tf.tensor2d([0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0], [2, 6]),
      });
      const names = Object.keys(cache);
      expect(Object.keys(next).toSorted()).toEqual(names.toSorted());
      const fixed = names.filter((name) => name.startsWith("encoded."));
      expect(fixed.map((name) => cache[name]!.shape)).toEqual(fixed.map(() => [2, 2, 4, 3]));
      expect(cache["layers.0.keys"]!.shape).toEqual([2, 2, 3, 3]);
      return { changes: tf.stack(fixed.map((name) => tf.max(tf.abs(tf.sub(cache[name]!, next[name]!))))) };
    });
    expect(Array.from(changes)).toEqual([0, 0, 0, 0]);
  });
});
