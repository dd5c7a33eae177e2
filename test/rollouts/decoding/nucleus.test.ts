/** Tests of the bound of a nucleus, against sorted doubles. */
import { describe, expect, test } from "vitest";
import { leastKept, nucleusBound, within } from "../../../src/rollouts/decoding/nucleus.ts";
import { logSoftmax, nucleusOf, rowsOf } from "../../fixtures/distributions.ts";
import { compute, engines, floats, noise, type Evaluate } from "../../laws/evaluate.ts";

const [B, C, V] = [2, 3, 200];
const rows = (scale: number): number[][] =>
  rowsOf(noise("nucleus", [B, C, V], scale).data, V).map((row) => logSoftmax(row).map(Math.fround));

const found = async (evaluate: Evaluate, logProbs: readonly (readonly number[])[], p: number, halvings?: number) => {
  const outputs = await compute(evaluate, { logProbs: floats([B, C, V], logProbs.flat()) }, (inputs) => {
    const bound = nucleusBound(inputs.logProbs!, p, leastKept(p, V), halvings);
    return { bound, kept: within(inputs.logProbs!, bound) };
  });
  return { bounds: outputs.bound, kept: rowsOf(outputs.kept, V).map((row) => [...row.keys()].filter((id) => row[id] === 1)) };
};

describe.each(engines)("on $name", ({ evaluate }) => {
  test.each([0.3, 0.9, 0.99])(
    "is between the last token that is kept and the next, for p %d, at every position of any shape",
    async (p) => {
      for (const scale of [0.1, 2, 6]) {
        const logProbs = rows(scale);
        const { bounds, kept } = await found(evaluate, logProbs, p);
        expect(bounds).toHaveLength(B * C);
        for (const [at, row] of logProbs.entries()) expect(kept[at]).toEqual(nucleusOf(row, p));
      }
    },
  );

  test("with fewer halvings nothing is missing, and what is too much is as likely but for what they leave", async () => {
    for (const halvings of [3, 6, 12]) {
      const slack = (1 + Math.log(V / 0.1)) / 2 ** halvings;
      const logProbs = rows(2);
      const { kept } = await found(evaluate, logProbs, 0.9, halvings);
      for (const [at, row] of logProbs.entries()) {
        expect(kept[at]).toEqual(expect.arrayContaining(nucleusOf(row, 0.9)));
        expect(nucleusOf(row, 0.9, slack)).toEqual(expect.arrayContaining(kept[at]!));
      }
    }
  });
});
