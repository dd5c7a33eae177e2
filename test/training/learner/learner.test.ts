/** The learner: steps that lower the loss, a state that only a whole step changes, and memory that does not grow. */
import { describe, expect, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { objectives, type ObjectiveValues } from "../../../src/objectives/index.ts";
import { scoringPolicy } from "../../../src/policies/classification-head.ts";
import { initialWeights } from "../../../src/policies/initialize.ts";
import type { Policy } from "../../../src/policies/policy.ts";
import { collate } from "../../../src/training/batch/collate.ts";
import { initialTrained, traineeOf } from "../../../src/training/learner/trained.ts";
import { Learner } from "../../../src/training/learner/learner.ts";
import { initialState } from "../../../src/training/learner/learner-state.ts";
import type { OptimizerValues } from "../../../src/training/optimizers/index.ts";
import { presentEngines } from "../../engine/present.ts";
import { batchShape, referenceBatch, referenceRows } from "../../fixtures/batches.ts";
import { expectTokens } from "../../fixtures/inspected.ts";
import { adamwValues as optimizer, bigram, bytesOf, model, recipe, smallLlama, smallT5 } from "../../fixtures/recipes.ts";

const both = recipe().objective;
const sft: ObjectiveValues = { type: "sft", average: "sequence" };

const open = (
  engine: Engine,
  policy: Policy,
  objective: ObjectiveValues,
  state = initialState(model(policy, 1).weights),
  settings: OptimizerValues = optimizer,
): Promise<Learner> =>
  Learner.open(engine, { policy, objective: objectives.create(objective), batch: batchShape, optimizer: settings, clipNorm: 1 }, state);

const stateOf = async (learner: Learner): Promise<Record<string, Record<string, string>>> => {
  const { parameters, slots } = await learner.state();
  return Object.fromEntries(Object.entries({ parameters, ...slots }).map(([kind, arrays]) => [kind, bytesOf(arrays)]));
};

describe.each(presentEngines)("a learner on %s", (name) => {
  const withEngine = async (work: (engine: Engine) => Promise<void>): Promise<void> => {
    const engine = await openEngine(name, { threads: 1 });
    try {
      await work(engine);
    } finally {
      await engine.dispose();
    }
  };

  test("lowers the loss of an encoder-decoder step by step", () =>
    withEngine(async (engine) => {
      const learner = await open(engine, smallT5(), sft);
      const losses: number[] = [];
      for (let step = 1; step <= 30; step += 1) losses.push((await learner.update(referenceBatch(), step, 0.5)).metrics["loss"]!);
      expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
    }));

  test.each([
    ["bigram", bigram()],
    ["llama", smallLlama()],
  ])("lowers the loss of a %s step by step", (_policy, policy) =>
    withEngine(async (engine) => {
      const learner = await open(engine, policy, sft);
      const losses: number[] = [];
      for (let step = 1; step <= 30; step += 1) losses.push((await learner.update(referenceBatch(), step, 0.5)).metrics["loss"]!);
      expect(losses[0]).toBeCloseTo(Math.log(batchShape.vocabularySize), 0);
      expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
      const weights = await learner.read("parameters");
      expect(Object.keys(weights).toSorted()).toEqual(Object.keys(policy.parameters).toSorted());
      expect(bytesOf(weights)).not.toEqual(bytesOf(model(policy, 1).weights));
    }),
  );

  test("scores the sequences of a reward model without changing anything, and learns which of two is preferred", () =>
    withEngine(async (engine) => {
      const policy = scoringPolicy(smallLlama());
      const state = initialState(initialWeights(policy, 1));
      const batch = { ...batchShape, whole: true };
      const rows = collate(referenceRows(), batch, [], 0, { progress: 0, controlled: 0 });
      const options = { policy, objective: objectives.create({ type: "bradley-terry", center: 0 }), batch, optimizer, clipNorm: 1 };
      const learner = await Learner.open(engine, options, state);
      const before = await stateOf(learner);
      const scores = await learner.scores(rows);
      expect(scores).toHaveLength(batch.size);
      expect(new Set(scores).size).toBe(batch.size);
      const memory = engine.memory();
      expect(await learner.scores(rows)).toEqual(scores);
      expect(engine.memory()).toEqual(memory);
      expect(await stateOf(learner)).toEqual(before);
      for (let step = 1; step <= 20; step += 1) await learner.update(rows, step, 1);
      const [first, second, third, fourth] = await learner.scores(rows);
      expect([first! > second!, third! > fourth!]).toEqual([true, true]);
      expect(Object.keys(await learner.policyWeights())).toContain("score.weight");
    }));

  test("leaves what is frozen as it is, and holds no moments of it", () =>
    withEngine(async (engine) => {
      const policy = smallLlama();
      const { weights } = model(policy, 1);
      const trainee = traineeOf(policy, { freeze: ["embed_tokens", "mlp"] });
      const options = { objective: objectives.create(both), batch: batchShape, optimizer, clipNorm: 1 };
      const start = { objective: options.objective, seed: 1 };
      const learner = await Learner.open(
        engine,
        { ...options, ...trainee },
        initialState(initialTrained(trainee, weights, start)),
        weights,
      );
      const memory = engine.memory();
      await learner.inspect(referenceBatch());
      await learner.update(referenceBatch(), 1, 1);
      expect(engine.memory()).toEqual(memory);
      const changed = await learner.policyWeights();
      expect(Object.keys(changed).toSorted()).toEqual(
        Object.keys(policy.parameters)
          .filter((name) => !/embed_tokens|mlp\./u.test(name))
          .toSorted(),
      );
      expect(Object.keys(await learner.read("first"))).toEqual(Object.keys(changed));
      // The others learn as they would without frozen ones, up to the common norm that clips them.
      const free = await open(engine, policy, both, undefined);
      const { metrics } = await free.update(referenceBatch(), 1, 1);
      const all = await free.policyWeights();
      expect(metrics["loss"]).toBeGreaterThan(0);
      const [one] = Object.keys(changed) as [string];
      expect(Math.sign(changed[one]![0]! - weights[one]![0]!)).toBe(Math.sign(all[one]![0]! - weights[one]![0]!));
    }));

  test("shares its policy's weights, in the memory that it is given", () =>
    withEngine(async (engine) => {
      const policy = smallLlama();
      const learner = await open(engine, policy, both, undefined);
      const { weights: shared, memory } = await learner.sharedWeights();
      expect(memory).toBeInstanceOf(SharedArrayBuffer);
      for (const array of Object.values(shared)) expect(array.buffer).toBe(memory);
      expect(bytesOf(shared)).toEqual(bytesOf(await learner.policyWeights()));
      await learner.update(referenceBatch(), 1, 1);
      // Nothing changes under those who read it, until the memory is given back.
      expect(bytesOf(shared)).not.toEqual(bytesOf(await learner.policyWeights()));
      const { weights: again } = await learner.sharedWeights(memory);
      for (const array of Object.values(again)) expect(array.buffer).toBe(memory);
      expect(bytesOf(again)).toEqual(bytesOf(await learner.policyWeights()));
      expect(bytesOf(shared)).toEqual(bytesOf(again));
    }));

  test("trains adapters alone, and shows the policy with them merged", () =>
    withEngine(async (engine) => {
      const policy = smallLlama();
      const { weights } = model(policy, 1);
      const trainee = traineeOf(policy, { adapters: { rank: 2, alpha: 8, targets: ["q_proj", "mlp"] } });
      const options = { objective: objectives.create(sft), batch: batchShape, optimizer, clipNorm: 1 };
      const start = { objective: options.objective, seed: 1 };
      const learner = await Learner.open(
        engine,
        { ...options, ...trainee },
        initialState(initialTrained(trainee, weights, start)),
        weights,
      );
      const names = ["self_attn.q_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"].map((layer) => `model.layers.0.${layer}.weight`);
      const before = await learner.policyWeights();
      expect(bytesOf(before)).toEqual(bytesOf(Object.fromEntries(names.map((name) => [name, weights[name]!]))));
      const memory = engine.memory();
      const losses: number[] = [];
      for (let step = 1; step <= 20; step += 1) losses.push((await learner.update(referenceBatch(), step, 1)).metrics["loss"]!);
      expect(losses.at(-1)).toBeLessThan(0.98 * losses[0]!);
      expect(Object.keys(await learner.read("parameters"))).toHaveLength(8);
      const merged = await learner.policyWeights();
      expect(engine.memory()).toEqual(memory);
      // The merged policy without adapters is where a full training would begin.
      const plain = await open(engine, policy, sft, initialState({ ...weights, ...merged }));
      const { metrics } = await plain.update(referenceBatch(), 1, 1);
      expect(metrics["loss"]).toBeCloseTo((await learner.update(referenceBatch(), 21, 1)).metrics["loss"]!, 5);
    }));

  test("continues exactly from a state that was read", () =>
    withEngine(async (engine) => {
      const policy = smallLlama();
      const whole = await open(engine, policy, both);
      for (let step = 1; step <= 4; step += 1) await whole.update(referenceBatch(), step, 1);
      const first = await open(engine, policy, both);
      for (let step = 1; step <= 2; step += 1) await first.update(referenceBatch(), step, 1);
      const second = await open(engine, policy, both, await first.state());
      for (let step = 3; step <= 4; step += 1) await second.update(referenceBatch(), step, 1);
      expect(await stateOf(second)).toEqual(await stateOf(whole));
    }));

  test("takes several updates on one batch as it would take them one by one", () =>
    withEngine(async (engine) => {
      const single = await open(engine, smallLlama(), both);
      const losses: number[] = [];
      for (let step = 1; step <= 3; step += 1) losses.push((await single.update(referenceBatch(), step, 1)).metrics["loss"]!);
      const several = await open(engine, smallLlama(), both);
      const memory = engine.memory();
      const { metrics } = await several.update(referenceBatch(), 1, 1, 3);
      expect(await stateOf(several)).toEqual(await stateOf(single));
      expect(metrics["loss"]).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / 3, 6);
      expect(engine.memory()).toEqual(memory);
    }));

  test("keeps the state of the beginning when a later one of several updates is not finite", () =>
    withEngine(async (engine) => {
      const learner = await open(engine, bigram(), sft, undefined, { ...optimizer, learningRate: 1, weightDecay: 3e38 });
      const [before, memory] = [await stateOf(learner), engine.memory()];
      await expect(learner.update(referenceBatch(), 1, 1, 4)).rejects.toThrow(/step [234]: loss is/u);
      expect(await stateOf(learner)).toEqual(before);
      expect(engine.memory()).toEqual(memory);
    }));

  test("inspects a batch without changing anything, and gives everything back", () =>
    withEngine(async (engine) => {
      const empty = engine.memory();
      const learner = await open(engine, smallLlama(), both);
      await learner.update(referenceBatch(), 1, 1);
      const [before, memory] = [await stateOf(learner), engine.memory()];
      const first = await learner.inspect(referenceBatch());
      expect(first.logProbs).toHaveLength(batchShape.size * batchShape.completion);
      expectTokens(first);
      expect(first.metrics["weight/distillation"]).toBe(0.5);
      const names = Object.keys(first.metrics);
      const compared = names.filter((name) => name.startsWith("inspection/"));
      expect(names.length - compared.length).toBe(5);
      // The data's author wrote all of them.
      expect(compared).toContain("inspection/other-prefixes/nucleus-mass");
      expect(compared.filter((name) => !name.startsWith("inspection/other-prefixes/"))).toEqual([]);
      expect(await learner.inspect(referenceBatch())).toEqual(first);
      expect(await stateOf(learner)).toEqual(before);
      expect(engine.memory()).toEqual(memory);
      await learner.dispose();
      expect(engine.memory()).toEqual(empty);
    }));

  test("keeps its state when the loss is not finite, says so, and can continue", () =>
    withEngine(async (engine) => {
      const learner = await open(engine, smallLlama(), both);
      await learner.update(referenceBatch(), 1, 1);
      const [before, memory] = [await stateOf(learner), engine.memory()];
      const rows = referenceRows();
      rows[2]!.answers.teacher!.logProbs.fill(Number.NaN);
      await expect(learner.update(referenceBatch(rows), 2, 1)).rejects.toThrow(
        "step 2: loss is NaN and gradient/norm is NaN; the weights before this step are kept. Lower the learning rate or clipNorm",
      );
      expect(await stateOf(learner)).toEqual(before);
      expect(engine.memory()).toEqual(memory);
      expect((await learner.update(referenceBatch(), 2, 1)).metrics["loss"]).not.toBeNaN();
      expect(await stateOf(learner)).not.toEqual(before);
    }));

  test("refuses a batch that lacks what the objective reads, and keeps no memory for it", () =>
    withEngine(async (engine) => {
      const learner = await open(engine, bigram(), both);
      const memory = engine.memory();
      const { teacherLogProbs: _left, ...batch } = referenceBatch();
      await expect(learner.update(batch, 1, 1)).rejects.toThrow(
        new TypeError('learner: the batch has no "teacherLogProbs", which the objective reinforce-gkd reads'),
      );
      const short = { ...referenceBatch(), tokens: new Int32Array(3) };
      await expect(learner.update(short, 1, 1)).rejects.toThrow(RangeError);
      expect(engine.memory()).toEqual(memory);
    }));

  test("refuses a state that does not fit", () =>
    withEngine(async (engine) => {
      const state = initialState(model(bigram(), 1).weights);
      await expect(open(engine, bigram(), sft, { ...state, slots: { first: state.parameters } })).rejects.toThrow(
        /learner, second: expected \d+ values for ngram\.logits, got none/u,
      );
      await expect(open(engine, smallLlama(), sft, state)).rejects.toThrow(/learner, parameters: expected .* got none/u);
      const learner = await open(engine, bigram(), sft);
      await expect(learner.read("momentum")).rejects.toThrow(
        new RangeError("learner: expected one of parameters, first, second, which adamw has, got momentum"),
      );
    }));

  test("does not grow over 500 updates, and gives everything back", () =>
    withEngine(async (engine) => {
      const empty = engine.memory();
      const learner = await open(engine, bigram(), both);
      const take = async (from: number, to: number): Promise<void> => {
        for (let step = from; step <= to; step += 1) await learner.update(referenceBatch(), step, 1);
      };
      await take(1, 50);
      const [memory, { arrayBuffers }] = [engine.memory(), process.memoryUsage()];
      await take(51, 550);
      expect(engine.memory()).toEqual(memory);
      // 500 updates hand over 35 kB each; what is garbage and not yet collected stays far below their sum of 17 MB.
      expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(64e6);
      await learner.dispose();
      expect(engine.memory()).toEqual(empty);
    }));
});
