/** Tests of the settings of checkpoints: their defaults, and what they refuse. */
import { expect, test } from "vitest";
import { checker } from "../../../src/experiments/schema/check.ts";
import type { JsonObject } from "../../../src/files/json.ts";
import { CheckpointSettings } from "../../../src/training/recipe/checkpoint-settings.ts";

const check = checker<CheckpointSettings>(JSON.parse(JSON.stringify(CheckpointSettings)) as JsonObject);

test("have defaults: the two newest, five minutes apart", () => {
  expect(check({})).toEqual({ values: { every: 0, minutes: 5, last: 2, best: false, keepEvery: 0 } });
});

test.each([[{ every: 0.5 }], [{ minutes: 0 }], [{ last: 0 }], [{ best: 1 }], [{ keepEvery: -1 }], [{ newest: 1 }]])(
  "%j is refused",
  (values) => {
    expect("mistakes" in check(values)).toBe(true);
  },
);
