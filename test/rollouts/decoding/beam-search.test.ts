/** Tests of beam search: against every completion of a small policy, and against transformers. */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { TypedArray } from "../../../src/engine/program.ts";
import { ngram } from "../../../src/policies/families/ngram.ts";
import type { Policy } from "../../../src/policies/policy.ts";
import type { BeamOptions } from "../../../src/rollouts/decoding/beam-options.ts";
import { beamSearchProgram } from "../../../src/rollouts/decoding/beam-search.ts";
import { parameterPrefix } from "../../../src/rollouts/decoding/decoding.ts";
import { padPrompts } from "../../../src/rollouts/sampling/pad-prompts.ts";
import { loadReference } from "../../fixtures/reference-checkpoint.ts";
import { engines, noise, type Evaluate } from "../../laws/evaluate.ts";

interface Found {
  readonly tokens: readonly number[];
  readonly score: number | null;
}

const search = async (
  evaluate: Evaluate,
  policy: Policy,
  weights: Readonly<Record<string, TypedArray>>,
  prompts: readonly (readonly number[])[],
  options: Omit<BeamOptions, "batch" | "promptLength" | "padId">,
  side: "left" | "right" = "left",
): Promise<Found[][]> => {
  const promptLength = Math.max(...prompts.map(({ length }) => length)) + 1;
  const { tokens, positions, mask } = padPrompts(prompts, { length: promptLength, padId: 0, side });
  const program = beamSearchProgram(policy, { ...options, batch: prompts.length, promptLength, padId: 0 });
  const parameters = Object.fromEntries(Object.entries(weights).map(([name, data]) => [parameterPrefix + name, data]));
  const found = await evaluate(program, { ...parameters, tokens, positions, mask });
  return prompts.map((_, prompt) =>
    Array.from({ length: options.beams }, (_unused, beam) => {
      const row = prompt * options.beams + beam;
      const all = Array.from(found.tokens.subarray(row * options.maxNewTokens, (row + 1) * options.maxNewTokens));
      const length = found.lengths[row]!;
      expect(all.slice(length).every((token) => token === 0)).toBe(true);
      return { tokens: all.slice(0, length), score: found.scores[row]! };
    }),
  );
};

const expectSame = (found: readonly Found[], expected: readonly Found[]): void => {
  expect(found.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
  found.forEach(({ score }, i) => {
    const known = expected[i]!.score;
    if (known !== null) expect(Math.abs(score! - known)).toBeLessThan(1e-4);
  });
};

const vocabularySize = 3;
const policy = ngram.create({ order: 3 }, { vocabularySize, contextLength: 16 });
const weights = { "ngram.logits": noise("beams", [16, 3], 1.5).data };
const plain = { maxNewTokens: 3, endId: 0, lengthPenalty: 0, earlyStopping: false };

/** Log-probs of the next token in double precision; the value V means the position before the first token. */
const logProbsAfter = (before: readonly number[]): number[] => {
  const row = (before.at(-1) ?? vocabularySize) + (before.at(-2) ?? vocabularySize) * (vocabularySize + 1);
  const logits = Array.from(weights["ngram.logits"].subarray(row * vocabularySize, (row + 1) * vocabularySize));
  const sum = logits.reduce((total, x) => total + Math.exp(x), 0);
  return logits.map((x) => x - Math.log(sum));
};

/** Every completion, the likeliest first. */
const completions = (prompt: readonly number[]): Found[] => {
  const extend = (tokens: readonly number[], score: number): Found[] =>
    tokens.length === plain.maxNewTokens || tokens.at(-1) === plain.endId
      ? [{ tokens, score }]
      : logProbsAfter([...prompt, ...tokens]).flatMap((logProb, token) => extend([...tokens, token], score + logProb));
  return extend([], 0).sort((a, b) => b.score! - a.score!);
};

interface Reference {
  readonly maxNewTokens: number;
  readonly cases: readonly {
    readonly checkpoint: string;
    readonly options: Pick<BeamOptions, "beams" | "lengthPenalty" | "earlyStopping">;
    readonly ends: readonly number[];
    readonly found: readonly (readonly Found[])[];
  }[];
}
const reference = JSON.parse(await readFile("test/fixtures/beam_reference.json", "utf8")) as Reference;

describe.each(engines)("beam search on $name", ({ evaluate }) => {
  test("with as many beams as there are completions finds them all, in order of their probability", async () => {
    const prompts = [[2, 1], [1], [2, 2, 2]];
    const found = await search(evaluate, policy, weights, prompts, { ...plain, beams: 15 });
    prompts.forEach((prompt, i) => {
      expect(completions(prompt)).toHaveLength(15);
      expectSame(found[i]!, completions(prompt));
    });
  });

  test("with fewer finds less likely ones at worst, and its score is the completion's", async () => {
    for (const beams of [1, 2, 4]) {
      const [found] = await search(evaluate, policy, weights, [[2, 1]], { ...plain, beams });
      const all = completions([2, 1]);
      for (const { tokens, score } of found!) {
        const known = all.find((one) => one.tokens.join() === tokens.join());
        expect(Math.abs(known!.score! - score!)).toBeLessThan(1e-5);
      }
      expect(found![0]!.score).toBeLessThanOrEqual(all[0]!.score! + 1e-5);
    }
  });

  test("of one token only", async () => {
    const [found] = await search(evaluate, policy, weights, [[1]], { ...plain, maxNewTokens: 1, beams: 3 });
    const known = logProbsAfter([1]).map((score, id) => ({ tokens: [id], score }));
    expectSame(
      found!,
      known.sort((a, b) => b.score - a.score),
    );
  });

  test.each(reference.cases)(
    "finds what transformers finds: $checkpoint, $options",
    async ({ checkpoint, options, ends, found: expected }) => {
      const loaded = await loadReference(checkpoint);
      const [endId, ...stopIds] = ends as [number, ...number[]];
      const settings = { ...options, endId, stopIds, maxNewTokens: reference.maxNewTokens };
      for (const side of ["left", "right"] as const) {
        const found = await search(evaluate, loaded.policy, loaded.weights, loaded.expected.prompts, settings, side);
        found.forEach((rows, i) => expectSame(rows, expected[i]!));
      }
      const [alone] = await search(evaluate, loaded.policy, loaded.weights, [loaded.expected.prompts[3]!], settings);
      expectSame(alone!, expected[3]!);
    },
  );
});

test("completions of the reference end, and do not, and options matter", () => {
  const rows = reference.cases.map(({ found }) => JSON.stringify(found));
  expect(new Set(rows).size).toBe(rows.length);
  for (const { ends, found } of reference.cases.slice(1)) {
    const ended = found.flat().map(({ tokens }) => ends.includes(tokens.at(-1)!));
    expect(ended).toContain(true);
  }
});

test("reads no further when nothing better can come", async () => {
  const counted = { steps: 0 };
  const { decoder } = policy;
  const counting: Policy = {
    ...policy,
    decoder: {
      ...decoder,
      step(...given) {
        counted.steps += 1;
        return decoder.step(...given);
      },
    },
  };
  const stepsOf = async (changes: Partial<BeamOptions>): Promise<number> => {
    counted.steps = 0;
    const [{ evaluate }] = engines as [(typeof engines)[number]];
    await search(evaluate, counting, weights, [[2, 1]], { ...plain, endId: 1, maxNewTokens: 12, beams: 2, ...changes });
    return counted.steps;
  };
  // The two likeliest completions have 1 and 2 tokens: with those, early stopping is done; without it, beams continue while they could be better.
  expect(await stepsOf({ earlyStopping: true })).toBe(1);
  const late = await stepsOf({ earlyStopping: false });
  expect(late).toBeGreaterThan(1);
  expect(late).toBeLessThan(11);
});

test("a vocabulary of no more tokens than end a completion is refused", () => {
  const options = { ...plain, stopIds: [1, 2], beams: 2, batch: 1, promptLength: 4, padId: 0 };
  expect(() => beamSearchProgram(policy, options)).toThrow(/a vocabulary of more tokens than end a completion, got 3 tokens/u);
});
