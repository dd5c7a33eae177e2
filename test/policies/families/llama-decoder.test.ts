/** The decoder against transformers' LlamaForCausalLM, on checkpoints that transformers wrote (test/fixtures/llama_reference.py). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { loadPolicy } from "../../../src/policies/checkpoints/huggingface.ts";
import type { Sequences } from "../../../src/policies/policy.ts";
import { parameterPrefix } from "../../../src/rollouts/decoding.ts";
import { generateProgram } from "../../../src/rollouts/generate.ts";
import { padPrompts } from "../../../src/rollouts/prompts.ts";
import { compute, engines, farthest, floats, ints } from "../../laws/evaluate.ts";

interface Expected {
  readonly rows: number[][];
  readonly logits: number[][][];
  readonly greedy: number[][];
}

const load = async (variant: string) => {
  const folder = join(import.meta.dirname, "../../fixtures/llama", variant);
  const expected = JSON.parse(await readFile(join(folder, "expected.json"), "utf8")) as Expected;
  return { ...(await loadPolicy(folder)), expected };
};

describe.each(engines.flatMap(({ name, evaluate }) => ["tied", "untied"].map((variant) => ({ name, evaluate, variant }))))(
  "$variant checkpoint of transformers on $name",
  ({ evaluate, variant }) => {
    test("logits agree to 1e-4", async () => {
      const { policy, weights, expected } = await load(variant);
      const parameters = Object.entries(policy.parameters).map(([name, { shape }]) => [name, floats(shape, weights[name]!)] as const);
      for (const [i, row] of expected.rows.entries()) {
        const shape = [1, row.length];
        const values = {
          ...Object.fromEntries(parameters),
          tokens: ints(shape, row),
          positions: ints(shape, [...row.keys()]),
          mask: floats(
            shape,
            row.map(() => 1),
          ),
        };
        const { logits } = await compute(evaluate, values, (inputs) => ({
          logits: policy.logits(inputs, inputs as NamedTensors & Sequences),
        }));
        expect(farthest(logits, expected.logits[i]!.flat())).toBeLessThan(1e-4);
      }
    });

    test("greedy completions agree token by token", async () => {
      const { policy, weights, expected } = await load(variant);
      const [batch, promptLength, maxNewTokens] = [expected.rows.length, 6, 8];
      const used = new Set(expected.greedy.flat());
      const endId = Array.from({ length: policy.vocabularySize }, (_, id) => id).find((id) => !used.has(id))!;
      const program = generateProgram(policy, { batch, promptLength, maxNewTokens, temperature: 0, endId, padId: 0 });
      const { tokens, positions, mask } = padPrompts(expected.rows, { length: promptLength, padId: 0, side: "left" });
      const parameters = Object.fromEntries(Object.entries(weights).map(([name, data]) => [parameterPrefix + name, data]));
      const uniforms = new Float32Array(batch * maxNewTokens);
      const outputs = await evaluate(program, { ...parameters, tokens, positions, mask, uniforms });
      expect(Array.from(outputs.tokens)).toEqual(expected.greedy.flat());
    });
  },
);
