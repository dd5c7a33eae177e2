/** Steps on batches whose rows share prompts, and on others. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { programMemory } from "../../../src/engine/onnx/memory.ts";
import { objectives, type ObjectiveValues } from "../../../src/objectives/index.ts";
import { sharingPrompts } from "../../../src/policies/shared-prompts.ts";
import { integer, normal, stream } from "../../../src/random/stream.ts";
import { collate, type Batch, type BatchShape } from "../../../src/training/batch/collate.ts";
import { inspectedSignals } from "../../../src/training/batch/inspected-signals.ts";
import type { Row } from "../../../src/training/batch/row.ts";
import { sharedRows } from "../../../src/training/batch/shared-prompts.ts";
import { initialState } from "../../../src/training/learner/learner-state.ts";
import { Learner, type LearnerOptions } from "../../../src/training/learner/learner.ts";
import { updateProgram } from "../../../src/training/learner/update.ts";
import { referenceRows } from "../../fixtures/batches.ts";
import { bytesOf, context, model, smallLlama } from "../../fixtures/recipes.ts";
import { farthest } from "../../laws/evaluate.ts";

const [count, completion] = [3, 3];
const shape: BatchShape = { size: 6, prompt: 10, completion, vocabularySize: context.vocabularySize };
const policy = smallLlama();
const objective = objectives.create({
  type: "reinforce-gkd",
  alpha: 0.3,
  divergence: { type: "reverse-kl" },
  baseline: { type: "none" },
} as ObjectiveValues);
const options: LearnerOptions = {
  policy,
  objective,
  batch: shape,
  optimizer: { type: "sgd", learningRate: 0.5, momentum: 0, nesterov: false, weightDecay: 0 },
  clipNorm: 1,
};

/** Two prompts with three completions each, of 1 to 3 tokens; `apart` gives each row a prompt of its own. */
const rowsOf = (apart = false): Row[] => {
  const uniforms = stream(11, "test", "shared prompts");
  const draw = (tokens: number): Int32Array => Int32Array.from({ length: tokens }, () => integer(uniforms, 0, context.vocabularySize - 1));
  const prompts = Array.from({ length: 6 }, (_, row) => draw(row < count ? 10 : 7));
  const [{ rollout }] = referenceRows() as [Row];
  return prompts.map((own, row): Row => {
    const tokens = draw(1 + (row % completion));
    const logProbs = Float32Array.from(
      { length: tokens.length * context.vocabularySize },
      () => Math.log(1 / context.vocabularySize) + 0.1 * normal(uniforms),
    );
    const promptTokens = apart ? own : prompts[row < count ? 0 : count]!;
    const behaviorLogProbs = new Float32Array(tokens.length).fill(-1);
    const answers = { teacher: { logProbs } };
    return {
      rollout: { ...rollout, source: "student", promptTokens, tokens, behaviorLogProbs },
      answers,
      reward: row,
      advantage: row - 2.5,
    };
  });
};
const batchOf = (rows: readonly Row[], batch = shape): Batch =>
  collate(rows, batch, inspectedSignals(objective.needs), 0, { progress: 0.5, controlled: 0 });

let engine: Engine;
beforeAll(async () => (engine = await openEngine("onnx", { threads: 1 })));
afterAll(() => engine.dispose());

/** The engine, and how many programs it compiled. */
const counting = (): { engine: Engine; compiled: () => number } => {
  let compiled = 0;
  const compile: Engine["compile"] = (program) => ((compiled += 1), engine.compile(program));
  return { engine: Object.create(engine, { compile: { value: compile } }) as Engine, compiled: () => compiled };
};

const stepOf = async (group: number | undefined, rows: readonly Row[], changes: Partial<LearnerOptions> = {}) => {
  const counted = counting();
  const all = { ...options, ...(group === undefined ? {} : { group }), ...changes };
  const learner = await Learner.open(counted.engine, all, initialState(model(policy, 1).weights));
  const parts = all.inParts === true ? [rows.slice(0, all.batch.size), rows.slice(all.batch.size)] : [rows];
  try {
    const inspected = await learner.inspect(batchOf(parts[0]!, all.batch));
    const compiledForInspection = counted.compiled();
    if (all.inParts !== true)
      return {
        inspected,
        ...(await learner.update(batchOf(rows), 1, 1)),
        weights: await learner.read("parameters"),
        compiledForInspection,
        compiled: counted.compiled(),
      };
    await learner.begin(parts.map((part) => batchOf(part, all.batch)));
    for (const part of parts) await learner.add(batchOf(part, all.batch));
    return {
      inspected,
      ...(await learner.apply(1, 1, true)),
      weights: await learner.read("parameters"),
      compiledForInspection,
      compiled: counted.compiled(),
    };
  } finally {
    await learner.dispose();
  }
};

type Step = Awaited<ReturnType<typeof stepOf>>;
const expectSame = (found: Step, expected: Step): void => {
  for (const [name, value] of [...Object.entries(expected.metrics), ...Object.entries(expected.inspected.metrics)]) {
    const own = { ...found.metrics, ...found.inspected.metrics }[name]!;
    expect(Math.abs(own - value), name).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
  }
  for (const [name, data] of Object.entries(expected.weights)) expect(farthest(found.weights[name]!, data), name).toBeLessThan(1e-6);
};

describe("a step on rows that share prompts", () => {
  test("is that on the rows alone, in one program for each use", async () => {
    const expected = await stepOf(undefined, rowsOf());
    const found = await stepOf(count, rowsOf());
    expectSame(found, expected);
    expect([found.compiled, expected.compiled]).toEqual([2, 2]);
  });

  test.each([
    ["in parts", { inParts: true, batch: { ...shape, size: count } }],
    ["computing activations again", { recompute: true }],
  ] as const)("is the same %s", async (_, changes) =>
    expectSame(await stepOf(count, rowsOf(), changes), await stepOf(undefined, rowsOf(), changes)),
  );

  test("is on the rows as they are where prompts differ, byte for byte, in programs of their own", async () => {
    const expected = await stepOf(undefined, rowsOf(true));
    const found = await stepOf(count, rowsOf(true));
    expect(bytesOf(found.weights)).toEqual(bytesOf(expected.weights));
    expect(found.metrics).toEqual(expected.metrics);
    // What most batches need was compiled first, then what this one needs.
    expect([found.compiledForInspection, found.compiled]).toEqual([2, 3]);
  });

  test("takes less memory", () => {
    const [alone, shared] = [policy, sharingPrompts(policy, count)].map(
      (by) => programMemory(updateProgram({ ...options, policy: by })).running,
    );
    expect(shared).toBeLessThan(alone!);
  });

  test("is not where rows are a group's no more, or whole sequences are scored", () => {
    expect(sharedRows({ policy, batch: shape, group: count })).toBe(count);
    expect(sharedRows({ policy, batch: shape })).toBe(1);
    expect(sharedRows({ policy, batch: { ...shape, size: 4 }, group: count })).toBe(1);
    expect(sharedRows({ policy, batch: { ...shape, whole: true }, group: count })).toBe(1);
  });
});
