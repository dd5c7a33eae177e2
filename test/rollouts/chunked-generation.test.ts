/** Tests of generation in chunks: the programs themselves, with several rows that end at different places. */
import { describe, expect, test } from "vitest";
import type { TypedArray } from "../../src/engine/program.ts";
import { llama } from "../../src/policies/families/llama.ts";
import { continueProgram, prefillProgram, statePrefix } from "../../src/rollouts/chunked-generation.ts";
import { parameterPrefix } from "../../src/rollouts/decoding.ts";
import { generateProgram } from "../../src/rollouts/generate.ts";
import { padPrompts } from "../../src/rollouts/prompts.ts";
import { engines, noise, type Evaluate } from "../laws/evaluate.ts";
import { roughWeights } from "../laws/policy.laws.ts";

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
  stopIds: [3],
  padId: 0,
};
const { tokens, positions, mask } = padPrompts([[1, 2, 3, 4], [5], [6, 2]], { length: 5, padId: 0, side: "left" });
const parameters = Object.fromEntries(Object.entries(roughWeights(policy)).map(([name, { data }]) => [parameterPrefix + name, data]));
const uniforms = noise("uniforms", [maxNewTokens, batch]).data.map((x: number) => (Math.atan(x) / Math.PI + 0.5) % 1) as Float32Array;

const rows = (data: TypedArray): number[][] =>
  Array.from({ length: data.length / batch }, (_, t) => Array.from(data.subarray(t * batch, (t + 1) * batch)));

/** Specs of a state, as a host knows them that holds buffers. */
const specsOf = async (evaluate: Evaluate): Promise<Record<string, { shape: number[]; dtype: "float32" | "int32" }>> => {
  const program = prefillProgram(policy, options);
  const shapes: Record<string, { shape: number[]; dtype: "float32" | "int32" }> = {};
  await evaluate(
    {
      ...program,
      build: (inputs) => {
        const outputs = program.build(inputs);
        for (const [name, { shape, dtype }] of Object.entries(outputs))
          if (name.startsWith(statePrefix)) shapes[name] = { shape: [...shape], dtype: dtype as "float32" | "int32" };
        return outputs;
      },
    },
    { ...parameters, tokens, positions, mask, uniforms: uniforms.slice(0, batch) },
  );
  return shapes;
};

describe.each(engines)("on $name", ({ evaluate }) => {
  test("chunks of a batch are the steps of the whole, down to the last bits, and stop at the limit", async () => {
    const whole = await evaluate(generateProgram(policy, options), { ...parameters, tokens, positions, mask, uniforms });
    const specs = await specsOf(evaluate);
    let outputs = await evaluate(prefillProgram(policy, options), {
      ...parameters,
      tokens,
      positions,
      mask,
      uniforms: uniforms.slice(0, batch),
    });
    const all: Record<string, number[][]> = { tokens: rows(outputs["tokens"]!), logProbs: rows(outputs["logProbs"]!) };
    for (let drawn = 1; drawn < maxNewTokens; drawn += chunk) {
      const numbers = new Float32Array(chunk * batch);
      numbers.set(uniforms.subarray(drawn * batch, (drawn + chunk) * batch));
      const state = Object.fromEntries(Object.entries(outputs).filter(([name]) => name.startsWith(statePrefix)));
      const program = continueProgram(policy, options, chunk, specs);
      outputs = await evaluate(program, { ...parameters, ...state, mask, place: Int32Array.of(drawn - 1), uniforms: numbers });
      for (const name of ["tokens", "logProbs"]) all[name]!.push(...rows(outputs[name]!));
    }
    expect(
      all["tokens"]!.slice(maxNewTokens)
        .flat()
        .every((token) => token === 0),
    ).toBe(true);
    whole.lengths.forEach((length: number, row: number) => {
      for (const name of ["tokens", "logProbs"] as const)
        expect(all[name]!.slice(0, length).map((values) => values[row])).toEqual(
          Array.from(whole[name].subarray(row * maxNewTokens, row * maxNewTokens + length)),
        );
    });
    expect(Array.from(outputs[`${statePrefix}length`]!)).toEqual(Array.from(whole.lengths));
    expect(new Set(whole.lengths).size).toBeGreaterThan(1);
  });

  test("options that do not fit are refused", () => {
    expect(() => prefillProgram(policy, { ...options, topP: 2 })).toThrow(RangeError);
    expect(() => continueProgram(policy, { ...options, maxNewTokens: 99 }, 2, {})).toThrow(RangeError);
  });
});
