/** The inspection: the terms' gradients add up to the update's, their sizes and angles are right, and log-probs are those of the sampler's temperature. */
import { describe, expect, test } from "vitest";
import type { NamedTensors, Program, TypedArray } from "../../../src/engine/program.ts";
import * as tf from "@tensorflow/tfjs";
import { shapedAdvantages } from "../../../src/objectives/advantages/shaped.ts";
import { noBaseline } from "../../../src/objectives/baselines/none.ts";
import { distillation } from "../../../src/objectives/distillation.ts";
import { forwardKl } from "../../../src/objectives/divergences/forward-kl.ts";
import { reverseKl } from "../../../src/objectives/divergences/reverse-kl.ts";
import type { Objective, Signal, Signals, TokenBatch } from "../../../src/objectives/objective.ts";
import { reinforce } from "../../../src/objectives/reinforce.ts";
import { weightedSum } from "../../../src/objectives/weighted-sum.ts";
import type { Policy, Sequences } from "../../../src/policies/policy.ts";
import { initialValueHead } from "../../../src/policies/value-head.ts";
import { collate } from "../../../src/training/batch/collate.ts";
import { inspectedSignals } from "../../../src/training/batch/inspected-signals.ts";
import { inspectionProgram, termGradients } from "../../../src/training/learner/inspection.ts";
import { optimizers } from "../../../src/training/optimizers/index.ts";
import { scalarValues } from "../../../src/training/learner/apply-optimizer.ts";
import { packArrays, packsFor, unpackTensors } from "../../../src/training/learner/packing.ts";
import { trainedParameters, updateProgram } from "../../../src/training/learner/update.ts";
import { batchShape, referenceRows } from "../../fixtures/batches.ts";
import { likeliest, logSoftmax, rowsOf } from "../../fixtures/distributions.ts";
import { adamwValues as optimizer, bigram, model, smallLlama, smallTask } from "../../fixtures/recipes.ts";
import { engines, type Evaluate } from "../../laws/evaluate.ts";

const policyGradient = reinforce({ advantages: shapedAdvantages({ baseline: noBaseline }) });
const covering = distillation({ divergence: forwardKl });
const seeking = distillation({ divergence: reverseKl });

/** Squared error of the value head to the advantage: a term that moves the head alone. */
const valueError: Objective<"values" | "advantages"> = {
  name: "value-error",
  needs: ["values", "advantages"],
  learnsFrom: ["student"],
  advantages: policyGradient.advantages!,
  loss: (_logits, { values, advantages, completionMask }) => {
    const loss: tf.Scalar = tf.mean(tf.mul(completionMask, tf.square(tf.sub(values, tf.expandDims(advantages, 1)))));
    return { loss, metrics: { "objective/value-error": loss } };
  },
};

const three = weightedSum<Signal>([
  { weight: 0.5, objective: policyGradient },
  { weight: { from: 0, to: 2 }, objective: covering },
  { weight: 0.25, objective: seeking },
]);
const withHead = weightedSum<Signal>([
  { weight: 0.5, objective: covering },
  { weight: 3, objective: valueError },
]);

/** Every input of both programs, at a quarter of the run. */
const inputsOf = (policy: Policy, objective: Objective<Signal>): Record<string, TypedArray> => {
  const weights = { ...model(policy, 1).weights, ...initialValueHead(policy) };
  const step = { progress: 0.25, controlled: 0 };
  const all: Record<string, TypedArray> = {
    ...collate(referenceRows(), batchShape, inspectedSignals(objective.needs), smallTask().tokenizer.padId, step),
  };
  for (const pack of packsFor(trainedParameters(policy, objective))) {
    all[`parameters/${pack.name}`] = packArrays("test", pack, weights);
    for (const kind of ["first", "second"]) all[`${kind}/${pack.name}`] = new Float32Array(pack.size);
  }
  for (const [name, value] of Object.entries(scalarValues(optimizers.create(optimizer), 1, 1))) all[name] = Float32Array.of(value);
  return all;
};

const options = (policy: Policy, objective: Objective<Signal>, samplingTemperature = 1) => ({
  policy,
  objective,
  batch: batchShape,
  samplingTemperature,
});

/** The update's own gradient: the first moment after one step from zero is (1 - beta1) times it. */
const updateGradient = async (evaluate: Evaluate, policy: Policy, objective: Objective<Signal>): Promise<number[]> => {
  const program = updateProgram({ policy, objective, batch: batchShape, optimizer, clipNorm: 1e9 });
  const outputs = await evaluate(program, inputsOf(policy, objective));
  const packs = packsFor(trainedParameters(policy, objective));
  return packs.flatMap(({ name }) => Array.from(outputs[`first/${name}`]!, (value) => value / (1 - optimizer.beta1)));
};

/** Each term's gradient times its weight, pack after pack. */
const weightedGradients = async (evaluate: Evaluate, policy: Policy, objective: Objective<Signal>): Promise<number[][]> => {
  const packs = packsFor(trainedParameters(policy, objective));
  const { inputs } = inspectionProgram(options(policy, objective));
  const program: Program = {
    name: "terms",
    inputs,
    build(given) {
      const parameters = Object.assign({}, ...packs.map((pack) => unpackTensors(pack, given[`parameters/${pack.name}`]!))) as NamedTensors;
      const terms = termGradients({ policy, objective }, packs, parameters, given as unknown as Sequences & TokenBatch & Signals);
      return Object.fromEntries(
        terms.flatMap(({ name, weight, gradient }) =>
          packs.map((pack) => [`${name}/${pack.name}`, tf.mul(gradient[pack.name]!, weight)] as const),
        ),
      );
    },
  };
  const outputs = await evaluate(program, inputsOf(policy, objective));
  return objective.terms!.map((term) => packs.flatMap(({ name }) => Array.from(outputs[`${term.objective.name}/${name}`]!)));
};

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

describe.each(engines)("on $name", ({ evaluate }) => {
  test("tokens' divergences are at temperature 1, and their mean is what the update reports; without a teacher there are none", async () => {
    const policy = smallLlama();
    const inputs = inputsOf(policy, covering);
    const { "tokens/divergences": divergences } = await evaluate(inspectionProgram(options(policy, covering, 3)), inputs);
    const updated = await evaluate(updateProgram({ policy, objective: covering, batch: batchShape, optimizer, clipNorm: 1e9 }), inputs);
    const mask = inputs["completionMask"]!;
    const kept = [...divergences!].filter((_, position) => mask[position] === 1);
    expect(kept.length).toBeGreaterThan(batchShape.size);
    expect(Math.min(...kept)).toBeGreaterThan(0);
    const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
    expect(updated["metrics/divergence/forward-kl"]![0]).toBeCloseTo(mean, 5);
    const rewarded = await evaluate(inspectionProgram(options(policy, policyGradient)), inputsOf(policy, policyGradient));
    expect(Object.keys(rewarded)).toEqual(["logProbs"]);
  });

  test("tokens' log-probs are at temperature 1 whatever they were drawn at, and so are the likeliest tokens", async () => {
    const policy = smallLlama();
    const V = batchShape.vocabularySize;
    const inputs = inputsOf(policy, covering);
    const { inputs: specs } = inspectionProgram(options(policy, covering));
    const packs = packsFor(trainedParameters(policy, covering));
    const { logits } = await evaluate(
      {
        name: "logits",
        inputs: specs,
        build(given) {
          const parameters = Object.assign(
            {},
            ...packs.map((pack) => unpackTensors(pack, given[`parameters/${pack.name}`]!)),
          ) as NamedTensors;
          return { logits: policy.logits(parameters, given as unknown as Sequences, batchShape.completion) };
        },
      },
      inputs,
    );
    const student = rowsOf(logits, V).map(logSoftmax);
    const teacher = rowsOf(inputs["teacherLogProbs"]!, V);
    const [targets, mask] = [inputs["targets"]!, inputs["completionMask"]!];
    for (const temperature of [1, 3]) {
      const outputs = await evaluate(inspectionProgram(options(policy, covering, temperature)), inputs);
      for (const [at, target] of targets.entries()) {
        if (mask[at] === 0) continue;
        expect(outputs["tokens/logProbs"]![at]).toBeCloseTo(student[at]![target]!, 5);
        expect(outputs["tokens/teacherLogProbs"]![at]).toBe(teacher[at]![target]!);
        for (const [name, rows] of [
          ["top", student],
          ["teacherTop", teacher],
        ] as const) {
          const [ids, logProbs] = [outputs[`tokens/${name}Ids`]!, outputs[`tokens/${name}LogProbs`]!];
          likeliest(rows[at]!, 5).forEach(({ id, logProb }, k) => {
            expect(ids[5 * at + k]).toBe(id);
            expect(logProbs[5 * at + k]).toBeCloseTo(logProb, 5);
          });
        }
      }
      // Nothing as wide as the vocabulary leaves the engine.
      for (const [name, output] of Object.entries(outputs)) expect(output.length, name).toBeLessThanOrEqual(5 * targets.length);
    }
    expect(V).toBeGreaterThan(5);
  });

  test.each<[string, Policy, Objective<Signal>]>([
    ["three terms and a bigram", bigram(), three],
    ["three terms and a llama", smallLlama(), three],
    ["a value head that one term alone moves", smallLlama(), withHead],
  ])("%s: gradients add up to the update's, and sizes and angles are theirs", async (_name, policy, objective) => {
    const [parts, whole, outputs] = await Promise.all([
      weightedGradients(evaluate, policy, objective),
      updateGradient(evaluate, policy, objective),
      evaluate(inspectionProgram(options(policy, objective)), inputsOf(policy, objective)),
    ]);
    expect(Math.max(...whole.map(Math.abs))).toBeGreaterThan(0.01);
    whole.forEach((value, i) => expect(Math.abs(parts.reduce((sum, part) => sum + part[i]!, 0) - value)).toBeLessThan(1e-5));
    const metric = (name: string): number => outputs[`metrics/${name}`]![0]!;
    objective.terms!.forEach(({ objective: { name } }, i) => {
      const norm = Math.sqrt(dot(parts[i]!, parts[i]!));
      expect(norm).toBeGreaterThan(1e-3);
      expect(metric(`gradient/${name}/norm`)).toBeCloseTo(norm, 5);
      objective.terms!.slice(0, i).forEach(({ objective: earlier }, k) => {
        const cosine = dot(parts[i]!, parts[k]!) / norm / Math.sqrt(dot(parts[k]!, parts[k]!));
        expect(metric(`gradient/${earlier.name}~${name}/cosine`)).toBeCloseTo(cosine, 4);
      });
    });
  });

  test("weights are those of the moment", async () => {
    const outputs = await evaluate(inspectionProgram(options(bigram(), three)), inputsOf(bigram(), three));
    const weights = ["reinforce", "distillation", "distillation-2"].map((name) => outputs[`metrics/weight/${name}`]![0]);
    expect(weights).toEqual([0.5, 0.5, 0.25]);
    expect(Object.keys(outputs).filter((name) => !name.startsWith("diagnostics/"))).toHaveLength(8 + 3 * 3);
  });

  test("terms that pull the same way have cosine 1, opposite ones -1, and a gradient of zero has none", async () => {
    const against = { ...reinforce({ advantages: policyGradient.advantages! }), name: "against" };
    const opposite: Objective<"advantages"> = {
      ...against,
      loss: (logits, batch) => policyGradient.loss(logits, { ...batch, advantages: tf.neg(batch.advantages) }),
    };
    const still: Objective<"advantages"> = {
      ...against,
      name: "still",
      loss: (logits, batch) => policyGradient.loss(logits, { ...batch, advantages: tf.zerosLike(batch.advantages) }),
    };
    const sum = weightedSum<Signal>([policyGradient, policyGradient, opposite, still].map((objective) => ({ weight: 0.5, objective })));
    const outputs = await evaluate(inspectionProgram(options(bigram(), sum)), inputsOf(bigram(), sum));
    const cosine = (pair: string): number => outputs[`metrics/gradient/${pair}/cosine`]![0]!;
    expect(cosine("reinforce~reinforce-2")).toBeCloseTo(1, 5);
    expect(cosine("reinforce~against")).toBeCloseTo(-1, 5);
    expect(cosine("reinforce~still")).toBeCloseTo(0, 12);
  });

  test("an objective of one term is not taken apart; log-probs are at the sampling temperature", async () => {
    const policy = smallLlama();
    const at = async (temperature: number): Promise<TypedArray> => {
      const outputs = await evaluate(inspectionProgram(options(policy, covering, temperature)), inputsOf(policy, covering));
      expect(Object.keys(outputs).filter((name) => !/^(?:tokens|diagnostics)\//u.test(name))).toEqual(["logProbs"]);
      return outputs["logProbs"]!;
    };
    const [cold, warm] = [await at(1), await at(1e6)];
    for (const value of warm) expect(value).toBeCloseTo(-Math.log(batchShape.vocabularySize), 4);
    expect(cold.some((value) => Math.abs(value + Math.log(batchShape.vocabularySize)) > 0.01)).toBe(true);
  });
});
