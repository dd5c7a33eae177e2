/** Tests of Bradley-Terry: value and gradient against PyTorch and finite differences, and what holds for every objective as far as it speaks of scores. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, type NamedTensors, type Program } from "../../src/engine/program.ts";
import { bradleyTerry } from "../../src/objectives/bradley-terry.ts";
import { objectives } from "../../src/objectives/index.ts";
import type { TokenBatch } from "../../src/objectives/objective.ts";
import { loadClassifier } from "../../src/policies/checkpoints/classifier.ts";
import { policyOf } from "../../src/policies/checkpoints/huggingface.ts";
import { scoringPolicy } from "../../src/policies/classification-head.ts";
import { padPrompts } from "../../src/rollouts/sampling/pad-prompts.ts";
import { measure } from "../../src/training/learner/update.ts";
import { differentiate } from "../../src/training/learner/gradients.ts";
import { classifiersFolder } from "../fixtures/classifier-scores.ts";
import { compute, engines, farthest, floats, ints, type Evaluate } from "../laws/evaluate.ts";

const reference = JSON.parse(readFileSync(new URL("../fixtures/bradley_terry_reference.json", import.meta.url), "utf8")) as {
  readonly pairs: readonly (readonly [number, number])[];
  readonly scores: readonly { readonly center: number; readonly loss: number; readonly gradient: readonly number[] }[];
  readonly model: {
    readonly center: number;
    readonly rows: readonly (readonly number[])[];
    readonly loss: number;
    readonly gradients: Readonly<Record<string, readonly number[]>>;
  };
};

const T = 3;

/** What a program of a whole model is given. */
type Given = Parameters<typeof measure>[3];

/** Loss, gradient by the scores, and metrics, of rows that all have a completion unless `mask` says otherwise. */
const run = async (evaluate: Evaluate, scores: readonly number[], { center = 0, mask = scores.map(() => 1) } = {}) => {
  const objective = bradleyTerry({ center });
  const B = scores.length;
  const program: Program<string, string> = {
    name: "bradley-terry",
    inputs: { scores: float32(B, 1, 1), completionMask: float32(B, T) },
    build({ scores: given, completionMask }) {
      const batch = { completionMask } as unknown as TokenBatch;
      const { loss, metrics } = objective.loss(given as tf.Tensor3D, batch);
      return { loss, gradient: tf.grad((z) => objective.loss(z as tf.Tensor3D, batch).loss)(given!), ...metrics };
    },
  };
  const completionMask = Float32Array.from(mask.flatMap((inside) => [0, inside, inside]));
  return evaluate(program, { scores: Float32Array.from(scores), completionMask });
};

describe.each(engines)("on $name", ({ evaluate }) => {
  test.each(reference.scores)("loss and gradient are those of PyTorch with a center of $center", async ({ center, loss, gradient }) => {
    const result = await run(evaluate, reference.pairs.flat(), { center });
    expect(Math.abs(result["loss"]![0]! - loss)).toBeLessThan(1e-5);
    expect(farthest(result["gradient"]!, gradient)).toBeLessThan(1e-6);
  });

  test("metrics say how many pairs are in order, by how much, and where", async () => {
    const { gradient: _gradient, ...metrics } = await run(evaluate, [2, 1, 0, 3, 5, 5, 1, 0]);
    const single = (name: string): number => metrics[name]![0]!;
    expect([single("pairs/accuracy"), single("pairs/margin"), single("pairs/score")]).toEqual([0.5, -0.25, 2.125]);
    expect(single("objective/bradley-terry")).toBe(single("loss"));
  });

  test("its gradient is that of finite differences", async () => {
    const scores = [0.3, -0.7, 1.1, 0.9];
    for (const center of [0, 0.5]) {
      const { gradient } = await run(evaluate, scores, { center });
      for (const [at, slope] of gradient!.entries()) {
        const moved = async (by: number) => (await run(evaluate, scores.toSpliced(at, 1, scores[at]! + by), { center }))["loss"]![0]!;
        expect(((await moved(1e-2)) - (await moved(-1e-2))) / 2e-2).toBeCloseTo(slope, 3);
      }
    }
  });

  test("the order of the pairs does not matter, that within a pair does", async () => {
    const [one, other, swapped] = await Promise.all(
      [
        [1, 0, 0.5, 2],
        [0.5, 2, 1, 0],
        [0, 1, 0.5, 2],
      ].map((scores) => run(evaluate, scores)),
    );
    expect(other!["loss"]![0]).toBeCloseTo(one!["loss"]![0]!, 6);
    expect(swapped!["loss"]![0]).toBeCloseTo(one!["loss"]![0]! + 0.5, 5);
  });

  test("a shift of all scores changes nothing, unless they are to be near zero", async () => {
    const [before, after] = await Promise.all([0, 7].map((by) => run(evaluate, [1 + by, by, 0.5 + by, 2 + by])));
    expect(after!["loss"]![0]).toBeCloseTo(before!["loss"]![0]!, 5);
    const [near, far] = await Promise.all([0, 7].map((by) => run(evaluate, [1 + by, by - 1], { center: 0.1 })));
    expect(far!["loss"]![0]! - near!["loss"]![0]!).toBeCloseTo(0.1 * 14 ** 2, 3);
  });

  test("a row that fills the batch up takes its pair out, and a batch of nothing else is zero", async () => {
    const [few, filled] = [await run(evaluate, [1, 0]), await run(evaluate, [1, 0, 5, 2, 5, 2], { mask: [1, 1, 0, 0, 1, 0] })];
    for (const name of ["loss", "pairs/accuracy", "pairs/margin", "pairs/score"]) expect(filled[name]![0]).toBeCloseTo(few[name]![0]!, 6);
    expect(Array.from(filled["gradient"]!.slice(2), Math.abs)).toEqual([0, 0, 0, 0]);
    for (const value of Object.values(await run(evaluate, [1, 0], { mask: [0, 0] }))) for (const x of value) expect(Math.abs(x)).toBe(0);
  });

  test("scores that are far apart give finite numbers", async () => {
    for (const scores of [
      [1e4, -1e4],
      [-1e4, 1e4],
    ]) {
      const result = await run(evaluate, scores);
      for (const value of Object.values(result)) for (const x of value) expect(Number.isFinite(x)).toBe(true);
    }
  });

  test("the gradients of a whole reward model are those of transformers", async () => {
    const { rows, loss, gradients, center } = reference.model;
    const { classifier, weights } = await loadClassifier(join(classifiersFolder, "llama"));
    const policy = scoringPolicy(policyOf(classifier.config));
    const { tokens, positions, mask } = padPrompts(rows, { length: 8, padId: 0, side: "right" });
    const shape = [rows.length, 8];
    const inputs = {
      ...Object.fromEntries(Object.entries(policy.parameters).map(([name, spec]) => [name, floats(spec.shape, weights[name]!)])),
      tokens: ints(shape, tokens),
      positions: ints(shape, positions),
      mask: floats(shape, mask),
      prompt: floats(shape, mask),
      completionMask: floats(shape, mask),
    };
    const results = await compute(evaluate, inputs, (all: NamedTensors) => {
      const parameters = Object.fromEntries(Object.keys(policy.parameters).map((name) => [name, all[name]!]));
      const learned = differentiate((own) => measure(policy, bradleyTerry({ center }), own, all as unknown as Given), parameters);
      return { loss: learned.loss, ...learned.gradients };
    });
    expect(Math.abs(results["loss"][0]! - loss)).toBeLessThan(1e-5);
    for (const [name, expected] of Object.entries(gradients))
      expect(farthest((results as Readonly<Record<string, Float32Array>>)[name]!, expected), name).toBeLessThan(1e-5);
  });
});

test("what is no score a row, an odd number of rows and a center below 0 are refused", () => {
  const objective = bradleyTerry();
  for (const shape of [
    [3, 1, 1],
    [2, 4, 1],
    [2, 1, 5],
  ] as [number, number, number][]) {
    const message = `bradley-terry: expected scores [B, 1, 1] of pairs, got [${shape.join(", ")}]`;
    expect(() => objective.loss(tf.zeros(shape), { completionMask: tf.ones([shape[0], T]) } as unknown as TokenBatch)).toThrow(
      new RangeError(message),
    );
  }
  expect(() => bradleyTerry({ center: -1 })).toThrow("bradley-terry: expected a center of at least 0, got -1");
});

test("a file's values are made into it; it is no term of a sum", () => {
  const made = objectives.create({ type: "bradley-terry", center: 0.5 });
  expect([made.name, made.pairs, made.learnsFrom, made.needs]).toEqual(["bradley-terry", true, ["others"], []]);
  const sum = { type: "weighted-sum", terms: [{ weight: 1, objective: { type: "bradley-terry", center: 0 } }] };
  expect(() => objectives.create(sum as never)).toThrow(RangeError);
});
