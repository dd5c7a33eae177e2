/** What a family must hold on a checkpoint that transformers wrote: the same logits, log-probs, greedy tokens and beams, on every engine. */
import { describe, expect, test } from "vitest";
import {
  loadReference,
  logitsWithCache,
  logitsWithoutCache,
  logProbsOf,
  type Expected,
  type ScoredRows,
} from "../fixtures/reference-checkpoint.ts";
import { beamSearchProgram } from "../../src/rollouts/decoding/beam-search.ts";
import { parameterPrefix } from "../../src/rollouts/decoding/decoding.ts";
import { generateProgram } from "../../src/rollouts/decoding/generate.ts";
import { padPrompts } from "../../src/rollouts/sampling/pad-prompts.ts";
import { generateInChunks } from "../fixtures/chunked.ts";
import { engines, farthest, noise } from "./evaluate.ts";

const tolerance = 1e-4;
const sides = ["left", "right"] as const;
const readings = [
  { how: "without a cache", read: logitsWithoutCache },
  { how: "with a cache", read: logitsWithCache },
];

/** Every row by itself, then all together. */
const batches = (rows: ScoredRows): ScoredRows[] => [
  ...rows.prompts.map((prompt, i) => ({ prompts: [prompt], completions: [rows.completions[i]!] })),
  rows,
];

/** A token that greedy decoding never samples, used as the end-of-sequence. */
const unusedId = ({ greedy }: Expected, vocabularySize: number): number => {
  const used = new Set(greedy.tokens.flat());
  return Array.from({ length: vocabularySize }, (_, id) => id).find((id) => !used.has(id))!;
};

const indexOfLargest = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** One call for each folder of `test/fixtures/checkpoints`. */
export const referenceCheckpointLaws = (name: string): void => {
  const cases = engines.flatMap((engine) => sides.map((side) => ({ ...engine, side })));
  describe.each(cases)(`checkpoint "${name}" of transformers on $name, padded $side`, ({ evaluate, side }) => {
    test.each(readings)("logits and log-probs $how agree to 1e-4, one row at a time and together", async ({ read }) => {
      const { expected, ...checkpoint } = await loadReference(name);
      const [apart, together]: number[][][][] = [[], []];
      for (const rows of batches(expected))
        (rows.prompts.length === 1 ? apart! : together!).push(...(await read(evaluate, checkpoint, rows, side)));
      for (const logits of [apart!, together!]) {
        expect(farthest(logits.flat(2), expected.logits.flat(2))).toBeLessThan(tolerance);
        expect(farthest(logProbsOf(logits, expected.completions).flat(), expected.logProbs.flat())).toBeLessThan(tolerance);
      }
    });

    test("greedy completions without a cache agree token by token", async () => {
      const { expected, ...checkpoint } = await loadReference(name);
      const completions = expected.greedy.tokens;
      // If each token is the likeliest after those before it, then so is the whole completion.
      for (const rows of batches({ prompts: expected.prompts, completions })) {
        const logits = await logitsWithoutCache(evaluate, checkpoint, rows, side);
        expect(logits.map((row) => row.map(indexOfLargest))).toEqual(rows.completions);
      }
    });

    test("greedy completions with a cache agree token by token", async () => {
      const { policy, weights, expected } = await loadReference(name);
      const { maxNewTokens, tokens: completions } = expected.greedy;
      const parameters = Object.fromEntries(Object.entries(weights).map(([key, data]) => [parameterPrefix + key, data]));
      const endId = unusedId(expected, policy.vocabularySize);
      for (const rows of batches({ prompts: expected.prompts, completions })) {
        const batch = rows.prompts.length;
        const promptLength = Math.max(...rows.prompts.map((prompt) => prompt.length)) + 1;
        const program = generateProgram(policy, { batch, promptLength, maxNewTokens, temperature: 0, endId, padId: 0 });
        const { tokens, positions, mask } = padPrompts(rows.prompts, { length: promptLength, padId: 0, side });
        const uniforms = new Float32Array(batch * maxNewTokens);
        const outputs = await evaluate(program, { ...parameters, tokens, positions, mask, uniforms });
        expect(Array.from(outputs.tokens)).toEqual(rows.completions.flat());
      }
    });

    test("completions of a group whose prompt is read once, and in chunks, are those of rows by themselves", async () => {
      const { policy, weights, expected } = await loadReference(name);
      const [group, maxNewTokens, prompts] = [2, 5, expected.prompts.slice(0, 3)];
      const batch = prompts.length * group;
      const promptLength = Math.max(...prompts.map((prompt) => prompt.length)) + 1;
      const shaping = { temperature: 1.2, topP: 0.95, repetitionPenalty: 1.1 };
      const options = { batch, promptLength, maxNewTokens, endId: unusedId(expected, policy.vocabularySize), padId: 0, ...shaping };
      const uniforms = noise("uniforms", [maxNewTokens * batch]).data.map((x: number) => Math.abs(Math.sin(x))) as Float32Array;
      const parameters = Object.fromEntries(Object.entries(weights).map(([key, data]) => [parameterPrefix + key, data]));
      const inputsOf = (rows: readonly (readonly number[])[]) => {
        const { tokens, positions, mask } = padPrompts(rows, { length: promptLength, padId: 0, side });
        return { ...parameters, tokens, positions, mask, uniforms };
      };
      const apart = await evaluate(generateProgram(policy, options), inputsOf(prompts.flatMap((prompt) => [prompt, prompt])));
      const grouped = { ...options, group };
      const together = await evaluate(generateProgram(policy, grouped), inputsOf(prompts));
      expect(Array.from(together.tokens)).toEqual(Array.from(apart.tokens));
      expect(farthest(together.logProbs, apart.logProbs)).toBeLessThan(tolerance);
      const chunked = await generateInChunks(evaluate, policy, grouped, inputsOf(prompts), 3);
      together.lengths.forEach((length: number, row: number) => {
        const tokens = chunked.tokens.slice(0, length).map((values) => values[row]);
        expect(tokens).toEqual(Array.from(together.tokens.subarray(row * maxNewTokens, row * maxNewTokens + length)));
      });
    });

    test("beam search finds the same completions, with the same scores", async () => {
      const { policy, weights, expected } = await loadReference(name);
      const parameters = Object.fromEntries(Object.entries(weights).map(([key, data]) => [parameterPrefix + key, data]));
      for (const { numBeams, lengthPenalty, maxNewTokens, endId, padId, tokens: completions, scores } of expected.beams) {
        for (const rows of [expected.prompts.slice(0, 1), expected.prompts]) {
          const promptLength = Math.max(...rows.map((prompt) => prompt.length)) + 1;
          const sizes = { batch: rows.length, beams: numBeams, promptLength, maxNewTokens, endId, padId };
          const program = beamSearchProgram(policy, { ...sizes, lengthPenalty, earlyStopping: false });
          const { tokens, positions, mask } = padPrompts(rows, { length: promptLength, padId: 0, side });
          const found = await evaluate(program, { ...parameters, tokens, positions, mask });
          rows.forEach((_, i) => {
            const [row, length] = [i * numBeams, found.lengths[i * numBeams]!];
            expect(Array.from(found.tokens.subarray(row * maxNewTokens, row * maxNewTokens + length))).toEqual(completions[i]);
            expect(Math.abs(found.scores[row]! - scores[i]!)).toBeLessThan(tolerance);
          });
        }
      }
    });
  });
};
