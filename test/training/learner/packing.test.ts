/** Packs: every parameter is in one of them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizeOf, type TypedArray } from "../../../src/engine/program.ts";
import type { Policy, Weights } from "../../../src/policies/policy.ts";
import { packArrays, packsFor, packTensors, unpackArrays, unpackTensors } from "../../../src/training/learner/packing.ts";
import { bigram, smallLlama } from "../../fixtures/recipes.ts";
import { compute, engines, floats } from "../../laws/evaluate.ts";

/** A policy whose parameters have these shapes. */
const shaped = (shapes: Readonly<Record<string, readonly number[]>>): Policy => ({
  ...bigram(),
  parameters: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, initial: { value: 0 } }])),
});

const numbered = (policy: Policy): Weights => {
  let next = 0;
  return Object.fromEntries(
    Object.entries(policy.parameters).map(([name, { shape }]) => [name, Float32Array.from({ length: sizeOf(shape) }, () => (next += 1))]),
  );
};

const names = fc.uniqueArray(
  fc.string({ minLength: 1, maxLength: 4 }).filter((name) => name !== "__proto__"),
  { maxLength: 12 },
);
const shape = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 0, maxLength: 3 }),
  fc.constantFrom([300, 300], [70_000], [65_536], [256, 256]),
);
const shapes = names
  .chain((all) => fc.tuple(...all.map((name) => fc.tuple(fc.constant(name), shape))))
  .map((entries) => Object.fromEntries(entries));

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);

describe("packs", () => {
  test("hold each parameter once, side by side, matrices apart from the rest", () => {
    fc.assert(
      fc.property(shapes, (given) => {
        const policy = shaped(given);
        const packs = packsFor(policy.parameters);
        expect(packs.flatMap(({ members }) => members.map(({ name }) => name)).toSorted()).toEqual(Object.keys(given).toSorted());
        expect(new Set(packs.map(({ name }) => name)).size).toBe(packs.length);
        for (const { members, size, decays } of packs) {
          let end = 0;
          for (const member of members) {
            expect(member.offset).toBe(end);
            expect(member.size).toBe(sizeOf(member.shape));
            expect(member.shape.length >= 2).toBe(decays);
            end += member.size;
          }
          expect(end).toBe(size);
          expect(size - members.at(-1)!.size).toBeLessThan(65_536);
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test("give back the arrays that went in", () => {
    fc.assert(
      fc.property(shapes, (given) => {
        const policy = shaped(given);
        const arrays = numbered(policy);
        const back = Object.assign(
          {},
          ...packsFor(policy.parameters).map((pack) => unpackArrays(pack, packArrays("test", pack, arrays))),
        ) as Weights;
        expect(Object.keys(back).toSorted()).toEqual(Object.keys(arrays).toSorted());
        for (const [name, array] of Object.entries(arrays)) expect(Buffer.compare(bytesOf(back[name]!), bytesOf(array))).toBe(0);
      }),
      { seed: 2, numRuns: 30 },
    );
  });

  test.each([
    ["only matrices", bigram(), ["matrices-0"]],
    ["both", smallLlama(), ["matrices-0", "vectors-0"]],
    ["only vectors", shaped({ a: [3], b: [] }), ["vectors-0"]],
    ["nothing", shaped({}), []],
  ])("of a policy with %s", (_what, policy, expected) => {
    expect(packsFor(policy.parameters).map(({ name }) => name)).toEqual(expected);
  });

  test("name an array that is missing or has another size, and whose it is", () => {
    const policy = shaped({ "layer.weight": [2, 3] });
    const [pack] = packsFor(policy.parameters);
    expect(() => packArrays("learner, first", pack!, {})).toThrow(
      new RangeError("learner, first: expected 6 values for layer.weight, got none"),
    );
    expect(() => packArrays("learner", pack!, { "layer.weight": new Float32Array(5) })).toThrow(/expected 6 values .* got 5/u);
  });
});

describe.each(engines)("packs of tensors on $name", ({ evaluate }) => {
  test.each([
    ["many parameters", smallLlama()],
    ["one", bigram()],
  ])("have the arrays' layout: %s", async (_what, policy) => {
    const arrays = numbered(policy);
    for (const pack of packsFor(policy.parameters)) {
      const flat = packArrays("test", pack, arrays);
      const outputs: Record<string, TypedArray> = await compute(evaluate, { flat: floats([pack.size], flat) }, (inputs) => {
        const tensors = unpackTensors(pack, inputs["flat"]!);
        for (const { name, shape: expected } of pack.members) expect(tensors[name]!.shape).toEqual(expected);
        return { ...tensors, again: packTensors(pack, tensors) };
      });
      expect(outputs["again"]).toEqual(flat);
      for (const { name } of pack.members) expect(outputs[name]).toEqual(arrays[name]);
    }
  });
});
