/** Tests of the logarithm of a mixture. */
import { describe, expect, test } from "vitest";
import { float32, type Program } from "../../../src/engine/program.ts";
import { logMixture } from "../../../src/objectives/divergences/log-mixture.ts";
import { engines, type Evaluate } from "../../laws/evaluate.ts";

const mix = async (evaluate: Evaluate, share: number, a: readonly number[], b: readonly number[]): Promise<number[]> => {
  const program: Program<"a" | "b", "mixture"> = {
    name: "mixture",
    inputs: { a: float32(a.length), b: float32(a.length) },
    build: (inputs) => ({ mixture: logMixture(share, inputs.a, inputs.b) }),
  };
  return Array.from((await evaluate(program, { a: Float32Array.from(a), b: Float32Array.from(b) })).mixture);
};

describe.each(engines)("the logarithm of a mixture on $name", ({ evaluate }) => {
  test("is that of the mixed probabilities; the share is the first one's", async () => {
    const [p, q] = [[0.7, 0.2, 0.05, 0.05] as const, [0.1, 0.3, 0.4, 0.2] as const];
    const mixed = await mix(evaluate, 0.3, p.map(Math.log), q.map(Math.log));
    for (const [i, value] of mixed.entries()) expect(value).toBeCloseTo(Math.log(0.3 * p[i]! + 0.7 * q[i]!), 6);
  });

  test("is exact where both underflow, and where one is out of sight of the other", async () => {
    const [both, first, second] = await mix(evaluate, 0.25, [-200, -1, -300], [-200, -200, -2]);
    expect(both).toBeCloseTo(-200, 4);
    expect(first).toBeCloseTo(-1 + Math.log(0.25), 6);
    expect(second).toBeCloseTo(-2 + Math.log(0.75), 6);
  });

  test("without a share of the first it is the second", async () => {
    expect(await mix(evaluate, 0, [-0.5, -200], [-150, -0.25])).toEqual([-150, -0.25]);
  });
});
