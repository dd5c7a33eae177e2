/** Tests of how rewards name models. */
import { expect, test } from "vitest";
import { modelsNamed, withModels } from "../../../src/rewards/model/reference.ts";

const model = (checkpoint: string) => ({ type: "classifier", model: { checkpoint } });
const rewards = [
  { type: "exact-match" },
  { type: "reward-model", model: { checkpoint: "judge" } },
  { type: "product", rewards: [model("a"), { type: "gate", condition: model("b"), reward: model("c"), otherwise: 0 }] },
  { type: "module", path: "x.ts", parameters: { model: { checkpoint: "none" } } },
  { type: "json-schema", schema: { properties: { model: { checkpoint: "none" } } } },
];

test("models are found in rewards, products and gates, and nowhere else", () => {
  expect(modelsNamed(rewards, "/rewards")).toEqual([
    { pointer: "/rewards/1/model", reference: { checkpoint: "judge" } },
    { pointer: "/rewards/2/rewards/0/model", reference: { checkpoint: "a" } },
    { pointer: "/rewards/2/rewards/1/condition/model", reference: { checkpoint: "b" } },
    { pointer: "/rewards/2/rewards/1/reward/model", reference: { checkpoint: "c" } },
  ]);
});

test("something else can stand in their places", () => {
  const changed = rewards.map((reward) => withModels(reward, ({ checkpoint }) => ({ checkpoint: checkpoint.toUpperCase() })));
  expect(modelsNamed(changed).map(({ reference }) => reference.checkpoint)).toEqual(["JUDGE", "A", "B", "C"]);
  expect([changed[0], ...changed.slice(3)]).toEqual([rewards[0], ...rewards.slice(3)]);
  expect(JSON.parse(JSON.stringify(changed).toLowerCase())).toEqual(JSON.parse(JSON.stringify(rewards).toLowerCase()));
});
