/** The update program: the same on every engine, and equal to the parts that it is made of. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { sizeOf, type TypedArray } from "../../../src/engine/program.ts";
import { objectives, type ObjectiveValues } from "../../../src/objectives/index.ts";
import type { Signals, TokenBatch } from "../../../src/objectives/objective.ts";
import type { Policy, Sequences, Weights } from "../../../src/policies/policy.ts";
import { lengthOf } from "../../../src/training/batch/collate.ts";
import { optimizers } from "../../../src/training/optimizers/index.ts";
import { scalarValues } from "../../../src/training/learner/apply-optimizer.ts";
import { stateSpecs } from "../../../src/training/learner/optimizer-state.ts";
import { packArrays, packsFor, unpackArrays, type Pack } from "../../../src/training/learner/packing.ts";
import { trainedParameters, updateProgram } from "../../../src/training/learner/update.ts";
import { batchShape, referenceBatch } from "../../fixtures/batches.ts";
import { adamwValues as optimizer, bigram, context, model, recipe, smallLlama } from "../../fixtures/recipes.ts";
import { compute, engines, floats, ints } from "../../laws/evaluate.ts";

const both = recipe().objective;
const sft: ObjectiveValues = { type: "sft", average: "sequence" };
const policies: readonly [string, Policy][] = [
  ["bigram", bigram()],
  ["llama", smallLlama()],
];

const options = (policy: Policy, objective: ObjectiveValues, clipNorm = 1) =>
  ({ policy, objective: objectives.create(objective), batch: batchShape, optimizer, clipNorm }) as const;

/** The state before the first step: the weights in packs, and moments of zero. */
const startOf = (packs: readonly Pack[], weights: Weights): Record<string, TypedArray> => ({
  ...Object.fromEntries(
    Object.entries(stateSpecs(packs, optimizers.create(optimizer))).map(([name, { shape }]) => [name, new Float32Array(sizeOf(shape))]),
  ),
  ...Object.fromEntries(packs.map((pack) => [`parameters/${pack.name}`, packArrays("test", pack, weights)])),
});

const inputsOf = (policy: Policy, objective: ObjectiveValues): Record<string, TypedArray> => {
  const program = updateProgram(options(policy, objective));
  const all: Record<string, TypedArray> = { ...referenceBatch(), ...startOf(packsFor(policy.parameters), model(policy, 1).weights) };
  for (const [name, value] of Object.entries(scalarValues(optimizers.create(optimizer), 1, 1))) all[name] = Float32Array.of(value);
  return Object.fromEntries(Object.keys(program.inputs).map((name) => [name, all[name]!]));
};

const difference = (a: TypedArray, b: TypedArray): number => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

describe.each(policies)("the update of a %s", (_name, policy) => {
  test("is the same on the eager and the compiled engine", async () => {
    const [first, second] = await Promise.all(
      engines.map(({ evaluate }) => evaluate(updateProgram(options(policy, both)), inputsOf(policy, both))),
    );
    expect(Object.keys(first!).toSorted()).toEqual(Object.keys(second!).toSorted());
    for (const [name, values] of Object.entries(first!)) {
      // The first step of AdamW is nearly a sign, so its parameters magnify a gradient's rounding near zero.
      expect([name, difference(values, second![name]!)]).toEqual([name, expect.closeTo(0, name.startsWith("parameters/") ? 3 : 5)]);
    }
  });

  test.each(engines)("has the objective's value and metrics, and the unclipped norm, on $name", async ({ evaluate }) => {
    const objective = objectives.create(both);
    const outputs = await evaluate(updateProgram(options(policy, both)), inputsOf(policy, both));
    const weights = model(policy, 1).weights;
    const batch = Object.fromEntries(
      Object.entries(updateProgram(options(policy, both)).inputs).flatMap(([name, { shape, dtype }]) => {
        const data = referenceBatch()[name];
        if (data === undefined) return [];
        return [[name, dtype === "int32" ? ints(shape, data) : floats(shape, data)]];
      }),
    );
    const parameters = Object.fromEntries(
      Object.entries(policy.parameters).map(([name, { shape }]) => [name, floats(shape, weights[name]!)]),
    );
    const plain = await compute(evaluate, { ...batch, ...parameters }, (inputs) => {
      const { size, completion, vocabularySize } = batchShape;
      const first = [0, lengthOf(batchShape) - completion, 0];
      const { loss, metrics } = objective.loss(
        tf.slice(policy.logits(inputs, inputs as unknown as Sequences), first, [size, completion, vocabularySize]),
        inputs as unknown as TokenBatch & Signals,
      );
      return { loss, ...metrics };
    });
    for (const [name, [value]] of Object.entries(plain)) expect(outputs[`metrics/${name}`]![0]).toBeCloseTo(value!, 5);
    expect(
      Object.keys(outputs)
        .filter((name) => name.startsWith("metrics/"))
        .toSorted(),
    ).toEqual([...Object.keys(plain), "gradient/norm"].map((name) => `metrics/${name}`).toSorted());
    expect(outputs["metrics/gradient/norm"]![0]).toBeGreaterThan(0);
  });
});

test.each(engines)("clipping scales both moments on $name, and leaves the reported norm as it was", async ({ evaluate }) => {
  const policy = bigram();
  const inputs = inputsOf(policy, sft);
  const [free, clipped] = await Promise.all([1e6, 0.01].map((clipNorm) => evaluate(updateProgram(options(policy, sft, clipNorm)), inputs)));
  const norm = free!["metrics/gradient/norm"]![0]!;
  expect(norm).toBeGreaterThan(0.01);
  expect(clipped!["metrics/gradient/norm"]![0]).toBeCloseTo(norm, 6);
  const length = (values: TypedArray): number => Math.hypot(...values);
  expect(length(free!["first/matrices-0"]!)).toBeCloseTo(0.1 * norm, 5);
  expect(length(clipped!["first/matrices-0"]!)).toBeCloseTo(0.1 * 0.01, 7);
});

test("what is frozen is an input of its own shape, and neither packed nor given back", () => {
  const frozen = ["model.embed_tokens.weight", "model.norm.weight"];
  const program = updateProgram({ ...options(smallLlama(), sft), frozen });
  const { "frozen/model.embed_tokens.weight": table, "frozen/model.norm.weight": gain, ...others } = program.inputs;
  expect([table?.shape, gain?.shape]).toEqual([[context.vocabularySize, 16], [16]]);
  expect(Object.keys(others).filter((name) => name.startsWith("frozen/"))).toEqual([]);
  const members = packsFor(trainedParameters(smallLlama(), objectives.create(sft), frozen)).flatMap((pack) => pack.members);
  expect(members.map(({ name }) => name)).not.toContain("model.embed_tokens.weight");
  expect([...members.map(({ name }) => name), ...frozen].toSorted()).toEqual(Object.keys(smallLlama().parameters).toSorted());
});

test.each(engines)("what is not frozen gets the gradient that it gets beside the frozen on $name", async ({ evaluate }) => {
  const policy = smallLlama();
  const frozen = Object.keys(policy.parameters).filter((name) => !name.includes("mlp"));
  const { weights } = model(policy, 1);
  const loose = { ...options(policy, both, 1e6), optimizer: { ...optimizer, weightDecay: 0 } };
  const partial = updateProgram({ ...loose, frozen });
  const packs = packsFor(trainedParameters(policy, loose.objective, frozen));
  const all: Record<string, TypedArray> = {
    ...inputsOf(policy, both),
    ...startOf(packs, weights),
    ...Object.fromEntries(frozen.map((name) => [`frozen/${name}`, weights[name]!])),
  };
  const outputs = await evaluate(partial, Object.fromEntries(Object.keys(partial.inputs).map((name) => [name, all[name]!])));
  const whole = await evaluate(updateProgram(loose), inputsOf(policy, both));
  const firsts = (given: Readonly<Record<string, TypedArray>>, of: ReturnType<typeof packsFor>) =>
    Object.assign({}, ...of.map((pack) => unpackArrays(pack, given[`first/${pack.name}`] as Float32Array))) as Weights;
  const [alone, beside] = [firsts(outputs, packs), firsts(whole, packsFor(policy.parameters))];
  for (const name of Object.keys(alone)) expect(difference(alone[name]!, beside[name]!)).toBeLessThan(1e-6);
  expect(outputs["metrics/loss"]![0]).toBeCloseTo(whole["metrics/loss"]![0]!, 6);
  expect(Object.keys(outputs).filter((name) => name.includes("embed"))).toEqual([]);
});

test("an objective that needs nothing is given no scores", () => {
  const { inputs } = updateProgram(options(bigram(), sft));
  expect(Object.keys(inputs)).not.toContain("teacherLogProbs");
  expect(Object.keys(inputs)).not.toContain("advantages");
});
