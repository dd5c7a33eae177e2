/** The generation program with a teacher that reads along: every completion has the probability that the mixture gives it. */
import { describe, expect, test } from "vitest";
import type { TypedArray } from "../../../src/engine/program.ts";
import { llama } from "../../../src/policies/families/llama.ts";
import { ngram } from "../../../src/policies/families/ngram.ts";
import type { Policy } from "../../../src/policies/policy.ts";
import { behaviors, type BehaviorValues } from "../../../src/rollouts/behaviors/index.ts";
import { parameterPrefix, teacherPrefix } from "../../../src/rollouts/decoding/decoding.ts";
import { generateProgram } from "../../../src/rollouts/decoding/generate.ts";
import type { Mixed } from "../../../src/rollouts/decoding/generation-options.ts";
import { padPrompts } from "../../../src/rollouts/sampling/pad-prompts.ts";
import { engines, farthest, noise, type Evaluate } from "../../laws/evaluate.ts";
import { roughWeights } from "../../laws/policy.laws.ts";

const vocabularySize = 3;
const context = { vocabularySize, contextLength: 12 };
const student = ngram.create({ order: 2 }, context);
/** It reads more tokens back, so that its cache matters. */
const teacher = ngram.create({ order: 3 }, context);
const endId = 0;
const temperatures = { student: 0.8, teacher: 1.3 };
type Table = (before: readonly number[]) => number[];

const weightsOf = (name: string, policy: Policy): Float32Array => {
  const [parameter] = Object.values(policy.parameters);
  return noise(name, parameter!.shape, 1.5).data as Float32Array;
};
const [studentWeights, teacherWeights] = [weightsOf("student", student), weightsOf("teacher", teacher)];

const softmax = (logits: readonly number[]): number[] => {
  const powers = logits.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};

/** The next token's probabilities in double precision; index V means the position before the first token. */
const table =
  (weights: Float32Array, order: number, temperature: number): Table =>
  (before) => {
    const row = Array.from({ length: order - 1 }, (_, back) => (before.at(-1 - back) ?? vocabularySize) * (vocabularySize + 1) ** back);
    const first = row.reduce((a, b) => a + b, 0) * vocabularySize;
    return softmax(Array.from(weights.subarray(first, first + vocabularySize), (logit) => logit / temperature));
  };
const [q, p] = [table(studentWeights, 2, temperatures.student), table(teacherWeights, 3, temperatures.teacher)];

/** What the behaviors say, by hand. */
const mixtures: readonly { readonly values: BehaviorValues; readonly exact: Table }[] = [
  { values: { type: "teacher-mixed", share: 0.4 }, exact: (before) => q(before).map((own, v) => 0.6 * own + 0.4 * p(before)[v]!) },
  {
    values: { type: "speculative", topK: 1 },
    exact: (before) => {
      const [own, teachers] = [q(before), p(before)];
      const best = teachers.indexOf(Math.max(...teachers));
      return teachers.map((chance, v) => (v === best ? own[best]! : 0) + (1 - own[best]!) * chance);
    },
  },
];

/** Every completion of `prompt` with its probability: it ends with the first end-of-sequence or at the limit. */
const completions = (exact: Table, prompt: readonly number[], limit: number): Map<string, number> => {
  const all = new Map<string, number>();
  const extend = (tokens: readonly number[], chance: number): void => {
    if (tokens.length === limit || tokens.at(-1) === endId) all.set(tokens.join(), chance);
    else exact([...prompt, ...tokens]).forEach((next, token) => extend([...tokens, token], chance * next));
  };
  extend([], 1);
  return all;
};

interface Drawn {
  readonly tokens: number[][];
  readonly logProbs: number[][];
}

const rowsOf = (data: TypedArray, lengths: TypedArray, limit: number): number[][] =>
  Array.from(lengths, (length, row) => Array.from(data.subarray(row * limit, row * limit + length)));

const mixedWith = (values: BehaviorValues): Mixed | undefined => {
  const { mixture } = behaviors.create(values, undefined);
  return mixture === undefined ? undefined : { teacher, temperature: temperatures.teacher, mixture };
};

/** `uniforms` [N][B]: as many tokens at most as there are rows. */
const generate = async (
  evaluate: Evaluate,
  mixed: Mixed | undefined,
  prompts: readonly number[][],
  uniforms: readonly number[][],
  side: "left" | "right" = "left",
): Promise<Drawn> => {
  const maxNewTokens = uniforms.length;
  const options = { batch: prompts.length, promptLength: 3, maxNewTokens, temperature: temperatures.student, endId, padId: 0 };
  const program = generateProgram(student, mixed === undefined ? options : { ...options, mixed });
  const { tokens, positions, mask } = padPrompts(prompts, { length: 3, padId: 0, side });
  const [name] = Object.keys(student.parameters);
  const outputs = await evaluate(program, {
    [parameterPrefix + name!]: studentWeights,
    [teacherPrefix + name!]: teacherWeights,
    tokens,
    positions,
    mask,
    uniforms: Float32Array.from(uniforms.flat()),
  });
  return {
    tokens: rowsOf(outputs.tokens, outputs.lengths, maxNewTokens),
    logProbs: rowsOf(outputs.logProbs, outputs.lengths, maxNewTokens),
  };
};

/** Every combination of `count` numbers in the middle of equal parts of [0, 1): [N][count ** N]. */
const grid = (count: number, N: number): number[][] =>
  Array.from({ length: N }, (_, t) =>
    Array.from({ length: count ** N }, (_unused, row) => ((Math.floor(row / count ** t) % count) + 0.5) / count),
  );

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe.each(engines.flatMap((engine) => mixtures.map((mixture) => ({ ...engine, ...mixture, type: mixture.values.type }))))(
  "$type on $name",
  ({ evaluate, values, exact }) => {
    const prompt = [2, 1];

    test("draws every completion as often as the mixture says, and says its log-prob", async () => {
      const [count, limit] = [32, 2];
      const uniforms = grid(count, limit);
      const prompts = uniforms[0]!.map(() => prompt);
      const expected = completions(exact, prompt, limit);
      expect(sum([...expected.values()])).toBeCloseTo(1, 12);
      const { tokens, logProbs } = await generate(evaluate, mixedWith(values), prompts, uniforms);
      const often = new Map<string, number>();
      tokens.forEach((row, i) => {
        often.set(row.join(), (often.get(row.join()) ?? 0) + 1 / tokens.length);
        expect(Math.abs(sum(logProbs[i]!) - Math.log(expected.get(row.join())!))).toBeLessThan(2e-5);
      });
      // A grid of n numbers gives each token its share up to 1/n.
      for (const [completion, chance] of expected) {
        expect(Math.abs((often.get(completion) ?? 0) - chance)).toBeLessThan(limit / count);
      }
      const alone = completions(q, prompt, limit);
      const apart = [...expected].map(([completion, chance]) => Math.abs(chance - alone.get(completion)!));
      expect(Math.max(...apart)).toBeGreaterThan(0.05);
    });

    test("padding may be left or right", async () => {
      const unequal = Array.from({ length: 12 }, (_, row) => [[2, 1], [1], [1, 2, 2], [2]][row % 4]!);
      const some = grid(4, 3).map((row, t) => row.slice(5 * t, 5 * t + 12));
      const left = await generate(evaluate, mixedWith(values), unequal, some);
      const right = await generate(evaluate, mixedWith(values), unequal, some, "right");
      expect(right.tokens).toEqual(left.tokens);
      left.tokens.forEach((row, i) => {
        const byHand = row.map((token, t) => Math.log(exact([...unequal[i]!, ...row.slice(0, t)])[token]!));
        expect(farthest(left.logProbs[i]!, byHand)).toBeLessThan(1e-5);
        expect(farthest(right.logProbs[i]!, byHand)).toBeLessThan(1e-5);
      });
    });
  },
);

describe.each(engines)("a mixture on $name", ({ evaluate }) => {
  const uniforms = grid(3, 3);
  const prompts = uniforms[0]!.map((_, row) => [1, 2, 2].slice(row % 3));

  test.each<BehaviorValues>([
    { type: "speculative", topK: vocabularySize },
    { type: "teacher-mixed", share: 0 },
  ])("that is the student's own distribution draws as the student does, bit for bit: %j", async (values) => {
    const alone = await generate(evaluate, undefined, prompts, uniforms);
    expect(await generate(evaluate, mixedWith(values), prompts, uniforms)).toEqual(alone);
  });

  test("carries the caches of two llamas of different sizes", async () => {
    const sizes = { layers: 1, width: 8, heads: 2, keyValueHeads: 1, hidden: 12, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 };
    const policy = llama.create(sizes, context);
    const other = llama.create({ ...sizes, layers: 2, width: 12 }, context);
    const weights = (prefix: string, of: Policy): [string, TypedArray][] =>
      Object.entries(roughWeights(of)).map(([name, { data }]) => [prefix + name, data]);
    const draw = async (mixture: Mixed["mixture"] | undefined): Promise<Record<string, TypedArray>> => {
      const own = mixture === undefined;
      const options = { batch: prompts.length, promptLength: 3, maxNewTokens: 3, temperature: 1, endId, padId: 0 };
      const mixed = own ? {} : { mixed: { teacher: other, temperature: 1, mixture } };
      const { tokens, positions, mask } = padPrompts(prompts, { length: 3, padId: 0, side: "left" });
      const parameters = Object.fromEntries([
        ...weights(parameterPrefix, own ? other : policy),
        ...(own ? [] : weights(teacherPrefix, other)),
      ]);
      const inputs = { ...parameters, tokens, positions, mask, uniforms: Float32Array.from(uniforms.flat()) };
      return evaluate(generateProgram(own ? other : policy, { ...options, ...mixed }), inputs);
    };
    // A mixture that is the teacher alone must draw what the teacher draws alone.
    const [mixed, alone] = [await draw((_, p) => p), await draw(undefined)];
    expect(mixed["tokens"]).toEqual(alone["tokens"]);
    expect(farthest(mixed["logProbs"]!, alone["logProbs"]!)).toBeLessThan(1e-5);
    expect(new Set(mixed["tokens"]).size).toBe(vocabularySize);
  });
});
