/** Tests of generation in chunks: the programs themselves, with several rows that end at different positions. */
import { describe, expect, test } from "vitest";
import { llama } from "../../../src/policies/families/llama.ts";
import { continueProgram, prefillProgram, statePrefix } from "../../../src/rollouts/decoding/chunked-generation.ts";
import { parameterPrefix } from "../../../src/rollouts/decoding/decoding.ts";
import { generateProgram } from "../../../src/rollouts/decoding/generate.ts";
import { padPrompts } from "../../../src/rollouts/sampling/pad-prompts.ts";
import { generateInChunks } from "../../fixtures/chunked.ts";
import { engines, noise } from "../../laws/evaluate.ts";
import { roughWeights } from "../../laws/policy.laws.ts";

const policy = llama.create(
  { layers: 2, width: 16, heads: 4, keyValueHeads: 2, hidden: 24, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 },
  { vocabularySize: 7, contextLength: 24 },
);
const [batch, group, maxNewTokens, chunk] = [6, 2, 8, 3];
const options = {
  batch,
  group,
  promptLength: 5,
  maxNewTokens,
  temperature: 0.9,
  topP: 0.95,
  repetitionPenalty: 1.2,
  endId: 0,
  stopIds: [4],
  padId: 0,
};
const { tokens, positions, mask } = padPrompts([[1, 2, 3, 4], [5], [6, 2]], { length: 5, padId: 0, side: "left" });
const parameters = Object.fromEntries(Object.entries(roughWeights(policy)).map(([name, { data }]) => [parameterPrefix + name, data]));
const uniforms = noise("uniforms", [maxNewTokens, batch]).data.map((x: number) => (Math.atan(x) / Math.PI + 0.5) % 1) as Float32Array;

describe.each(engines)("on $name", ({ evaluate }) => {
  test("chunks of a batch are the steps of the whole, down to the last bits, and stop at the limit", async () => {
    const inputs = { ...parameters, tokens, positions, mask, uniforms };
    const whole = await evaluate(generateProgram(policy, options), inputs);
    const { state, ...all } = await generateInChunks(evaluate, policy, options, inputs, chunk);
    expect(
      all.tokens
        .slice(maxNewTokens)
        .flat()
        .every((token) => token === 0),
    ).toBe(true);
    whole.lengths.forEach((length: number, row: number) => {
      for (const name of ["tokens", "logProbs"] as const)
        expect(all[name].slice(0, length).map((values) => values[row])).toEqual(
          Array.from(whole[name].subarray(row * maxNewTokens, row * maxNewTokens + length)),
        );
    });
    expect(Array.from(state[`${statePrefix}length`]!)).toEqual(Array.from(whole.lengths));
    expect(new Set(whole.lengths).size).toBeGreaterThan(2);
    expect(Math.max(...whole.lengths)).toBe(maxNewTokens);
  });

  test("options that do not fit are refused", () => {
    expect(() => prefillProgram(policy, { ...options, topP: 2 })).toThrow(RangeError);
    expect(() => continueProgram(policy, { ...options, maxNewTokens: 99 }, 2, {})).toThrow(RangeError);
  });
});
