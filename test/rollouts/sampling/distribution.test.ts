/** Samples follow the distribution: chi-squared tests of 100,000 draws against probabilities in double precision, on each engine. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { ngram } from "../../../src/policies/families/ngram.ts";
import { numbersAt } from "../../../src/rollouts/sampling/coordinates.ts";
import { parameterPrefix } from "../../../src/rollouts/decoding/decoding.ts";
import { generateProgram } from "../../../src/rollouts/decoding/generate.ts";
import { padPrompts } from "../../../src/rollouts/sampling/pad-prompts.ts";
import { drawFrom } from "../../../src/rollouts/decoding/draw-token.ts";
import { constrained, narrowed, penalizes, type Shaping } from "../../../src/rollouts/decoding/shaping.ts";
import { pValue, tailOf } from "../../laws/chi-squared.ts";
import { compute, engines, floats, noise } from "../../laws/evaluate.ts";

const draws = 100_000;
/** A sampler that is right fails once in 10,000 seeds. */
const threshold = 1e-4;
/** Tokens of one completion each, as a run would number them: 1,000 prompts of 100 samples, 3 numbers of each. */
const numbers = Array.from({ length: draws }, (_, row) => {
  const next = numbersAt([11, 7, Math.floor(row / 100), row % 100]);
  return [next(), next(), next()];
});
const uniforms = Float32Array.from(numbers, ([first]) => first!);

const vocabularySize = 12;
const logits = Array.from(noise("logits", [vocabularySize], 1.3).data);
const seen = logits.map((_, id) => Number([1, 4, 5, 9].includes(id)));

/** What is drawn from, in double precision, each step as its paper says it. */
const exact = (
  raw: readonly number[],
  shaping: Shaping,
  seenIds: (id: number) => boolean,
  early: boolean,
  ends: readonly number[],
): number[] => {
  const { temperature, topK = Infinity, topP = 1, minP = 0, repetitionPenalty = 1 } = shaping;
  const chances = (row: readonly number[]): number[] => {
    const powers = row.map((x) => Math.exp(x));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  };
  const keep = (row: readonly number[], kept: (id: number) => boolean): number[] => row.map((x, id) => (kept(id) ? x : -Infinity));
  const rank = (row: readonly number[], id: number): number => row.filter((x) => x > row[id]!).length;
  let row = raw.map((x, id) => (seenIds(id) ? (x < 0 ? x * repetitionPenalty : x / repetitionPenalty) : x));
  if (early) row = keep(row, (id) => !ends.includes(id));
  row = row.map((x) => x / temperature);
  row = keep(row, (id) => rank(row, id) < topK);
  const likely = chances(row);
  row = keep(row, (id) => likely.filter((p) => p > likely[id]!).reduce((a, b) => a + b, 0) < topP);
  const left = chances(row);
  row = keep(row, (id) => left[id]! >= minP * Math.max(...left));
  return chances(row);
};

const counted = (outcomes: Iterable<string>): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return counts;
};

const shapings: readonly Shaping[] = [
  { temperature: 1 },
  { temperature: 0.4 },
  { temperature: 2.5 },
  { temperature: 1, topK: 4 },
  { temperature: 1, topP: 0.7 },
  { temperature: 1, minP: 0.12 },
  { temperature: 1, repetitionPenalty: 1.8 },
  { temperature: 1.4, topK: 8, topP: 0.9, minP: 0.05, repetitionPenalty: 0.7 },
];

describe.each(engines)("100,000 draws on $name", ({ name: engine, evaluate }) => {
  test.each(shapings)("of %j follow it", async (shaping) => {
    const values = {
      logits: floats([1, vocabularySize], logits),
      seen: floats([1, vocabularySize], seen),
      uniforms: floats([draws], uniforms),
    };
    const { token } = await compute(evaluate, values, (inputs) => {
      const row = (name: string): tf.Tensor2D => inputs[name] as tf.Tensor2D;
      const moment = { length: tf.scalar(0, "int32"), ...(penalizes(shaping) ? { seen: row("seen") } : {}) };
      const shaped = narrowed(constrained(row("logits"), shaping, [0], moment), shaping);
      return { token: drawFrom(tf.tile(shaped, [draws, 1]), inputs["uniforms"] as tf.Tensor1D).token };
    });
    const probabilities = exact(logits, shaping, (id) => seen[id] === 1, false, []);
    const named = new Map(probabilities.map((p, id) => [String(id), p]));
    const counts = counted(Array.from(token, String));
    expect(pValue(counts, named)).toBeGreaterThan(threshold);
    // The test can tell: a distribution that is a hundredth off fails.
    const off = new Map([...named].map(([id, p], i) => [id, p * (i % 2 === 0 ? 1.02 : 0.98)]));
    const total = [...off.values()].reduce((a, b) => a + b, 0);
    expect(pValue(counts, new Map([...off].map(([id, p]) => [id, p / total])))).toBeLessThan(0.05);
  });

  test("of whole completions by the generation program follow every part of its shaping", async () => {
    const [V, maxNewTokens, endId] = [5, 3, 0];
    const policy = ngram.create({ order: 2 }, { vocabularySize: V, contextLength: 8 });
    const table = noise("table", [V + 1, V], 1.2).data;
    // Each of them is shaped by itself here, which takes JavaScript fifteen times as long.
    const many = engine === "cpu" ? draws / 4 : draws;
    const shaping: Shaping = { temperature: 0.9, topK: 4, topP: 0.95, minP: 0.02, repetitionPenalty: 1.5, minNewTokens: 1 };
    const prompt = [2, 4];
    const options = { batch: many, group: many, promptLength: 2, maxNewTokens, endId, padId: 0, ...shaping };
    const { tokens, positions, mask } = padPrompts([prompt], { length: 2, padId: 0, side: "left" });
    const rows = Float32Array.from({ length: maxNewTokens * many }, (_, i) => numbers[i % many]![Math.floor(i / many)]!);
    const inputs = { [`${parameterPrefix}ngram.logits`]: table, tokens, positions, mask, uniforms: rows };
    const found = await evaluate(generateProgram(policy, options), inputs);
    const probabilities = new Map<string, number>();
    const extend = (completion: readonly number[], chance: number): void => {
      if (completion.length === maxNewTokens || completion.at(-1) === endId) {
        probabilities.set(completion.join(), chance);
        return;
      }
      const before = [...prompt, ...completion];
      const raw = Array.from(table.subarray(before.at(-1)! * V, (before.at(-1)! + 1) * V));
      exact(raw, shaping, (id) => before.includes(id), completion.length < 1, [endId]).forEach((p, id) => {
        if (p > 0) extend([...completion, id], chance * p);
      });
    };
    extend([], 1);
    const outcomes = Array.from(found.lengths, (length, row) =>
      found.tokens.subarray(row * maxNewTokens, row * maxNewTokens + length).join(),
    );
    expect(probabilities.size).toBeGreaterThan(20);
    expect(pValue(counted(outcomes), probabilities)).toBeGreaterThan(threshold);
  });
});

test("the p-value is that of the tables", () => {
  for (const [x, freedom, p] of [
    [3.841, 1, 0.05],
    [18.307, 10, 0.05],
    [29.588, 10, 0.001],
    [2.706, 1, 0.1],
    [124.342, 100, 0.05],
    [77.929, 100, 0.95],
  ] as const)
    expect(tailOf(x, freedom)).toBeCloseTo(p, 4);
  const even = new Map([
    ["a", 0.5],
    ["b", 0.5],
  ]);
  expect(
    pValue(
      new Map([
        ["a", 500],
        ["b", 500],
      ]),
      even,
    ),
  ).toBe(1);
  expect(pValue(new Map([["c", 1]]), even)).toBe(0);
});
