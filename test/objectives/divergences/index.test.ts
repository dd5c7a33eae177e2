/** Tests of all divergences: agreement with PyTorch in float64, and the family. */
import { moduleKeywordDefinition } from "../../../src/plugins/module-keyword.ts";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { divergences, type DivergenceValues } from "../../../src/objectives/divergences/index.ts";
import { divergenceProgram } from "../../laws/divergence.laws.ts";
import { engines } from "../../laws/evaluate.ts";

/** What test/fixtures/divergences_reference.py wrote. */
interface Reference {
  readonly shape: readonly [number, number];
  readonly teacherLogProbs: readonly number[];
  readonly studentLogits: readonly number[];
  readonly cases: readonly {
    readonly divergence: DivergenceValues;
    readonly values: readonly number[];
    readonly gradients: readonly number[];
  }[];
}
const { shape, teacherLogProbs, studentLogits, cases } = JSON.parse(
  readFileSync(new URL("../../fixtures/divergences_reference.json", import.meta.url), "utf8"),
) as Reference;
const inputs = { teacher: Float32Array.from(teacherLogProbs), student: Float32Array.from(studentLogits) };

/** Largest error, as a share of the largest number. */
const relativeError = (actual: ArrayLike<number>, expected: readonly number[]): number => {
  expect(actual.length).toBe(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(actual[i]! - value))) / largest;
};

describe.each(engines)("PyTorch and $name agree on", ({ evaluate }) => {
  test.each(cases)("$divergence", async ({ divergence, values, gradients }) => {
    const { value, gradient } = await evaluate(divergenceProgram(divergences.create(divergence), shape), inputs);
    expect(relativeError(value, values)).toBeLessThan(1e-6);
    expect(relativeError(gradient, gradients)).toBeLessThan(1e-6);
  });
});

describe("the family", () => {
  test("every member is in the reference", () => {
    expect(new Set(cases.map(({ divergence }) => divergence.type))).toEqual(new Set(divergences.types));
    expect(divergences.types).toHaveLength(10);
  });

  test("every setting has a name of its own, which says direction and scale", () => {
    expect(cases.map(({ divergence }) => divergences.create(divergence).name)).toEqual([
      "forward-kl",
      "reverse-kl",
      "jsd-0.3",
      "jsd-0.9-normalized",
      "total-variation",
      "jeffreys",
      "skew-forward-kl-0.1",
      "skew-forward-kl-0.4-normalized",
      "skew-reverse-kl-0.1",
      "skew-reverse-kl-0.4-normalized",
      "adaptive-kl-0.5",
      "adaptive-kl-0.9",
      "alpha-beta-0.2-0.7",
      "alpha-beta-0-0",
      "renyi-forward-0.5",
      "renyi-forward-3-normalized",
    ]);
  });

  const ajv = new Ajv({ useDefaults: true, discriminator: true, keywords: [moduleKeywordDefinition], strictSchema: true });
  const validate = ajv.compile<DivergenceValues>(divergences.schema);

  test.each([
    [{ type: "jsd", beta: 0.9 }, { scale: "paper" }],
    [{ type: "skew-kl" }, { alpha: 0.1, scale: "paper" }],
    [{ type: "skew-reverse-kl" }, { alpha: 0.1, scale: "paper" }],
    [{ type: "adaptive-kl" }, { headMass: 0.5 }],
    [{ type: "renyi", order: 2 }, { scale: "paper" }],
  ])("%j has the defaults %j", (given, defaults) => {
    const values = { ...given };
    expect(validate(values)).toBe(true);
    expect(values).toEqual({ ...given, ...defaults });
  });

  test.each([
    { type: "kl" },
    { type: "forward-kl", beta: 0.5 },
    { type: "reverse-kl", scale: "paper" },
    { type: "jsd" },
    { type: "jsd", beta: 2 },
    { type: "jsd", beta: -1 },
    { type: "jsd", beta: 0.5, alpha: 0.5 },
    { type: "total-variation", scale: "normalized" },
    { type: "jeffreys", mean: true },
    { type: "adaptive-kl", headMass: 0 },
    { type: "adaptive-kl", headMass: 1 },
    { type: "adaptive-kl", mu: 0.5 },
    { type: "alpha-beta", alpha: 1 },
    { type: "alpha-beta", beta: 1 },
    { type: "alpha-beta", alpha: -1, beta: 1 },
    { type: "alpha-beta", alpha: 1, beta: -1 },
    { type: "alpha-beta", alpha: 1, beta: 1, gamma: 1 },
    { type: "renyi" },
    { type: "renyi", order: 0 },
    { type: "renyi", order: 2, alpha: 2 },
  ])("%j is refused by the schema", (values) => {
    expect(validate(values)).toBe(false);
  });
});
