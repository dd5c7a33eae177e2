/** Patterns of names. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { namesMatching } from "../../src/policies/name-patterns.ts";

const names = [
  "model.embed_tokens.weight",
  ...Array.from({ length: 12 }, (_, i) => [`model.layers.${i}.self_attn.q_proj.weight`, `model.layers.${i}.mlp.up_proj.weight`]).flat(),
  "lm_head.weight",
];
const matching = (...patterns: string[]): string[] => namesMatching("freeze", patterns, names);

describe("a pattern", () => {
  test.each<[string, (name: string) => boolean]>([
    ["model.embed_tokens", (name) => name === "model.embed_tokens.weight"],
    ["lm_head.weight", (name) => name === "lm_head.weight"],
    ["mlp", (name) => name.includes(".mlp.")],
    ["layers.1", (name) => name.includes("layers.1.")],
    ["layers.0-2", (name) => /layers\.[012]\./u.test(name)],
    ["layers.9-11.mlp", (name) => /layers\.(?:9|10|11)\.mlp/u.test(name)],
    ["layers.*.self_attn", (name) => name.includes("self_attn")],
    ["model", (name) => name.startsWith("model.")],
    ["weight", () => true],
  ])("%s fits whole parts that are adjacent", (pattern, expected) => {
    expect(matching(pattern)).toEqual(names.filter(expected));
  });

  test.each(["layer", "embed", "model.layers.0-3.", "layers.12", "layers.3-1", "mlp.*.up_proj", "model..layers", "", ".*", "0-1.layers"])(
    "%j fits nothing, and is refused",
    (pattern) => {
      expect(() => matching(pattern)).toThrow(RangeError);
    },
  );

  test("that fits nothing is refused with what is nearest", () => {
    expect(() => matching("mlp", "model.embed_token")).toThrow(
      /^freeze: expected a part of a name, got "model\.embed_token", which fits none of 26; the nearest are model\.embed_tokens, model\.layers, [a-z._]+$/u,
    );
    expect(() => namesMatching("adapters", ["x"], [])).toThrow(
      'adapters: expected a part of a name, got "x", which fits none of 0; there are no names',
    );
  });
});

test("names come once, in their own order", () => {
  expect(matching("lm_head", "mlp", "layers.0-11")).toEqual(names.slice(1));
  expect(matching()).toEqual([]);
});

test("every run of parts of a name fits that name", () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(5), fc.nat(5), (name, a, b) => {
      const parts = name.split(".");
      const [from, to] = [Math.min(a, parts.length - 1), Math.min(a, parts.length - 1) + 1 + b];
      expect(matching(parts.slice(from, to).join("."))).toContain(name);
    }),
    { seed: 2 },
  );
});
