/** Tests of what tells runs apart. */
import { expect, test } from "vitest";
import { differing, flattened, valueAt } from "../../../src/results/tables/parameters.ts";

const base = { seed: 0, objective: { type: "gkd", weights: [1, 2] }, rewards: [{ type: "exact" }], teacher: { stage: "t" } };

test("nothing differs in equal values, whatever the order of their keys", () => {
  expect(differing([base, structuredClone(base), { ...structuredClone(base), seed: 0 }])).toEqual([]);
  expect(
    differing([
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ]),
  ).toEqual([]);
  expect(differing([base])).toEqual([]);
  expect(differing([])).toEqual([]);
});

test("what differs is named by its pointer, down to the leaf", () => {
  expect(differing([base, { ...base, seed: 1 }])).toEqual(["/seed"]);
  expect(differing([base, { ...base, objective: { type: "gkd", weights: [1, 3] } }])).toEqual(["/objective/weights/1"]);
  expect(differing([base, base, { ...base, objective: { type: "gkd", weights: [1] } }])).toEqual(["/objective/weights"]);
  expect(differing([base, { ...base, rewards: [{ type: "rouge", weight: 2 }] }])).toEqual(["/rewards/0/type", "/rewards/0/weight"]);
  expect(differing([{ "a/b": { "~": 1 } }, { "a/b": { "~": 2 } }])).toEqual(["/a~1b/~0"]);
});

test("what differs is in the order of the values, whichever runs differ first", () => {
  const shared = { type: "gkd", alpha: 1 };
  const all = [
    { objective: { type: "gkd", alpha: 0 }, seed: 0 },
    { objective: { type: "gkd", alpha: 0 }, seed: 1 },
    { objective: shared, seed: 0 },
    { objective: shared, seed: 1, extra: 2 },
  ];
  expect(differing(all)).toEqual(["/objective/alpha", "/seed", "/extra"]);
});

test("what only one has differs in all of its parts, on either side", () => {
  const { teacher: _, ...without } = base;
  expect(differing([base, without])).toEqual(["/teacher/stage"]);
  expect(differing([without, base])).toEqual(["/teacher/stage"]);
  expect(differing([base, { ...base, teacher: "none" }])).toEqual(["/teacher/stage"]);
});

test("values are found by their pointers, and nothing is inherited", () => {
  expect(valueAt(base, "/objective/weights/1")).toBe(2);
  expect(valueAt(base, "/rewards/0/type")).toBe("exact");
  expect(valueAt(base, "/objective/beta")).toBeUndefined();
  expect(valueAt(base, "/seed/deeper")).toBeUndefined();
  expect(valueAt(base, "/constructor")).toBeUndefined();
  expect(() => valueAt(base, "seed")).toThrow(/starts with "\/"/u);
});

test("all leaves by pointer", () => {
  expect([...flattened(base)]).toEqual([
    ["/seed", 0],
    ["/objective/type", "gkd"],
    ["/objective/weights", [1, 2]],
    ["/rewards", [{ type: "exact" }]],
    ["/teacher/stage", "t"],
  ]);
});
