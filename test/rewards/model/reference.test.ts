/** Tests of how rewards name models. */
import { expect, test } from "vitest";
import { modelKey, modelsNamed, withModels, type ModelReference } from "../../../src/rewards/model/reference.ts";

const model = (checkpoint: string) => ({ type: "classifier", model: { checkpoint } });
const rewards = [
  { type: "exact-match" },
  { type: "reward-model", model: { stage: "judge" } },
  { type: "product", rewards: [model("a"), { type: "gate", condition: model("b"), reward: model("c"), otherwise: 0 }] },
  { module: "x.ts", model: { checkpoint: "none" } },
  { type: "json-schema", schema: { properties: { model: { stage: "none" } } } },
];

test("a stage and a checkpoint of one name are two models", () => {
  expect(modelKey({ stage: "judge" })).not.toBe(modelKey({ checkpoint: "judge" }));
});

test("models are found in rewards, products and gates, and nowhere else", () => {
  expect(modelsNamed(rewards, "/rewards")).toEqual([
    { pointer: "/rewards/1/model", reference: { stage: "judge" } },
    { pointer: "/rewards/2/rewards/0/model", reference: { checkpoint: "a" } },
    { pointer: "/rewards/2/rewards/1/condition/model", reference: { checkpoint: "b" } },
    { pointer: "/rewards/2/rewards/1/reward/model", reference: { checkpoint: "c" } },
  ]);
});

test("something else can be put there instead", () => {
  const loud = (reference: ModelReference) =>
    "stage" in reference ? { stage: reference.stage.toUpperCase() } : { checkpoint: reference.checkpoint.toUpperCase() };
  const changed = rewards.map((reward) => withModels(reward, loud));
  expect(modelsNamed(changed).map(({ reference }) => modelKey(reference))).toEqual([
    "stage JUDGE",
    "checkpoint A",
    "checkpoint B",
    "checkpoint C",
  ]);
  expect([changed[0], ...changed.slice(3)]).toEqual([rewards[0], ...rewards.slice(3)]);
  expect(JSON.parse(JSON.stringify(changed).toLowerCase())).toEqual(JSON.parse(JSON.stringify(rewards).toLowerCase()));
});
