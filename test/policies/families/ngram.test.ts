/** The n-gram family. */
import { describe, expect, test } from "vitest";
import type { NamedTensors } from "../../../src/engine/program.ts";
import { ngram } from "../../../src/policies/families/ngram.ts";
import type { Sequences } from "../../../src/policies/policy.ts";
import { compute, engines, floats, ints, noise } from "../../laws/evaluate.ts";
import { policyLaws } from "../../laws/policy.laws.ts";

const context = { vocabularySize: 4, contextLength: 16 };

for (const { name, evaluate } of engines) {
  for (const order of [2, 3, 4]) policyLaws(`ngram of order ${order} on ${name}`, ngram.create({ order }, context), evaluate);
}

describe("ngram", () => {
  test.each(engines)("on $name, position t holds the row of the tokens before it, newest first", async ({ evaluate }) => {
    const policy = ngram.create({ order: 3 }, { vocabularySize: 2, contextLength: 8 });
    const table = noise("table", [9, 2]);
    const shape = [1, 4];
    const values = {
      "ngram.logits": table,
      tokens: ints(shape, [0, 1, 0, 1]),
      positions: ints(shape, [0, 0, 1, 2]),
      mask: floats(shape, [0, 1, 1, 1]),
    };
    const { logits } = await compute(evaluate, values, (inputs) => ({ logits: policy.logits(inputs, inputs as NamedTensors & Sequences) }));
    // The sequence is 1 0 1; 2 means the position before the start.
    const rows = [
      [1, 2],
      [0, 1],
      [1, 0],
    ].map(([newest, older]) => newest! + 3 * older!);
    expect(Array.from(logits.slice(2))).toEqual(rows.flatMap((row) => Array.from(table.data.slice(2 * row, 2 * row + 2))));
  });

  test("a table that is too large is refused", () => {
    expect(() => ngram.create({ order: 4 }, { vocabularySize: 512, contextLength: 8 })).toThrow(/expected at most 1048576 contexts/);
  });
});
