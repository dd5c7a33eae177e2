/** Tests of how a reward of one's own is defined. */
import { Type } from "@sinclair/typebox";
import { expect, test } from "vitest";
import { isDefinedReward, reward } from "../../../src/rewards/own/reward-function.ts";

const schema = Type.Object({ least: Type.Number() });

test("of an example or a batch, with a schema or without", () => {
  const [one, all] = [(): number => 1, (): number[] => [1]];
  expect(reward(one)).toMatchObject({ parameters: undefined, score: { of: "example", call: one } });
  expect(reward({ parameters: schema, score: one })).toMatchObject({ parameters: schema, score: { of: "example", call: one } });
  expect(reward.batch(all)).toMatchObject({ parameters: undefined, score: { of: "batch", call: all } });
  expect(reward.batch({ parameters: schema, score: all })).toMatchObject({ parameters: schema, score: { of: "batch", call: all } });
});

test("is known by its mark, whichever copy of the package made it", () => {
  expect(isDefinedReward(reward(() => 1))).toBe(true);
  expect(isDefinedReward({ [Symbol.for("retort-rl/reward")]: true })).toBe(true);
  for (const other of [{ parameters: undefined, score: {} }, () => 1, null, 7]) expect(isDefinedReward(other)).toBe(false);
});

test("types of parameters follow from a TypeBox schema", () => {
  reward({ parameters: schema, score: ({ completion }, { parameters }) => completion.length - parameters.least });
  // @ts-expect-error There is no such parameter.
  reward({ parameters: schema, score: (_example, { parameters }) => parameters.most as number });
  // @ts-expect-error There is no such name.
  reward(({ text }) => String(text).length);
  expect.assertions(0);
});
