/** What the programs that complete prompts share: groups that read their prompt once, both kinds of log-probs, ends, and constraints. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import type { TypedArray } from "../../../src/engine/program.ts";
import { llama } from "../../../src/policies/families/llama.ts";
import { ngram } from "../../../src/policies/families/ngram.ts";
import type { Policy } from "../../../src/policies/policy.ts";
import { stream } from "../../../src/random/stream.ts";
import { parameterPrefix, rowOf, teacherPrefix } from "../../../src/rollouts/decoding/decoding.ts";
import { generateProgram } from "../../../src/rollouts/decoding/generate.ts";
import type { GenerationOptions } from "../../../src/rollouts/decoding/generation-options.ts";
import { padPrompts } from "../../../src/rollouts/sampling/pad-prompts.ts";
import { compute, engines, farthest, floats, noise, type Evaluate } from "../../laws/evaluate.ts";
import { roughWeights } from "../../laws/policy.laws.ts";

const context = { vocabularySize: 7, contextLength: 24 };
const [promptLength, maxNewTokens, group] = [4, 6, 3];
const prompts = [[1, 2, 3, 4], [5], [6, 2]];
const reader = llama.create(
  { layers: 2, width: 16, heads: 4, keyValueHeads: 2, hidden: 24, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 },
  context,
);
/** Its table of logits can be read by hand. */
const bigram = ngram.create({ order: 2 }, context);
const table = noise("table", [8, 7], 1.5);

const weightsOf = (policy: Policy): Record<string, TypedArray> =>
  policy === bigram
    ? { "ngram.logits": table.data }
    : Object.fromEntries(Object.entries(roughWeights(policy)).map(([name, { data }]) => [name, data]));

const prefixed = (prefix: string, weights: Record<string, TypedArray>): Record<string, TypedArray> =>
  Object.fromEntries(Object.entries(weights).map(([name, data]) => [prefix + name, data]));

interface Completions {
  readonly tokens: number[][];
  readonly logProbs: number[][];
  readonly rawLogProbs: number[][];
}

/** Completions of each prompt, `group` times; the same numbers at the same rows, grouped or not. */
const generate = async (evaluate: Evaluate, policy: Policy, changes: Partial<GenerationOptions> = {}): Promise<Completions> => {
  const batch = prompts.length * group;
  const options = { batch, promptLength, maxNewTokens, temperature: 0.9, endId: 0, padId: 6, ...changes };
  const shared = options.group ?? 1;
  const rows = prompts.flatMap((prompt) => Array.from({ length: group / shared }, () => prompt));
  const uniforms = new Float32Array(maxNewTokens * batch);
  for (let row = 0; row < batch; row += 1) {
    const numbers = stream(5, "test", row);
    for (let t = 0; t < maxNewTokens; t += 1) uniforms[t * batch + row] = numbers();
  }
  const { tokens, positions, mask } = padPrompts(rows, { length: promptLength, padId: 0, side: "left" });
  const outputs = await evaluate(generateProgram(policy, options), {
    ...prefixed(parameterPrefix, weightsOf(policy)),
    ...(options.mixed === undefined ? {} : prefixed(teacherPrefix, weightsOf(options.mixed.teacher))),
    tokens,
    positions,
    mask,
    uniforms,
  });
  const cut = (data: TypedArray): number[][] =>
    Array.from(outputs.lengths, (length, row) => Array.from(data.subarray(row * maxNewTokens, row * maxNewTokens + length)));
  return { tokens: cut(outputs.tokens), logProbs: cut(outputs.logProbs), rawLogProbs: cut(outputs.rawLogProbs) };
};

/** log softmax of the bigram's row after `token`, with some logits changed. */
const logSoftmaxAfter = (token: number, change: (logit: number, id: number) => number = (logit) => logit): number[] => {
  const row = Array.from(table.data.subarray(token * 7, token * 7 + 7), change);
  const sum = row.reduce((total, x) => total + Math.exp(x), 0);
  return row.map((x) => x - Math.log(sum));
};

/** Calls `visit` with every token, the tokens before it in its completion, and its prompt. */
const everyToken = ({ tokens }: Completions, visit: (at: { row: number; t: number; token: number; before: number[] }) => void): void =>
  tokens.forEach((row, i) => {
    const prompt = prompts[Math.floor(i / group)]!;
    row.forEach((token, t) => visit({ row: i, t, token, before: [...prompt, ...row.slice(0, t)] }));
  });

describe.each(engines)("on $name", ({ evaluate }) => {
  test.each<Partial<GenerationOptions>>([
    {},
    { temperature: 0, repetitionPenalty: 1.5 },
    { topK: 4, topP: 0.9, repetitionPenalty: 1.3, minNewTokens: 2 },
    { mixed: { teacher: bigram, temperature: 1.1, mixture: (q, p) => tf.logSoftmax<tf.Tensor2D>(tf.add(q, p)) } },
  ])("a group whose prompt is read once draws what its rows would draw alone: %j", async (changes) => {
    const apart = await generate(evaluate, reader, changes);
    const together = await generate(evaluate, reader, { ...changes, group });
    expect(together.tokens).toEqual(apart.tokens);
    expect(farthest(together.logProbs.flat(), apart.logProbs.flat())).toBeLessThan(1e-5);
    expect(farthest(together.rawLogProbs.flat(), apart.rawLogProbs.flat())).toBeLessThan(1e-5);
    if (changes.temperature !== 0) expect(new Set(apart.tokens.map((row) => row.join())).size).toBeGreaterThan(prompts.length);
  });

  test("raw log-probs are the policy's own, those used are after all shaping", async () => {
    for (const shaping of [{ temperature: 1 }, { temperature: 0.5 }, { temperature: 0 }, { temperature: 1, topK: 2 }]) {
      const drawn = await generate(evaluate, bigram, shaping);
      everyToken(drawn, ({ row, t, token, before }) => {
        const raw = logSoftmaxAfter(before.at(-1)!);
        expect(Math.abs(drawn.rawLogProbs[row]![t]! - raw[token]!)).toBeLessThan(1e-5);
        const { temperature, topK = 7 } = shaping as GenerationOptions;
        const least = raw.toSorted((a, b) => b - a)[topK - 1]!;
        const used = logSoftmaxAfter(before.at(-1)!, (logit, id) => (raw[id]! >= least ? logit / (temperature || 1) : -Infinity));
        expect(Math.abs(drawn.logProbs[row]![t]! - (temperature === 0 ? 0 : used[token]!))).toBeLessThan(1e-5);
      });
    }
  });

  test("raw log-probs in a mixture are the student's", async () => {
    const mixed = { teacher: reader, temperature: 1, mixture: (_: tf.Tensor2D, p: tf.Tensor2D) => p };
    const drawn = await generate(evaluate, bigram, { mixed, temperature: 1 });
    everyToken(drawn, ({ row, t, token, before }) => {
      expect(Math.abs(drawn.rawLogProbs[row]![t]! - logSoftmaxAfter(before.at(-1)!)[token]!)).toBeLessThan(1e-5);
    });
    expect(farthest(drawn.logProbs.flat(), drawn.rawLogProbs.flat())).toBeGreaterThan(0.1);
  });

  test("repetition counts the tokens of prompt and completion, and no padding", async () => {
    const penalty = 2.5;
    const drawn = await generate(evaluate, bigram, { temperature: 1, repetitionPenalty: penalty });
    everyToken(drawn, ({ row, t, token, before }) => {
      const used = logSoftmaxAfter(before.at(-1)!, (logit, id) =>
        before.includes(id) ? (logit < 0 ? logit * penalty : logit / penalty) : logit,
      );
      expect(Math.abs(drawn.logProbs[row]![t]! - used[token]!)).toBeLessThan(1e-5);
    });
  });

  test("several tokens may end a completion, none before the minimum length, in a mixture too", async () => {
    const plain = await generate(evaluate, bigram);
    expect(plain.tokens.some((row) => row.length < 3)).toBe(true);
    const ends = [0, 2, 5];
    const mixed = { teacher: reader, temperature: 1, mixture: (_: tf.Tensor2D, p: tf.Tensor2D) => p };
    for (const more of [{}, { mixed }, { temperature: 0 }]) {
      const stopping = await generate(evaluate, bigram, { stopIds: [5, 2], minNewTokens: 3, ...more });
      for (const row of stopping.tokens) {
        expect(row.length).toBeGreaterThan(3);
        expect(row.slice(0, -1).some((token) => ends.includes(token))).toBe(false);
        if (row.length < maxNewTokens) expect(ends).toContain(row.at(-1));
      }
    }
    const early = await generate(evaluate, bigram, { stopIds: [5, 2] });
    expect(new Set(early.tokens.filter((row) => row.length < maxNewTokens).map((row) => row.at(-1))).size).toBeGreaterThan(1);
  });

  test("a row of numbers is taken by its index", async () => {
    const { row } = await compute(evaluate, { x: floats([3, 2], [1, 2, 3, 4, 5, 6]) }, ({ x }) => ({
      row: rowOf(x as tf.Tensor2D, tf.scalar(1, "int32")),
    }));
    expect(Array.from(row)).toEqual([3, 4]);
  });
});
