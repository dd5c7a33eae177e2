/** The generation program. */
import { describe, expect, test } from "vitest";
import type { NamedTensors, TypedArray } from "../../../src/engine/program.ts";
import { llama } from "../../../src/policies/families/llama.ts";
import { ngram } from "../../../src/policies/families/ngram.ts";
import { t5 } from "../../../src/policies/families/t5.ts";
import type { Policy, Sequences } from "../../../src/policies/policy.ts";
import { stream } from "../../../src/random/stream.ts";
import { parameterPrefix } from "../../../src/rollouts/decoding/decoding.ts";
import { generateProgram } from "../../../src/rollouts/decoding/generate.ts";
import type { GenerationOptions } from "../../../src/rollouts/decoding/generation-options.ts";
import { padPrompts } from "../../../src/rollouts/sampling/pad-prompts.ts";
import { compute, engines, floats, ints, type Evaluate, type Value } from "../../laws/evaluate.ts";
import { roughWeights } from "../../laws/policy.laws.ts";

const context = { vocabularySize: 7, contextLength: 24 };
const families: readonly { family: string; policy: Policy }[] = [
  {
    family: "llama",
    policy: llama.create(
      { layers: 2, width: 16, heads: 4, keyValueHeads: 2, hidden: 24, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 },
      context,
    ),
  },
  { family: "ngram", policy: ngram.create({ order: 3 }, context) },
  {
    family: "t5",
    policy: t5.create(
      {
        layers: 1,
        width: 8,
        heads: 2,
        gated: true,
        activation: "gelu_new",
        tied: false,
        buckets: 6,
        maxDistance: 5,
        normEpsilon: 1e-6,
        startId: 0,
      },
      context,
    ),
  },
];
const prompts = [[1, 2, 3, 4], [5], [6, 0], [2, 2, 1], [3]];
const [promptLength, maxNewTokens] = [5, 8];
const cases = engines.flatMap(({ name, evaluate }) => families.map(({ family, policy }) => ({ name, family, evaluate, policy })));

interface Completions {
  readonly tokens: number[][];
  readonly logProbs: number[][];
  readonly lengths: number[];
}

const rowsOf = (data: TypedArray, width: number): number[][] =>
  Array.from({ length: data.length / width }, (_, row) => Array.from(data.subarray(row * width, (row + 1) * width)));

const generate = async (
  evaluate: Evaluate,
  policy: Policy,
  changes: Partial<GenerationOptions> = {},
  side: "left" | "right" = "left",
  weights: Readonly<Record<string, Value>> = roughWeights(policy),
): Promise<Completions> => {
  const options = { batch: prompts.length, promptLength, maxNewTokens, temperature: 0.8, endId: 0, padId: 6, ...changes };
  const program = generateProgram(policy, options);
  const { tokens, positions, mask } = padPrompts(prompts, { length: options.promptLength, padId: 0, side });
  const count = options.maxNewTokens;
  const uniforms = new Float32Array(count * prompts.length);
  prompts.forEach((_, row) => {
    const draws = stream(5, "test", row);
    for (let t = 0; t < count; t += 1) uniforms[t * prompts.length + row] = draws();
  });
  const parameters = Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [parameterPrefix + name, data]));
  const outputs = await evaluate(program, { ...parameters, tokens, positions, mask, uniforms });
  return { tokens: rowsOf(outputs.tokens, count), logProbs: rowsOf(outputs.logProbs, count), lengths: Array.from(outputs.lengths) };
};

/** Log-probs of each row's completion by one pass over the whole sequence. */
const forcedLogProbs = async (
  evaluate: Evaluate,
  policy: Policy,
  { tokens, lengths }: Completions,
  temperature: number,
): Promise<number[][]> =>
  Promise.all(
    prompts.map(async (prompt, row) => {
      const sequence = [...prompt, ...tokens[row]!.slice(0, lengths[row])];
      const shape = [1, sequence.length];
      const values = {
        ...roughWeights(policy),
        tokens: ints(shape, sequence),
        positions: ints(shape, [...sequence.keys()]),
        mask: floats(
          shape,
          sequence.map(() => 1),
        ),
        prompt: floats(
          shape,
          sequence.map((_, t) => (t < prompt.length ? 1 : 0)),
        ),
      };
      const { logits } = await compute(evaluate, values, (inputs) => ({
        logits: policy.logits(inputs, inputs as NamedTensors & Sequences),
      }));
      const logitRows = rowsOf(logits, policy.vocabularySize).map((row) => row.map((x) => x / temperature));
      return sequence.slice(prompt.length).map((token, t) => {
        const row = logitRows[prompt.length - 1 + t]!;
        return row[token]! - Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
      });
    }),
  );

describe.each(cases)("generation by $family on $name", ({ evaluate, policy }) => {
  test("log-probs are those of a pass over the whole sequence", async () => {
    const drawn = await generate(evaluate, policy);
    const forced = await forcedLogProbs(evaluate, policy, drawn, 0.8);
    forced.forEach((row, i) => {
      row.forEach((expected, t) => {
        expect(Math.abs(drawn.logProbs[i]![t]! - expected)).toBeLessThan(1e-5);
      });
    });
    expect(new Set(drawn.tokens.flat()).size).toBeGreaterThan(3);
  });

  test("rows end with the first end-of-sequence or at the limit, padding and zeros after it", async () => {
    const { tokens, logProbs, lengths } = await generate(evaluate, policy);
    lengths.forEach((length, row) => {
      const end = tokens[row]!.indexOf(0);
      expect(length).toBe(end === -1 ? maxNewTokens : end + 1);
      expect(tokens[row]!.slice(length)).toEqual(Array.from({ length: maxNewTokens - length }, () => 6));
      expect(logProbs[row]!.slice(length)).toEqual(Array.from({ length: maxNewTokens - length }, () => 0));
      expect(logProbs[row]!.slice(0, length).every((p) => p < 0)).toBe(true);
    });
    expect(new Set(lengths).size).toBeGreaterThan(1);
  });

  test("padding may be left or right, and be longer", async () => {
    const left = await generate(evaluate, policy);
    const right = await generate(evaluate, policy, {}, "right");
    const longer = await generate(evaluate, policy, { promptLength: 9 }, "right");
    expect(right.tokens).toEqual(left.tokens);
    expect(longer.tokens).toEqual(left.tokens);
  });

  test("a lower limit only cuts, down to one token", async () => {
    const whole = await generate(evaluate, policy);
    for (const limit of [1, 2, 5]) {
      const cut = await generate(evaluate, policy, { maxNewTokens: limit });
      expect(cut.tokens).toEqual(whole.tokens.map((row) => row.slice(0, limit)));
      expect(cut.lengths).toEqual(whole.lengths.map((length) => Math.min(length, limit)));
    }
  });

  test("temperature 0 takes the likeliest token at every position", async () => {
    const greedy = await generate(evaluate, policy, { temperature: 0 });
    expect(greedy.logProbs.flat().every((p) => p === 0)).toBe(true);
    const forced = await forcedLogProbs(evaluate, policy, greedy, 1);
    for (const other of Array.from({ length: policy.vocabularySize }, (_, id) => id)) {
      const swapped = { ...greedy, tokens: greedy.tokens.map((row, i) => row.with(greedy.lengths[i]! - 1, other)) };
      const changed = await forcedLogProbs(evaluate, policy, swapped, 1);
      changed.forEach((row, i) => {
        expect(row.at(-1)!).toBeLessThanOrEqual(forced[i]!.at(-1)! + 1e-5);
      });
    }
  });

  test("when every row ends at once the rest is padding", async () => {
    const { tokens } = await generate(evaluate, policy);
    const first = tokens[0]![0]!;
    const zero = Object.fromEntries(
      Object.entries(roughWeights(policy)).map(([name, { shape, data }]) => [
        name,
        floats(
          shape,
          data.map(() => 0),
        ),
      ]),
    );
    const ended = await generate(evaluate, policy, { temperature: 0, endId: 0, padId: first }, "left", zero);
    expect(ended.lengths).toEqual(prompts.map(() => 1));
    expect(ended.tokens).toEqual(prompts.map(() => [0, ...Array.from({ length: maxNewTokens - 1 }, () => first)]));
  });
});
