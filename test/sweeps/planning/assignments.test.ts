/** Tests of what the trials of a sweep set. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assignments, trialCount, type Assignment } from "../../../src/sweeps/planning/assignments.ts";
import type { SweepValues } from "../../../src/experiments/schema/sweep-schema.ts";
import type { Json } from "../../../src/files/json.ts";

const sweep = (parts: Partial<SweepValues>): SweepValues => ({ axes: {}, zip: [], when: {}, exclude: [], ...parts });
const values = (settings: Assignment): Json[] => settings.map(({ value }) => value);
const all = (parts: Partial<SweepValues>, base: Json = {}): Json[][] => assignments(sweep(parts), base).map(values);

describe("a grid", () => {
  test("has each value with each of all others, the first axis slowest", () => {
    expect(all({ axes: { "/a": [1, 2], "/b": ["x", "y"] } })).toEqual([
      [1, "x"],
      [1, "y"],
      [2, "x"],
      [2, "y"],
    ]);
  });

  test("says where each value was written", () => {
    expect(assignments(sweep({ axes: { "/a/b": [1, 2] } }), {})[1]).toEqual([
      { pointer: "/a/b", value: 2, axis: "/sweep/axes/~1a~1b", at: "/sweep/axes/~1a~1b/1" },
    ]);
  });

  test("has as many trials as counted, for any lengths", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(lengths, (sizes) => {
        const axes = Object.fromEntries(sizes.map((size, i) => [`/${i}`, Array.from({ length: size }, (_, value) => value)]));
        expect(all({ axes })).toHaveLength(trialCount(sweep({ axes })));
      }),
      { numRuns: 30 },
    );
  });

  test("that names a value twice has its trial once", () => {
    expect(all({ axes: { "/a": [1, 1, 2] } })).toEqual([[1], [2]]);
  });
});

test("axes that are zipped go together, and their group is crossed with the grid", () => {
  expect(all({ axes: { "/s": [0, 1] }, zip: [{ "/a": [1, 2], "/b": ["x", "y"] }] })).toEqual([
    [0, 1, "x"],
    [0, 2, "y"],
    [1, 1, "x"],
    [1, 2, "y"],
  ]);
});

describe("samples", () => {
  const random = { samples: 5, seed: 0, axes: { "/rate": { type: "uniform" as const, low: 0, high: 1 } } };

  test("are the same for every seed of the grid, and others for another seed of the draws", () => {
    const drawn = all({ axes: { "/seed": [0, 1] }, random });
    expect(drawn).toHaveLength(10);
    expect(drawn.slice(0, 5).map(([, rate]) => rate)).toEqual(drawn.slice(5).map(([, rate]) => rate));
    expect(all({ random: { ...random, seed: 1 } })).not.toEqual(all({ random }));
  });

  test("stay what they are when more are asked for, and when another axis is added", () => {
    const more = { ...random, samples: 8, axes: { "/other": { type: "integer" as const, low: 0, high: 9 }, ...random.axes } };
    expect(
      all({ random: more })
        .slice(0, 5)
        .map((each) => each[1]),
    ).toEqual(all({ random }).map((each) => each[0]));
  });
});

describe("conditions", () => {
  const axes = { "/type": ["jsd", "kl"], "/beta": [0.1, 0.5] };

  test("leave an axis out where it does not apply; trials that are alike then are one", () => {
    expect(all({ axes, when: { "/beta": { "/type": ["jsd"] } } })).toEqual([["jsd", 0.1], ["jsd", 0.5], ["kl"]]);
  });

  test("ask the file for what no axis sets", () => {
    const parts = { axes: { "/beta": [0.1, 0.5] }, when: { "/beta": { "/type": ["jsd"] } } };
    expect(all(parts, { type: "jsd" })).toEqual([[0.1], [0.5]]);
    expect(all(parts, { type: "kl" })).toEqual([[]]);
    expect(all(parts, {})).toEqual([[]]);
  });

  test("go through axes that do not apply themselves", () => {
    const when = { "/beta": { "/type": ["jsd"] }, "/gamma": { "/beta": [0.5] } };
    expect(all({ axes: { ...axes, "/gamma": [7] }, when })).toEqual([["jsd", 0.1], ["jsd", 0.5, 7], ["kl"]]);
  });
});

test("trials that match an exclusion are left out", () => {
  const axes = { "/a": [1, 2], "/b": [1, 2] };
  expect(all({ axes, exclude: [{ "/a": [1], "/b": [2] }] })).toEqual([
    [1, 1],
    [2, 1],
    [2, 2],
  ]);
  expect(all({ axes, exclude: [{ "/a": [1], "/c": [9] }] }, { c: 9 })).toEqual([
    [2, 1],
    [2, 2],
  ]);
});
