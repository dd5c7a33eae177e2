/** Micro-batches of a batch give the update of the whole, for every objective; and what a step in parts leaves when it fails. */
import { describe, expect, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { sizeOf, type TypedArray } from "../../../src/engine/program.ts";
import { reportingImportance } from "../../../src/objectives/importance-report.ts";
import { objectives, type ObjectiveValues } from "../../../src/objectives/index.ts";
import type { Objective, Signal } from "../../../src/objectives/objective.ts";
import { scoringPolicy } from "../../../src/policies/classification-head.ts";
import { initialValueHead } from "../../../src/policies/value-head.ts";
import type { Policy, Weights } from "../../../src/policies/policy.ts";
import { normal, stream } from "../../../src/random/stream.ts";
import { batchSpecs, type Batch, type BatchShape } from "../../../src/training/batch/collate.ts";
import { initialState } from "../../../src/training/learner/learner-state.ts";
import { Learner } from "../../../src/training/learner/learner.ts";
import type { OptimizerValues } from "../../../src/training/optimizers/index.ts";
import { presentEngines } from "../../engine/present.ts";
import { bytesOf, context, model, smallLlama } from "../../fixtures/recipes.ts";

const rows = 8;
const shape: BatchShape = {
  size: rows,
  prompt: 3,
  completion: 6,
  vocabularySize: context.vocabularySize,
  topK: 3,
  foreignVocabularySize: 9,
};
const divergence = { type: "jsd", beta: 0.3 };
const baseline = { type: "none" };
const given: Readonly<Record<string, object>> = {
  distillation: { divergence, average: "token" },
  taid: { divergence },
  "contrastive-distillation": { othersDivergence: divergence, studentDivergence: { type: "reverse-kl" } },
  reinforce: { baseline, average: "sum" },
  "reinforce-gkd": { baseline, divergence, alpha: 0.3 },
  "policy-gradient": { baseline, clip: { low: 0.2, high: 0.2 }, average: "token" },
  "sampled-kl": { to: "teacher" },
  "weighted-sum": {
    terms: [
      { weight: { from: 0.2, to: 1 }, objective: { type: "sft", average: "token" } },
      { weight: 2, objective: { type: "distillation", divergence, topK: 3, average: "sequence" } },
    ],
  },
};
const named = (type: string): Objective<Signal> => objectives.create({ type, ...given[type] } as ObjectiveValues);
const plain: OptimizerValues = { type: "sgd", learningRate: 0.5, momentum: 0, nesterov: false, weightDecay: 0 };

/** Completions of 1 to 6 tokens behind prompts of 1 to 3, from the student and from others. */
const batchOf = (objective: Objective<Signal>, whole: BatchShape): Batch => {
  const uniforms = stream(7, "test", "micro-batches");
  const specs = batchSpecs(whole, objective.needs);
  const [, length] = specs["tokens"]!.shape as [number, number];
  const ends = (row: number): [number, number] => [whole.prompt - 1 - (row % 3), whole.prompt + (row % whole.completion)];
  const marked = (width: number, holds: (row: number, t: number) => boolean): Float32Array =>
    Float32Array.from({ length: rows * width }, (_, i) => Number(holds(Math.floor(i / width), i % width)));
  const made: Record<string, TypedArray> = {
    mask: marked(length, (row, t) => t >= ends(row)[0] && t < ends(row)[1] + (length - whole.prompt - whole.completion + 1)),
    prompt: marked(length, (row, t) => t >= ends(row)[0] && t < whole.prompt),
    completionMask: marked(whole.completion, (row, t) => t <= row % whole.completion),
    fromStudent: Float32Array.from({ length: rows }, (_, row) => Number(row % 3 !== 1)),
    progress: Float32Array.of(0.25),
    controlled: Float32Array.of(0.5),
    foreignTeacherMask: marked(whole.completion, (row, t) => t <= row % whole.completion && (row + t) % 2 === 0),
  };
  const numbers = (name: string, size: number, width: number): Float32Array => {
    const raw = Float32Array.from({ length: size }, () => normal(uniforms));
    if (!name.endsWith("LogProbs")) return raw;
    if (width === 1) return raw.map((x) => -0.1 - Math.abs(x));
    return raw.map((x, i) => {
      const row = raw.subarray(i - (i % width), i - (i % width) + width);
      return x - Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0.5));
    });
  };
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const size = sizeOf(spec.shape);
      if (made[name] !== undefined) return [name, made[name]];
      if (spec.dtype === "float32") return [name, numbers(name, size, spec.shape[2] ?? 1)];
      const below = name === "positions" ? length : whole.vocabularySize;
      return [name, Int32Array.from({ length: size }, (_, i) => (name === "teacherTopKIds" ? i % 3 : (i * 7) % below))];
    }),
  );
};

/** Parts of `size` rows. */
const partsOf = (batch: Batch, size: number): Batch[] =>
  Array.from({ length: rows / size }, (_, part) =>
    Object.fromEntries(
      Object.entries(batch).map(([name, data]) => {
        const width = data.length / rows;
        return [name, Number.isInteger(width) ? data.slice(part * size * width, (part + 1) * size * width) : data.slice()];
      }),
    ),
  );

const copied = (batch: Batch): Batch => Object.fromEntries(Object.entries(batch).map(([name, data]) => [name, data.slice()]));

interface Case {
  readonly policy: Policy;
  readonly objective: Objective<Signal>;
  readonly whole: BatchShape;
}

const caseOf = (objective: Objective<Signal>): Case => ({
  policy: objective.pairs === true ? scoringPolicy(smallLlama()) : smallLlama(),
  objective,
  whole: objective.pairs === true ? { ...shape, whole: true } : shape,
});

const open = (engine: Engine, { policy, objective, whole }: Case, size: number, optimizer = plain, recompute = false): Promise<Learner> => {
  const values = objective.needs.includes("values") ? initialValueHead(policy) : {};
  const options = { policy, objective, batch: { ...whole, size }, optimizer, clipNorm: 1, inParts: size < rows, recompute };
  return Learner.open(engine, options, initialState({ ...model(policy, 1).weights, ...values }));
};

interface Result {
  readonly metrics: Readonly<Record<string, number>>;
  readonly weights: Weights;
}

const stepOf = async (engine: Engine, made: Case, size: number, optimizer = plain, recompute = false): Promise<Result> => {
  const learner = await open(engine, made, size, optimizer, recompute);
  const batch = batchOf(made.objective, made.whole);
  try {
    if (size === rows) return { ...(await learner.update(copied(batch), 1, 1)), weights: await learner.read("parameters") };
    const parts = partsOf(batch, size);
    await learner.begin(parts.map(copied));
    for (const part of parts) await learner.add(copied(part));
    return { ...(await learner.apply(1, 1, true)), weights: await learner.read("parameters") };
  } finally {
    await learner.dispose();
  }
};

const expectSame = (found: Result, expected: Result): void => {
  expect(Object.keys(found.metrics).toSorted()).toEqual(Object.keys(expected.metrics).toSorted());
  for (const [name, value] of Object.entries(expected.metrics))
    expect(Math.abs(found.metrics[name]! - value), name).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
  for (const [name, data] of Object.entries(expected.weights)) {
    const far = data.reduce((most, x, i) => Math.max(most, Math.abs(x - found.weights[name]![i]!)), 0);
    expect(far, name).toBeLessThan(1e-6);
  }
};

describe.each(presentEngines)("on %s", (name) => {
  const withEngine = async (work: (engine: Engine) => Promise<void>): Promise<void> => {
    const engine = await openEngine(name, { threads: 1 });
    try {
      await work(engine);
    } finally {
      await engine.dispose();
    }
  };

  // On TensorFlow each program takes seconds to be compiled; what differs there is the engine, and not the objective.
  test.each(name === "tensorflow" ? ["weighted-sum"] : objectives.types)(
    "%s: parts of 1, 2 and 4 of 8 rows give the update of all",
    (type) =>
      withEngine(async (engine) => {
        const made = caseOf(named(type));
        const whole = await stepOf(engine, made, rows);
        // Rows are pairs: one alone is none.
        for (const size of made.objective.pairs === true ? [2, 4] : [1, 2, 4]) expectSame(await stepOf(engine, made, size), whole);
        const moved = Object.entries(whole.weights).some(([each, data]) =>
          data.some((x, i) => Math.abs(x - (model(made.policy, 1).weights[each]?.[i] ?? 0)) > 1e-4),
        );
        expect(moved).toBe(true);
      }),
  );

  test("what is reported of importance depends on what the student says of all rows", () =>
    withEngine(async (engine) => {
      const made = caseOf(reportingImportance(named("grpo"), 1));
      expectSame(await stepOf(engine, made, 2), await stepOf(engine, made, rows));
    }));

  test("activations that are computed again change nothing, in parts or not", () =>
    withEngine(async (engine) => {
      const made = caseOf(named("distillation"));
      const whole = await stepOf(engine, made, rows);
      expectSame(await stepOf(engine, made, rows, plain, true), whole);
      expectSame(await stepOf(engine, made, 2, plain, true), whole);
    }));

  test("the state is as it was until the last update of a batch, and after one that failed", () =>
    withEngine(async (engine) => {
      const made = caseOf(named("reinforce"));
      const learner = await open(engine, made, 4);
      const weights = async (): Promise<Record<string, string>> => bytesOf(await learner.read("parameters"));
      const before = await weights();
      const parts = partsOf(batchOf(made.objective, made.whole), 4);
      const broken = parts.map((part) => ({ ...part, advantages: new Float32Array(4).fill(Number.NaN) }));
      const add = async (all: readonly Batch[]): Promise<void> => {
        await learner.begin(all.map(copied));
        for (const part of all) await learner.add(copied(part));
      };
      await add(parts);
      await learner.apply(1, 1, false);
      expect(await weights()).toEqual(before);
      await add(broken);
      await expect(learner.apply(2, 1, true)).rejects.toThrow("step 2: loss is NaN and gradient/norm is NaN");
      expect(await weights()).toEqual(before);
      const { buffers } = engine.memory();
      await add(parts);
      await learner.apply(1, 1, true);
      expect(await weights()).not.toEqual(before);
      expect(engine.memory().buffers).toBe(buffers);
      await expect(learner.add(copied(parts[0]!))).rejects.toThrow("expected a step to have begun");
      await learner.dispose();
    }));
});
