/** Tests of the thresholds of self-checks: which numbers they take, and that each says how it is turned off. */
import { describe, expect, test } from "vitest";
import { checker } from "../../../src/experiments/schema/check.ts";
import type { JsonObject } from "../../../src/files/json.ts";
import { CheckSettings } from "../../../src/training/recipe/check-settings.ts";
import { checks } from "../../fixtures/recipes.ts";

const check = checker<CheckSettings>(JSON.parse(JSON.stringify(CheckSettings)) as JsonObject);

describe.each(Object.entries(CheckSettings.properties))("%s", (name, schema) => {
  test("has a default, and 0 turns it off", () => {
    expect(schema.default).toBeGreaterThan(0);
    expect(schema.description).toMatch(/0 turns the check off\.$/u);
    const result = check({ ...checks, [name]: 0 });
    expect("values" in result && result.values[name as keyof CheckSettings]).toBe(0);
  });

  test("is not below 0", () => {
    const result = check({ ...checks, [name]: -1 });
    expect("mistakes" in result && result.mistakes).toEqual([
      { pointer: `/${name}`, message: expect.stringMatching(/^expected a (whole )?number of at least 0, such as .+, got -1$/u) as string },
    ]);
  });
});
