/** The teacher on this machine: its scores are those of one pass over each whole sequence. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, test } from "vitest";
import { openEngine } from "../../src/engine/choose.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Policy, Sequences, Weights } from "../../src/policies/policy.ts";
import type { Rollout } from "../../src/rollouts/batches/rollout.ts";
import { localTeacher, type LocalTeacherOptions } from "../../src/teachers/local.ts";
import { referenceRows } from "../fixtures/batches.ts";
import { bigram, smallLlama, smallT5, smallTask } from "../fixtures/recipes.ts";
import { compute, engines, floats, ints } from "../laws/evaluate.ts";
import { roughWeights } from "../laws/policy.laws.ts";

const { padId } = smallTask().tokenizer;
const rollouts = referenceRows().map(({ rollout }) => rollout);
const never = new AbortController().signal;
const policies: readonly [string, Policy][] = [
  ["bigram", bigram()],
  ["llama", smallLlama()],
  ["t5", smallT5()],
];
const weightsOf = (policy: Policy): Weights =>
  Object.fromEntries(Object.entries(roughWeights(policy)).map(([name, { data }]) => [name, Float32Array.from(data)]));

/** [L, V] log-probs by a pass over this one sequence, without padding. */
const direct = async (policy: Policy, { promptTokens, tokens }: Rollout, temperature: number): Promise<Float32Array> => {
  const sequence = [...promptTokens, ...tokens];
  const shape = [1, sequence.length];
  const inputs = {
    ...roughWeights(policy),
    tokens: ints(shape, sequence),
    positions: ints(shape, [...sequence.keys()]),
    mask: floats(
      shape,
      sequence.map(() => 1),
    ),
    prompt: floats(
      shape,
      sequence.map((_, t) => (t < promptTokens.length ? 1 : 0)),
    ),
  };
  const { logProbs } = await compute(engines[0]!.evaluate, inputs, (given) => ({
    logProbs: tf.logSoftmax(tf.div(policy.logits(given, given as unknown as Sequences), temperature)),
  }));
  const size = policy.vocabularySize;
  return Float32Array.from(logProbs.subarray((promptTokens.length - 1) * size, (sequence.length - 1) * size));
};

const expectClose = (actual: Float32Array, expected: Float32Array): void => {
  expect(actual.length).toBe(expected.length);
  expect(Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-4);
};

describe.each(["cpu", "onnx"] as const)("a local teacher on %s", async (name) => {
  const engine = await openEngine(name, { threads: 1 });
  afterAll(() => engine.dispose());
  const open = (policy: Policy, changes: Partial<LocalTeacherOptions> = {}) =>
    localTeacher(engine, { policy, weights: weightsOf(policy), temperature: 1, batch: 3, length: 12, padId, ...changes });

  test("reads a prompt once for neighbours that have it, and rows alone where they do not", async () => {
    const tokensOf = (...tokens: number[]): Int32Array => Int32Array.from(tokens);
    const [first] = rollouts as [Rollout];
    const [same, other] = [tokensOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 1), tokensOf(3, 1, 4, 1, 5)];
    const row = (promptTokens: Int32Array, ...tokens: number[]): Rollout => ({ ...first, promptTokens, tokens: tokensOf(...tokens) });
    const neighbours = [row(same, 1, 2, 3), row(same, 4), row(same, 5, 6)];
    const small = smallLlama();
    const read = new Set<number | undefined>();
    const policy: Policy = {
      ...small,
      hidden: (parameters, sequences, last) => {
        read.add(sequences.completions?.count);
        return small.hidden(parameters, sequences, last);
      },
    };
    const alone = await open(policy, { completion: 3 });
    const sharing = await open(policy, { completion: 3, group: 3 });
    const all = [...neighbours, row(other, 7), row(same, 8), row(other, 9), row(other, 2, 2, 2)];
    const [expected, found] = [await alone.score(all, never), await sharing.score(all, never)];
    expect(read).toEqual(new Set([3]));
    for (const [i, { logProbs }] of expected.entries()) expectClose(found[i]!.logProbs, logProbs);
    // Rows that are read alone have the same bytes; a prompt that is read once has others, as sums are of other sizes.
    for (const i of [3, 4, 5, 6]) expect(found[i]!.logProbs).toEqual(expected[i]!.logProbs);
  });

  test.each(policies)("of a %s gives the distribution of every completion token, row by row", async (_policy, policy) => {
    const teacher = await open(policy);
    expect(teacher.vocabularySize).toBe(policy.vocabularySize);
    const scores = await teacher.score(rollouts, never);
    expect(scores).toHaveLength(rollouts.length);
    for (const [i, rollout] of rollouts.entries()) {
      const { logProbs } = scores[i]!;
      expectClose(logProbs, await direct(policy, rollout, 1));
      for (let row = 0; row < rollout.tokens.length; row += 1) {
        const total = logProbs
          .subarray(row * policy.vocabularySize, (row + 1) * policy.vocabularySize)
          .reduce((sum, x) => sum + Math.exp(x), 0);
        expect(total).toBeCloseTo(1, 4);
      }
    }
  });

  test.each(policies)("of a %s says the same where completions have a length of their own", async (_policy, policy) => {
    const { topK, completion } = { topK: 3, completion: 9 };
    for (const detail of ["all", "tokens", { topK }] as const) {
      const [whole, few] = [await open(policy, { detail }), await open(policy, { detail, completion })];
      const [expected, scores] = [await whole.score(rollouts, never), await few.score(rollouts, never)];
      for (const [i, { logProbs, ids }] of scores.entries()) {
        expectClose(logProbs, expected[i]!.logProbs);
        expect(ids).toEqual(expected[i]!.ids);
      }
    }
    const long = { ...rollouts[0]!, tokens: new Int32Array(completion + 1).fill(4), promptTokens: new Int32Array(2).fill(3) };
    await expect((await open(policy, { completion })).score([long], never)).rejects.toThrow(
      "expected at most 4 tokens of a prompt and 9 of a completion, got 2 and 10",
    );
  });

  test("divides the logits by its temperature", async () => {
    const policy = smallLlama();
    const teacher = await open(policy, { temperature: 0.5 });
    const [score] = await teacher.score(rollouts.slice(0, 1), never);
    expectClose(score!.logProbs, await direct(policy, rollouts[0]!, 0.5));
  });

  test("says only the log-probs of the rollout's own tokens when asked", async () => {
    const policy = smallLlama();
    const [all, own] = await Promise.all([open(policy), open(policy, { detail: "tokens" })]);
    const [whole, tokens] = [await all.score(rollouts, never), await own.score(rollouts, never)];
    for (const [i, rollout] of rollouts.entries()) {
      const expected = Float32Array.from(rollout.tokens, (token, t) => whole[i]!.logProbs[t * policy.vocabularySize + token]!);
      expectClose(tokens[i]!.logProbs, expected);
      expect(tokens[i]).not.toHaveProperty("ids");
    }
  });

  test("says only its likeliest tokens when asked, in falling order", async () => {
    const policy = smallLlama();
    const topK = 3;
    const [all, few] = await Promise.all([open(policy), open(policy, { detail: { topK } })]);
    const [whole, likeliest] = [await all.score(rollouts, never), await few.score(rollouts, never)];
    for (const [i, rollout] of rollouts.entries()) {
      const { ids, logProbs } = likeliest[i]!;
      expect(ids).toHaveLength(rollout.tokens.length * topK);
      for (let t = 0; t < rollout.tokens.length; t += 1) {
        const row = whole[i]!.logProbs.subarray(t * policy.vocabularySize, (t + 1) * policy.vocabularySize);
        const expected = Array.from(row.keys())
          .toSorted((a, b) => row[b]! - row[a]!)
          .slice(0, topK);
        expect([...ids!.subarray(t * topK, (t + 1) * topK)]).toEqual(expected);
        expectClose(
          logProbs.slice(t * topK, (t + 1) * topK),
          Float32Array.from(expected, (id) => row[id]!),
        );
      }
    }
  });

  test.each([0, 1.5, smallLlama().vocabularySize])("refuses a top-k of %d", async (topK) => {
    await expect(open(smallLlama(), { detail: { topK } })).rejects.toThrow(/expected topK from 1 to \d+, below its vocabulary/u);
  });

  test("scores the same in passes of any size, in the order given, and keeps no memory", async () => {
    const policy = smallLlama();
    const whole = await (await open(policy, { batch: 4 })).score(rollouts, never);
    const single = await open(policy, { batch: 1 });
    await single.score(rollouts.slice(0, 1), never);
    const before = engine.memory();
    const backwards = await single.score(rollouts.toReversed(), never);
    backwards.toReversed().forEach(({ logProbs }, i) => expectClose(logProbs, whole[i]!.logProbs));
    expect(await single.score([], never)).toEqual([]);
    expect(engine.memory()).toEqual(before);
  });

  const roomy = { contextLength: 100 };
  test.each([
    ["bigram", bigram(roomy)],
    ["llama", smallLlama(roomy)],
    ["t5", smallT5("1.1", roomy)],
  ])("of a %s scores the same in passes that are only as long as needed, of few programs", async (_policy, policy) => {
    const compiled: number[] = [];
    const watched: Engine = {
      ...engine,
      compile(program) {
        compiled.push(program.inputs["tokens" as keyof typeof program.inputs].shape[1]!);
        return engine.compile(program);
      },
    };
    const options = { policy, weights: weightsOf(policy), temperature: 1, batch: 2, length: 100, padId };
    const [fixed, few] = [await localTeacher(watched, options), await localTeacher(watched, { ...options, shortens: true })];
    expect(compiled).toEqual([100, 32]);
    const lengths = [70, 5, 33, 20, 64, 101, 32, 65, 3];
    const many = lengths.map((length, row): Rollout => ({
      ...rollouts[0]!,
      promptTokens: new Int32Array(2).fill(3),
      tokens: Int32Array.from({ length: length - 2 }, (_, t) => 3 + ((t * t + row) % 9)),
    }));
    const [whole, short] = [await fixed.score(many, never), await few.score(many, never)];
    expect(compiled.toSorted((a, b) => a - b)).toEqual([32, 64, 100, 100]);
    for (const [i, { logProbs }] of short.entries()) expectClose(logProbs, whole[i]!.logProbs);
    // A rollout's numbers are the same to the last bit, whatever it is scored with.
    expect(await few.score(many.slice(0, 1), never)).toEqual([short[0]]);
    expect((await few.score(many.toReversed(), never)).toReversed()).toEqual(short);
  });

  test("takes over other weights, and frees those before", async () => {
    const policy = bigram();
    const teacher = await open(policy);
    const before = engine.memory();
    const [rough] = await teacher.score(rollouts.slice(0, 1), never);
    teacher.load({ "ngram.logits": new Float32Array(weightsOf(policy)["ngram.logits"]!.length), more: new Float32Array(1) });
    const [even] = await teacher.score(rollouts.slice(0, 1), never);
    expectClose(
      even!.logProbs,
      even!.logProbs.map(() => -Math.log(policy.vocabularySize)),
    );
    teacher.load({});
    expect((await teacher.score(rollouts.slice(0, 1), never))[0]).toEqual(even);
    teacher.load(weightsOf(policy));
    expectClose((await teacher.score(rollouts.slice(0, 1), never))[0]!.logProbs, rough!.logProbs);
    expect(engine.memory()).toEqual(before);
  });

  test("takes sequences up to its length, and names those beyond", async () => {
    const long: Rollout = { ...rollouts[0]!, promptTokens: new Int32Array(5).fill(3), tokens: new Int32Array(8).fill(4) };
    const teacher = await open(bigram());
    await expect(teacher.score([long], never)).resolves.toHaveLength(1);
    const longer = { ...long, tokens: new Int32Array(9).fill(4) };
    await expect(teacher.score([long, longer], never)).rejects.toThrow(
      new RangeError("teacher: expected at most 12 tokens of prompt 0 sample 0 without its last, got 13"),
    );
  });

  test("ends between passes when it is aborted", async () => {
    const controller = new AbortController();
    const teacher = await open(bigram(), { batch: 1 });
    const scores = teacher.score(rollouts, controller.signal);
    controller.abort(new Error("no longer wanted"));
    await expect(scores).rejects.toThrow("no longer wanted");
  });

  test.each([0, -1, Number.NaN])("refuses the temperature %d", async (temperature) => {
    await expect(open(bigram(), { temperature })).rejects.toThrow(
      new RangeError(`teacher: expected a temperature above 0, got ${temperature}`),
    );
  });

  test("refuses weights and lengths that do not fit its policy", async () => {
    await expect(open(bigram(), { weights: {} })).rejects.toThrow(new RangeError("teacher: the weights have no ngram.logits"));
    await expect(open(bigram(), { weights: { "ngram.logits": new Float32Array(3) } })).rejects.toThrow(RangeError);
    await expect(open(bigram(), { length: 17 })).rejects.toThrow(
      new RangeError("teacher: expected a context of at least 17 tokens, its policy has 16"),
    );
  });
});
