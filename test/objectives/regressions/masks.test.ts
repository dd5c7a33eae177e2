/**
 * Mistakes that public implementations of distillation made in masks, averages and temperatures. Each test computes the mistake's number beside ours,
 * where the two differ.
 */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../../src/objectives/advantages/shaped.ts";
import { averages } from "../../../src/objectives/arithmetic/averages.ts";
import { noBaseline } from "../../../src/objectives/baselines/none.ts";
import { contrastiveDistillation } from "../../../src/objectives/contrastive-distillation.ts";
import { distillation } from "../../../src/objectives/distillation.ts";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { jsd } from "../../../src/objectives/divergences/jsd.ts";
import { entropyAwareDistillation } from "../../../src/objectives/entropy-aware-distillation.ts";
import { miniLlm } from "../../../src/objectives/minillm.ts";
import type { Objective, Signal } from "../../../src/objectives/objective.ts";
import { reinforce } from "../../../src/objectives/reinforce.ts";
import { sft } from "../../../src/objectives/sft.ts";
import { taid } from "../../../src/objectives/taid.ts";
import { weightedSum } from "../../../src/objectives/weighted-sum.ts";
import { engines, farthest, noise } from "../../laws/evaluate.ts";
import { objectiveProgram } from "../../laws/objective.laws.ts";
import { forwardKl as exactForwardKl, logSoftmax } from "../reference.ts";

/** Two sequences of four positions, three tokens to choose from: a prompt, one completion of three tokens, and one of one token before padding. */
const shape = [2, 4, 3] as const;
const [B, T, V] = shape;
const positions = Array.from({ length: B * T }, (_, position) => position);
const at = (values: ArrayLike<number>, position: number): number[] => Array.from(values).slice(V * position, V * position + V);
const studentLogits = noise("student", shape).data as Float32Array;
const teacherLogits = noise("teacher", shape).data as Float32Array;
const targets = Int32Array.of(0, 1, 2, 0, 1, 2, 0, 0);
const completionMask = Float32Array.of(0, 1, 1, 1, 0, 1, 0, 0);
const teacherLogProbs = Float32Array.from(positions.flatMap((position) => logSoftmax(at(teacherLogits, position))));
/** The two likeliest of the teacher's three tokens at every position: the tail is one token, so its scores say all. */
const likeliest = positions.map((position) =>
  at(teacherLogProbs, position)
    .map((logProb, id) => ({ id, logProb }))
    .toSorted((a, b) => b.logProb - a.logProb)
    .slice(0, 2),
);
const batch = {
  studentLogits,
  teacherLogProbs,
  teacherTopKIds: Int32Array.from(likeliest.flat(), ({ id }) => id),
  teacherTopKLogProbs: Float32Array.from(likeliest.flat(), ({ logProb }) => logProb),
  targets,
  completionMask,
  fromStudent: Float32Array.of(1, 1),
  advantages: Float32Array.of(1, -0.5),
  behaviorLogProbs: Float32Array.from(positions, (position) => logSoftmax(at(studentLogits, position))[targets[position]!]!),
  controlled: Float32Array.of(0.7),
};
type Changes = Partial<typeof batch>;

/** The forward KL of every position. */
const nats = positions.map((position) => exactForwardKl(at(batch.teacherLogProbs, position), at(studentLogits, position)));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const natsOf = (which: readonly number[]): number => mean(which.map((position) => nats[position]!));
const long = [1, 2, 3];
const short = [5];

const bySequence = distillation({ divergence: forwardKl });
const byToken = distillation({ divergence: forwardKl, average: averages.token });

describe.each(engines)("not repeated on $name:", ({ evaluate }) => {
  const run = (objective: Objective<Signal>, changes: Changes = {}) =>
    evaluate(objectiveProgram(objective, shape), { ...batch, ...changes });
  const lossOf = async (objective: Objective<Signal>, changes: Changes = {}): Promise<number> =>
    (await run(objective, changes))["loss"]![0]!;

  test("a loss on the padding of the student's completions (huggingface/trl pull 2058)", async () => {
    const mistake = natsOf([...long, ...short, 6, 7]);
    expect(Math.abs(mistake - natsOf([...long, ...short]))).toBeGreaterThan(0.05);
    expect(await lossOf(byToken)).toBeCloseTo(natsOf([...long, ...short]), 5);
    const { gradient } = await run(byToken);
    for (const position of [6, 7]) expect(at(gradient!, position).map(Math.abs)).toEqual([0, 0, 0]);
  });

  test("a loss on the prompt of what the student sampled (huggingface/trl pull 6006)", async () => {
    const mistake = natsOf([0, ...long, 4, ...short]);
    expect(Math.abs(mistake - natsOf([...long, ...short]))).toBeGreaterThan(0.02);
    expect(await lossOf(byToken)).toBeCloseTo(natsOf([...long, ...short]), 5);
    const { gradient } = await run(byToken);
    for (const position of [0, 4]) expect(at(gradient!, position).map(Math.abs)).toEqual([0, 0, 0]);
  });

  test("a mean over the means of parts of a batch, which weighs a short part's tokens more (huggingface/trl pull 6006)", async () => {
    const parts = [Float32Array.of(0, 1, 1, 1, 0, 0, 0, 0), Float32Array.of(0, 0, 0, 0, 0, 1, 0, 0)];
    const [first, second] = [await run(byToken, { completionMask: parts[0]! }), await run(byToken, { completionMask: parts[1]! })];
    const whole = await run(byToken);
    const mistake = (first["loss"]![0]! + second["loss"]![0]!) / 2;
    expect(Math.abs(mistake - whole["loss"]![0]!)).toBeGreaterThan(0.02);
    for (const name of ["loss", "gradient"]) {
      for (const [i, x] of whole[name]!.entries()) expect(x).toBeCloseTo((3 * first[name]![i]! + second[name]![i]!) / 4, 6);
    }
  });

  test("a mean over all numbers of the batch, the vocabulary and the padding among them (huggingface/trl pull 4105)", async () => {
    for (const wide of [3, 12]) {
      for (const length of [1, 4]) {
        const uniform = await evaluate(objectiveProgram(bySequence, [1, length, wide]), {
          studentLogits: new Float32Array(length * wide),
          teacherLogProbs: Float32Array.from({ length: length * wide }, (_, i) => (i % wide === 0 ? 0 : -200)),
          targets: new Int32Array(length),
          completionMask: Float32Array.from({ length }, (_, position) => (position === 0 ? 1 : 0)),
        });
        expect(uniform["loss"]![0]).toBeCloseTo(Math.log(wide), 5);
      }
    }
  });

  test("a second path with an average, a temperature or a term of its own (huggingface/trl pulls 4105 and 5731): on the likeliest tokens", async () => {
    for (const average of [averages.token, averages.sequence]) {
      for (const studentTemperature of [1, 0.5]) {
        const told = { divergence: forwardKl, average, studentTemperature };
        const [dense, scored] = [await run(distillation(told)), await run(distillation({ ...told, topK: 2 }))];
        for (const name of ["loss", "gradient"]) {
          for (const [i, x] of dense[name]!.entries()) expect(scored[name]![i]).toBeCloseTo(x, 5);
        }
      }
    }
  });

  test("one mean over all tokens, where equation 2 has a mean for each sequence (huggingface/trl, GKDTrainer)", async () => {
    const [perToken, perSequence] = [natsOf([...long, ...short]), (natsOf(long) + natsOf(short)) / 2];
    expect(Math.abs(perToken - perSequence)).toBeGreaterThan(0.02);
    expect(await lossOf(bySequence)).toBeCloseTo(perSequence, 5);
    expect(await lossOf(byToken)).toBeCloseTo(perToken, 5);
  });

  test("supervised fine-tuning on what the student itself sampled (modelscope/ms-swift issue 6857)", async () => {
    const both = weightedSum([
      { weight: 1, objective: bySequence },
      { weight: 0.5, objective: sft() },
    ]);
    const [mixed, alone] = [await run(both), await run(bySequence)];
    expect(mixed["objective/sft"]![0]).toBe(0);
    expect(farthest(mixed["gradient"]!, alone["gradient"]!)).toBe(0);
    const others = await run(both, { fromStudent: Float32Array.of(0, 1) });
    const nll = long.map((position) => -logSoftmax(at(studentLogits, position))[targets[position]!]!);
    expect(others["objective/sft"]![0]).toBeCloseTo(mean(nll), 5);
  });

  test.each<[string, (studentTemperature: number) => Objective<Signal>]>([
    ["distillation", (studentTemperature) => distillation({ divergence: jsd(0.5), studentTemperature })],
    ["distillation on likeliest tokens", (studentTemperature) => distillation({ divergence: jsd(0.5), topK: 2, studentTemperature })],
    ["taid", (studentTemperature) => taid({ studentTemperature })],
    ["contrastive distillation", (studentTemperature) => contrastiveDistillation({ studentTemperature })],
    ["entropy-aware distillation", (studentTemperature) => entropyAwareDistillation({ studentTemperature })],
    ["MiniLLM", (studentTemperature) => miniLlm({ studentTemperature })],
    ["REINFORCE", (studentTemperature) => reinforce({ advantages: shapedAdvantages({ baseline: noBaseline }), studentTemperature })],
  ])(
    "a student temperature that is ignored, reaches the teacher, or scales the loss by its square: %s (huggingface/trl, GKDTrainer)",
    async (_, at) => {
      const [tempered, cold, divided] = [
        await run(at(0.5)),
        await run(at(1)),
        await run(at(1), { studentLogits: studentLogits.map((z) => z / 0.5) }),
      ];
      expect(farthest(tempered["gradient"]!, cold["gradient"]!)).toBeGreaterThan(0.01);
      expect(tempered["loss"]![0]).toBeCloseTo(divided["loss"]![0]!, 6);
      for (const [i, g] of divided["gradient"]!.entries()) expect(tempered["gradient"]![i]).toBeCloseTo(g / 0.5, 6);
    },
  );
});
