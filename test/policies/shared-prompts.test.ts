/** Rows that share a prompt: what a policy says of them is what it says of each row alone. */
import { describe, expect, test } from "vitest";
import type { NamedTensors } from "../../src/engine/program.ts";
import { policies, type PolicyValues } from "../../src/policies/families/index.ts";
import type { Sequences } from "../../src/policies/policy.ts";
import { rowsAtOnce, sharingPrompts } from "../../src/policies/shared-prompts.ts";
import { integer, stream } from "../../src/random/stream.ts";
import { compute, engines, farthest, gradients, noise } from "../laws/evaluate.ts";
import { roughWeights } from "../laws/policy.laws.ts";
import { padded } from "../laws/sequences.ts";

const [groups, count, longest, completion] = [2, 3, 10, 3];
const length = longest + completion - 1;
const rotary = { layers: 2, width: 16, heads: 4, keyValueHeads: 2, hidden: 24, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 };
const context = { vocabularySize: 9, contextLength: length };
const given = {
  llama: rotary,
  qwen3: { ...rotary, headWidth: 4 },
  gemma: { ...rotary, headWidth: 4 },
  gpt2: { layers: 2, width: 16, heads: 2, hidden: 24, tied: true, normEpsilon: 1e-5, activation: "gelu_new" },
};
const families = Object.entries(given).map(([type, values]) => policies.create({ type, ...values } as PolicyValues, context));

/** Prompts of 10 and 4 tokens, each with three completions of 1 to 3, of which the last is not read. */
const sequences = (() => {
  const uniforms = stream(3, "test", "shared prompts");
  const draw = (tokens: number): number[] => Array.from({ length: tokens }, () => integer(uniforms, 0, context.vocabularySize - 1));
  const prompts = [draw(longest), draw(4)];
  const rows = prompts.flatMap((prompt) => [0, 1, 2].map((read) => [...prompt, ...draw(read)]));
  const lengths = prompts.flatMap((prompt) => Array<number>(count).fill(prompt.length));
  return padded(rows, lengths, { length, padId: 0, side: (row) => longest - lengths[row]! });
})();

describe.each(engines)("on $name", ({ evaluate }) => {
  test.each(families.map((policy) => [policy.config["model_type"], policy] as const))("%s", async (_, policy) => {
    expect(rowsAtOnce(policy, { length, completion }, { rows: groups * count, group: count })).toBe(3);
    const values = { ...roughWeights(policy), ...sequences };
    const shared = sharingPrompts(policy, count);
    const logitsBy = (by: typeof policy) => (inputs: NamedTensors) => by.logits(inputs, inputs as NamedTensors & Sequences, completion);
    const { alone, together } = await compute(evaluate, values, (inputs) => ({
      alone: logitsBy(policy)(inputs),
      together: logitsBy(shared)(inputs),
    }));
    // Of positions behind the end of a completion nothing is meant.
    const [rows, read] = [groups * count, Array.from({ length: groups * count }, (__, row) => 1 + (row % count))];
    const meant = (_x: number, i: number): boolean => {
      const position = Math.floor(i / context.vocabularySize);
      return position % completion < read[Math.floor(position / completion)]!;
    };
    expect(together).toHaveLength(rows * completion * context.vocabularySize);
    expect(farthest([...together].filter(meant), [...alone].filter(meant))).toBeLessThan(1e-5);

    const names = Object.keys(policy.parameters);
    const weights = noise("weights of the sum", [rows, completion, context.vocabularySize], 0.3);
    const sum = { ...weights, data: weights.data.map((x, i) => (meant(x, i) ? x : 0)) };
    const [own, others] = [
      await gradients(evaluate, values, names, sum, logitsBy(shared)),
      await gradients(evaluate, values, names, sum, logitsBy(policy)),
    ];
    for (const name of names) {
      const most = Math.max(1, ...others[name]!.map(Math.abs));
      expect(farthest(own[name]!, others[name]!) / most, name).toBeLessThan(1e-5);
    }
  });
});

test("as many rows are read together as divide the group and halve the positions", () => {
  const able = { severalCompletions: true };
  const row = (prompt: number, tokens: number) => ({ length: prompt + tokens - 1, completion: tokens });
  expect(rowsAtOnce(able, row(275, 60), { rows: 8, group: 4 })).toBe(4);
  // Two of sixteen would do, but eight have fewer positions: 100 + 8 * 20 of 8 * 119.
  expect(rowsAtOnce(able, row(101, 20), { rows: 32, group: 16 })).toBe(16);
  expect(rowsAtOnce(able, row(101, 20), { rows: 14, group: 7 })).toBe(7);
  // Completions that are longer than prompts compare with each other for nothing.
  expect(rowsAtOnce(able, row(20, 100), { rows: 8, group: 4 })).toBe(1);
  expect(rowsAtOnce(able, row(1, 5), { rows: 8, group: 4 })).toBe(1);
  expect(rowsAtOnce(able, row(275, 60), { rows: 4, group: 1 })).toBe(1);
  // A part of a group has fewer rows than the group, or a number that has another divisor.
  expect(rowsAtOnce(able, row(275, 60), { rows: 12, group: 8 })).toBe(4);
  expect(rowsAtOnce(able, row(275, 60), { rows: 3, group: 4 })).toBe(1);
  expect(rowsAtOnce({}, row(275, 60), { rows: 8, group: 4 })).toBe(1);
});

test("what cannot be read together is refused", async () => {
  const [policy] = families;
  expect(() => sharingPrompts({ ...policy!, severalCompletions: false }, 2)).toThrow("expected a policy that reads several completions");
  const asked = (last?: number, rows = 2) =>
    compute(engines[0]!.evaluate, { ...roughWeights(policy!), ...sequences }, (inputs) => ({
      logits: sharingPrompts(policy!, rows).logits(inputs, inputs as NamedTensors & Sequences, last),
    }));
  await expect(asked()).rejects.toThrow("expected the last positions of rows that are a multiple of 2, got all of 6 rows");
  await expect(asked(length)).rejects.toThrow("got 12 of 6 rows");
  await expect(asked(completion, 4)).rejects.toThrow("a multiple of 4, got 3 of 6 rows");
  expect(sharingPrompts(policy!, 1)).toBe(policy);
});
