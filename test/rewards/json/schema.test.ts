/** Tests of the reward for JSON of a schema. */
import { expect, test } from "vitest";
import { jsonSchema } from "../../../src/rewards/json/schema.ts";
import { textRollout } from "../../fixtures/text-rollouts.ts";
import { rewardLaws } from "../../laws/reward.laws.ts";

const schema = { type: "object", properties: { name: { type: "string" }, age: { type: "integer" } }, required: ["name"] };
const make = (options: { parsed?: number; block?: boolean } = {}) =>
  jsonSchema.create({ schema, parsed: 0, block: false, ...options }, undefined);
const { signal } = new AbortController();

rewardLaws(
  () => make({ parsed: 0.25 }),
  ["", "{}", '{"name": "Ada"}', '{"name": 1}', "[]", "{", "null"].map((text) => textRollout(text, "")),
);

test.each([
  ['{"name": "Ada", "age": 36}', {}, 1],
  ['{"name": "Ada", "age": 36.5}', {}, 0],
  ['{"name": "Ada", "age": 36.5}', { parsed: 0.25 }, 0.25],
  ['{"name": "Ada"', { parsed: 0.25 }, 0],
  ['Here it is:\n```json\n{"name": "Ada"}\n```', {}, 0],
  ['Here it is:\n```json\n{"name": "Ada"}\n```', { block: true }, 1],
  ['{"name": "Ada"}', { block: true }, 1],
] as const)("%j with %j", async (text, options, expected) => {
  expect(await make(options).score(textRollout(text, ""), signal)).toEqual({ value: expected, parts: {} });
});

test("a schema that is none is refused when the reward is made", () => {
  expect(() => jsonSchema.create({ schema: { type: "text" }, parsed: 0, block: false }, undefined)).toThrow(
    /^json-schema: expected a JSON schema, got an error: /,
  );
});
