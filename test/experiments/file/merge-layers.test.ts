/** Tests of what a layer of an experiment leaves of those below it. */
import { expect, test } from "vitest";
import { mergeLayer, typeSwitch, type TypeSwitch } from "../../../src/experiments/file/merge-layers.ts";

const base = { objective: { type: "distillation", divergence: { type: "jsd", beta: 0.5, scale: "paper" } }, seed: 1 };

test("another type drops what the old one had, and keeps what the layer says of the new one", () => {
  const switches: TypeSwitch[] = [];
  const patch = { objective: { divergence: { type: "skew-kl", scale: "new" } } };
  expect(mergeLayer(base, patch, switches)).toEqual({
    objective: { type: "distillation", divergence: { type: "skew-kl", scale: "new" } },
    seed: 1,
  });
  expect(switches).toEqual([{ pointer: "/objective/divergence", from: "jsd", to: "skew-kl", dropped: ["beta", "scale"] }]);
});

test("the same type, none, and null merge as a patch does", () => {
  const switches: TypeSwitch[] = [];
  expect(mergeLayer(base, { objective: { divergence: { type: "jsd", beta: 0.9 } } }, switches)).toMatchObject({
    objective: { divergence: { type: "jsd", beta: 0.9, scale: "paper" } },
  });
  expect(mergeLayer(base, { objective: { divergence: { scale: null } }, seed: null }, switches)).toEqual({
    objective: { type: "distillation", divergence: { type: "jsd", beta: 0.5 } },
  });
  expect(switches).toEqual([]);
});

test("a module of one's own takes the place of a type, and the other way round", () => {
  const module = { module: "./x.ts", order: 2 };
  expect(mergeLayer({ divergence: { type: "jsd", beta: 0.5 } }, { divergence: module })).toEqual({ divergence: module });
  expect(mergeLayer({ divergence: module }, { divergence: { type: "jsd" } })).toEqual({ divergence: { type: "jsd" } });
});

test("a type that is no text switches nothing", () => {
  expect(typeSwitch({ type: 1 }, { type: "a" }, "")).toBeUndefined();
  expect(typeSwitch({ type: "a" }, {}, "")).toBeUndefined();
  expect(typeSwitch(undefined, { type: "a" }, "")).toBeUndefined();
});
