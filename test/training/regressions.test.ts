/** Mistakes that public implementations made on the way from rollouts to a batch. */
import { describe, expect, test } from "vitest";
import { distillation } from "../../src/objectives/distillation.ts";
import { forwardKl } from "../../src/objectives/divergences/forward-kl.ts";
import type { Objective, Signal } from "../../src/objectives/objective.ts";
import { sft } from "../../src/objectives/sft.ts";
import { collate } from "../../src/training/batch/collate.ts";
import type { Row } from "../../src/training/batch/row.ts";
import { rolloutAt } from "../fixtures/rollouts.ts";
import { engines } from "../laws/evaluate.ts";
import { objectiveProgram } from "../laws/objective.laws.ts";

/** End-of-sequence and padding are one token. */
const endId = 1;
const V = 3;
const step = { progress: 0, controlled: 0 };

const row = (promptTokens: readonly number[], tokens: readonly number[], source: "student" | "data" = "student"): Row => ({
  rollout: { ...rolloutAt(0, 0), promptTokens: Int32Array.from(promptTokens), tokens: Int32Array.from(tokens), source },
  answers: {
    teacher: { logProbs: Float32Array.from({ length: tokens.length * V }, (_, i) => (i % V === tokens[Math.floor(i / V)] ? 0 : -200)) },
  },
  reward: 0,
  advantage: 0,
});

describe.each(engines)("not repeated on $name:", ({ evaluate }) => {
  const run = (objective: Objective<Signal>, rows: readonly Row[], completion: number) => {
    const batch = collate(rows, { size: rows.length, prompt: 3, completion, vocabularySize: V }, objective.needs, endId, step);
    return evaluate(objectiveProgram(objective, [rows.length, completion, V]), {
      ...batch,
      studentLogits: new Float32Array(rows.length * completion * V),
    });
  };

  test("a loss on the prompt of what the student sampled (huggingface/trl pull 6006)", async () => {
    for (const promptTokens of [[2], [2, 0, 2]]) {
      const { loss, gradient } = await run(distillation({ divergence: forwardKl }), [row(promptTokens, [2, endId])], 5);
      expect(loss![0]).toBeCloseTo(Math.log(V), 5);
      const sizes = [0, 1, 2, 3, 4].map((position) => Math.max(...gradient!.slice(V * position, V * position + V).map(Math.abs)));
      expect(sizes.map((size) => size > 0.1)).toEqual([true, true, false, false, false]);
    }
  });

  test("a masked end of the sequence because padding has its id: the student would never learn to stop (huggingface/trl pull 6357)", async () => {
    for (const [objective, source] of [
      [sft(), "data"],
      [distillation({ divergence: forwardKl }), "student"],
    ] as const) {
      const { loss, gradient } = await run(objective, [row([0, 2], [2, endId], source)], 5);
      expect(loss![0]).toBeCloseTo(Math.log(V), 5);
      const ofEnd = Array.from(gradient!).slice(V, 2 * V);
      for (const [i, g] of ofEnd.entries()) expect(g).toBeCloseTo((1 / V - (i === endId ? 1 : 0)) / 2, 5);
      for (const g of gradient!.slice(2 * V)) expect(Math.abs(g)).toBe(0);
    }
  });

  test("end-of-sequence tokens inside of a completion are targets as well: positions decide, not ids (huggingface/trl pull 6357)", async () => {
    const { gradient } = await run(distillation({ divergence: forwardKl }), [row([endId], [endId, 2, endId])], 4);
    const sizes = [0, 1, 2, 3].map((position) => Math.max(...gradient!.slice(V * position, V * position + V).map(Math.abs)));
    expect(sizes.map((size) => size > 0.1)).toEqual([true, true, true, false]);
  });
});

describe("not repeated:", () => {
  const shape = { size: 1, prompt: 2, completion: 3, vocabularySize: V };
  const collated = (promptTokens: readonly number[], tokens: readonly number[]) =>
    collate([row(promptTokens, tokens)], shape, [], endId, step);

  test("the prompt cut off before a long completion (huggingface/trl issue 4725): what does not fit is refused, never shortened", () => {
    expect(() => collated([0, 2], [2, 0, 2, 1])).toThrow(/expected at most 3 tokens of a completion, got 4/u);
    const { tokens, targets, completionMask } = collated([0, 2], [2, 0, 1]);
    expect(Array.from(tokens!)).toEqual([0, 2, 2, 0]);
    expect(Array.from(targets!)).toEqual([2, 0, 1]);
    expect(Array.from(completionMask!)).toEqual([1, 1, 1]);
  });

  test("a completion without a prompt (huggingface/trl issue 4725)", () => {
    expect(() => collated([], [2, 0])).toThrow(/expected at least one token of the prompt, got none/u);
  });
});
