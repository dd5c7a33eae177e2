/** Tests of the rules of sweeps. */
import { describe, expect, test } from "vitest";
import { sweepMistakes } from "../../../src/sweeps/planning/sweep-rules.ts";
import type { SweepValues } from "../../../src/experiments/schema/sweep-schema.ts";

const mistakes = (parts: Partial<SweepValues>, overridden: readonly string[] = []): string[] =>
  sweepMistakes({ axes: {}, zip: [], when: {}, exclude: [], ...parts }, overridden).map(({ pointer, message }) => `${pointer}: ${message}`);

test("a sweep of every part is right", () => {
  expect(
    mistakes({
      axes: { "/seed": [0, 1], "/objective/divergence/type": ["jsd"] },
      zip: [{ "/training/steps": [1, 2], "/training/batch": [2, 1] }],
      random: { samples: 3, seed: 0, axes: { "/objective/divergence/beta": { type: "uniform", low: 0.1, high: 0.9 } } },
      when: { "/objective/divergence/beta": { "/objective/divergence/type": ["jsd"] } },
      exclude: [{ "/seed": [1], "/rollouts/group": [2] }],
    }),
  ).toEqual([]);
});

describe("a mistake", () => {
  test.each<[string, Partial<SweepValues>, string]>([
    ["no axes", {}, "/sweep: expected axes"],
    ["a name instead of a pointer", { axes: { seed: [0] } }, '/sweep/axes/seed: expected a pointer that starts with "/"'],
    ["the whole file", { axes: { "": [0] } }, "expected a pointer to one value"],
    ["a prototype", { axes: { "/a/__proto__": [0] } }, 'the key "__proto__" is not allowed'],
    ["what decides nothing", { axes: { "/label": ["a"] } }, 'expected a value that decides a result, got "label"'],
    [
      "one axis in two parts",
      { axes: { "/a": [0] }, zip: [{ "/a": [1] }] },
      "/sweep/zip/0/~1a: /a has its values at /sweep/axes/~1a already; keep one",
    ],
    [
      "zipped lists of two lengths",
      { zip: [{ "/a": [1, 2], "/b": [1] }] },
      "/sweep/zip/0/~1b: expected 2 values, as many as /a has, got 1",
    ],
    [
      "bounds in the wrong order",
      { random: { samples: 1, seed: 0, axes: { "/a": { type: "uniform", low: 2, high: 1 } } } },
      '/sweep/random/axes/~1a: expected "low" to be at most "high" = 1, got 2',
    ],
    ["a condition on no axis", { axes: { "/a": [0] }, when: { "/b": { "/a": [0] } } }, 'expected an axis of the sweep (/a), got "/b"'],
    [
      "conditions in a circle",
      { axes: { "/a": [0], "/b": [0] }, when: { "/a": { "/b": [0] }, "/b": { "/a": [0] } } },
      "/sweep/when/~1a: this condition asks, in the end, for the axis itself",
    ],
    [
      "too many trials",
      { axes: Object.fromEntries(["/a", "/b", "/c"].map((axis) => [axis, Array.from({ length: 50 }, (_, i) => i)])) },
      "/sweep: expected at most 100000 trials, got 125000",
    ],
  ])("%s is told", (_name, parts, message) => {
    expect(mistakes(parts).join("\n")).toContain(message);
  });

  test("is an override of what the sweep sets", () => {
    expect(mistakes({ axes: { "/seed": [0] } }, ["/seed"])).toEqual([
      "/sweep/axes/~1seed: the command line sets /seed too; set /sweep/axes/~1seed there instead, or leave it to the sweep",
    ]);
  });
});

test("conditions that ask for many others are followed once each", () => {
  const names = Array.from({ length: 60 }, (_, i) => `/${i}`);
  const when = Object.fromEntries(names.map((name, i) => [name, Object.fromEntries(names.slice(0, i).map((other) => [other, [0]]))]));
  expect(mistakes({ axes: Object.fromEntries(names.map((name) => [name, [0]])), when })).toEqual([]);
});
