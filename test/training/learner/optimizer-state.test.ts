/** Which arrays there are of each parameter, and the packs that they are in. */
import { expect, test } from "vitest";
import { packName, statePacks, stateShapes, stateSpecs } from "../../../src/training/learner/optimizer-state.ts";
import { packsFor } from "../../../src/training/learner/packing.ts";
import { optimizers } from "../../../src/training/optimizers/index.ts";
import { adamwValues } from "../../fixtures/recipes.ts";

const specs = {
  "layers.0.gain": { shape: [3], initial: { value: 1 } },
  "layers.0.weight": { shape: [3, 2], initial: { value: 0 } },
  "lm_head.weight": { shape: [4, 3], initial: { value: 0 } },
} as const;
const packs = packsFor(specs);
const adamw = optimizers.create(adamwValues);
const adafactor = optimizers.create({
  type: "adafactor",
  learningRate: 0.1,
  decayRate: 0.8,
  epsilon: 1e-30,
  clipThreshold: 1,
  scaleParameter: false,
  leastScale: 1e-3,
  weightDecay: 0,
});
const sgd = optimizers.create({ type: "sgd", learningRate: 0.1, momentum: 0, nesterov: false, weightDecay: 0 });

test("AdamW has two arrays as its parameters are, SGD without momentum none", () => {
  expect([...stateShapes(specs, adamw)]).toEqual(
    ["parameters", "first", "second"].map((kind) => [
      kind,
      { "layers.0.gain": { shape: [3] }, "layers.0.weight": { shape: [3, 2] }, "lm_head.weight": { shape: [4, 3] } },
    ]),
  );
  expect([...stateShapes(specs, sgd).keys()]).toEqual(["parameters"]);
});

test("a kind has a pack for each pack of parameters with one of its arrays, side by side in their order", () => {
  const kinds = statePacks(packs, adafactor);
  expect([...kinds.keys()]).toEqual(["parameters", "row", "column", "second"]);
  expect(kinds.get("parameters")).toEqual(packs);
  expect(kinds.get("row")).toEqual([
    {
      name: "matrices-0",
      members: [
        { name: "layers.0.weight", shape: [3], offset: 0, size: 3 },
        { name: "lm_head.weight", shape: [4], offset: 3, size: 4 },
      ],
      size: 7,
      decays: true,
    },
  ]);
  expect(kinds.get("second")!.map((pack) => packName("second", pack))).toEqual(["second/vectors-0"]);
});

test("the state's inputs are flat, one for each of these packs", () => {
  expect(Object.entries(stateSpecs(packs, adafactor)).map(([name, { shape }]) => [name, shape])).toEqual([
    ["parameters/matrices-0", [18]],
    ["parameters/vectors-0", [3]],
    ["row/matrices-0", [7]],
    ["column/matrices-0", [5]],
    ["second/vectors-0", [3]],
  ]);
});
