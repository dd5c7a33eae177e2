/** Whole trainings with every optimizer: they lower the loss, and one that was interrupted goes on byte by byte. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/policies/checkpoints/safetensors/safetensors.ts";
import { checkpointName } from "../../src/training/checkpoints/checkpoint.ts";
import { optimizers, type OptimizerValues } from "../../src/training/optimizers/index.ts";
import type { Recipe } from "../../src/training/recipe/recipe.ts";
import { train } from "../../src/training/train.ts";
import { adamwValues, bytesOf, comparable, model, recipe, smallLlama, trained, weightsOf } from "../fixtures/recipes.ts";
import { openThreads } from "../fixtures/threads.ts";

afterEach(() => {
  expect(openThreads()).toBe(0);
});

const { type: _type, ...own } = adamwValues;
const adafactor = {
  type: "adafactor",
  learningRate: 0.05,
  decayRate: 0.8,
  epsilon: 1e-30,
  clipThreshold: 1,
  scaleParameter: false,
  leastScale: 1e-3,
  weightDecay: 0.01,
} as const;

/** Values of each, and what a checkpoint then has of a matrix of a layer, of the table and of a vector. */
const all: readonly [string, OptimizerValues, Readonly<Record<"matrix" | "table" | "vector", readonly string[]>>][] = [
  ["adamw", adamwValues, { matrix: ["first", "second"], table: ["first", "second"], vector: ["first", "second"] }],
  ["adafactor", adafactor, { matrix: ["row", "column"], table: ["row", "column"], vector: ["second"] }],
  [
    "adafactor with beta1",
    { ...adafactor, beta1: 0.9 },
    { matrix: ["row", "column", "first"], table: ["row", "column", "first"], vector: ["second", "first"] },
  ],
  [
    "sgd",
    { type: "sgd", learningRate: 0.5, momentum: 0.9, nesterov: true, weightDecay: 1e-3 },
    { matrix: ["momentum"], table: ["momentum"], vector: ["momentum"] },
  ],
  [
    "sgd without momentum",
    { type: "sgd", learningRate: 0.5, momentum: 0, nesterov: false, weightDecay: 0 },
    { matrix: [], table: [], vector: [] },
  ],
  [
    "lion",
    { type: "lion", learningRate: 0.01, beta1: 0.9, beta2: 0.99, weightDecay: 0.1 },
    { matrix: ["first"], table: ["first"], vector: ["first"] },
  ],
  [
    "muon",
    {
      type: "muon",
      learningRate: 0.02,
      momentum: 0.95,
      nesterov: true,
      iterations: 5,
      epsilon: 1e-7,
      adjustment: "original",
      weightDecay: 0.1,
      adamw: own,
    },
    { matrix: ["momentum"], table: ["first", "second"], vector: ["first", "second"] },
  ],
];

test("every optimizer is here", () => {
  expect([...new Set(all.map(([, { type }]) => type))].toSorted()).toEqual([...optimizers.types].toSorted());
});

const withOptimizer = (optimizer: OptimizerValues): Recipe => {
  const { training } = recipe();
  return recipe({
    student: model(smallLlama(), 1),
    rewards: [],
    objective: { type: "sft", average: "sequence" },
    data: { onPolicyFraction: 0, offPolicy: "references", mixing: "step" },
    training: { ...training, optimizer, inspectEvery: 0, steps: 8 },
  });
};

const interruption = new Error("interrupted");

test.each(all)("%s lowers the loss, and resumes from its checkpoint as if nothing had been", async (_name, optimizer, kept) => {
  const given = withOptimizer(optimizer);
  const whole = await trained(given);
  const losses = whole.flatMap((report) => (report.kind === "step" ? [report.metrics["loss"]!] : []));
  expect(losses).toHaveLength(8);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);

  const folder = mkdtempSync(join(tmpdir(), "retort-optimizer-"));
  const controller = new AbortController();
  const end = new Promise<void>((resolve, reject) => {
    train(given, { folder, signal: controller.signal }).subscribe({
      next: (report) => {
        if (report.kind === "step" && report.step === 5) controller.abort(interruption);
      },
      complete: resolve,
      error: reject,
    });
  });
  await expect(end).rejects.toThrow("interrupted");
  const { tensors } = await decodeSafetensors(readFileSync(join(folder, checkpointName(5))));
  const names = Object.keys(tensors);
  const slotsOf = (name: string): string[] =>
    names.filter((each) => each.endsWith(`/${name}`) && !each.startsWith("parameters/")).map((each) => each.split("/", 1)[0]!);
  expect(slotsOf("model.layers.0.self_attn.q_proj.weight")).toEqual(kept.matrix);
  expect(slotsOf("model.embed_tokens.weight")).toEqual(kept.table);
  expect(slotsOf("model.norm.weight").toSorted()).toEqual([...kept.vector].toSorted());

  const rest = await trained(given, { folder });
  expect(rest.some(({ kind }) => kind === "resumed")).toBe(true);
  expect(bytesOf(weightsOf(rest))).toEqual(bytesOf(weightsOf(whole)));
  const steps = (reports: readonly unknown[]): unknown[] => comparable(reports as typeof whole).slice(-3);
  expect(steps(rest)).toEqual(steps(whole));
});
