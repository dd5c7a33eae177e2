/** A step on packs: test/laws/optimizer.laws.ts has the numbers of every optimizer, here is how many ops it takes, and its names. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { float32, type Program } from "../../../src/engine/program.ts";
import { liveNodes } from "../../../src/engine/recording/graph.ts";
import { record } from "../../../src/engine/recording/record.ts";
import { applyOptimizer, scalarSpecs, scalarValues } from "../../../src/training/learner/apply-optimizer.ts";
import { stateSpecs } from "../../../src/training/learner/optimizer-state.ts";
import { packsFor } from "../../../src/training/learner/packing.ts";
import { optimizers, type OptimizerValues } from "../../../src/training/optimizers/index.ts";
import { adamwValues } from "../../fixtures/recipes.ts";

const { type: _type, ...own } = adamwValues;
const muon: OptimizerValues = {
  type: "muon",
  learningRate: 0.1,
  momentum: 0.9,
  nesterov: true,
  iterations: 5,
  epsilon: 1e-7,
  adjustment: "original",
  weightDecay: 0,
  adamw: own,
};

const programOf = (values: OptimizerValues, layers: number): Program => {
  const specs = Object.fromEntries(
    Array.from({ length: layers }, (_, i) => [`layers.${i}.weight`, { shape: [4, 3], initial: { value: 0 } }] as const),
  );
  const packs = packsFor(specs);
  const optimizer = optimizers.create(values);
  return {
    name: "apply",
    inputs: { ...stateSpecs(packs, optimizer), ...scalarSpecs(optimizer), gradient: float32(packs[0]!.size) },
    build: (inputs) => applyOptimizer(packs, optimizer, inputs, { "matrices-0": inputs["gradient"]! }, tf.scalar(1)),
  };
};

const nodes = (values: OptimizerValues, layers: number): number =>
  liveNodes(record(programOf(values, layers)).graph.finished().main).length;

test("an elementwise optimizer takes as many ops for many parameters as for one", () => {
  const sgd: OptimizerValues = { type: "sgd", learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 };
  const lion: OptimizerValues = { type: "lion", learningRate: 0.1, beta1: 0.9, beta2: 0.99, weightDecay: 0.1 };
  for (const values of [adamwValues, sgd, lion]) expect(nodes(values, 20)).toBe(nodes(values, 1));
  expect(nodes(muon, 20)).toBeGreaterThan(nodes(muon, 1));
});

test("scalars are inputs of their own prefix, with a value at each step", () => {
  const optimizer = optimizers.create(muon);
  expect(Object.keys(scalarSpecs(optimizer))).toEqual(
    ["stepSize", "epsilon", "keep", "muonRate", "muonKeep"].map((name) => `optimizer/${name}`),
  );
  expect(scalarValues(optimizer, 0.5, 1)).toMatchObject({ "optimizer/muonRate": 0.05, "optimizer/muonKeep": 1 });
  expect(Object.keys(scalarValues(optimizer, 0.5, 9))).toEqual(Object.keys(scalarSpecs(optimizer)));
});
