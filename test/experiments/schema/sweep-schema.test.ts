/** Tests of the schema of sweeps. */
import { expect, test } from "vitest";
import { checker } from "../../../src/experiments/schema/check.ts";
import type { Json, JsonObject } from "../../../src/files/json.ts";
import { experimentSchema } from "../../../src/experiments/schema/experiment-schema.ts";
import { Sweep, mostTrials } from "../../../src/experiments/schema/sweep-schema.ts";

const check = checker((experimentSchema["properties"] as JsonObject)["sweep"] as JsonObject);

test("parts that are left out are empty", () => {
  expect(check({})).toEqual({ values: { axes: {}, zip: [], when: {}, exclude: [] } });
  expect(Object.keys(Sweep.properties)).toEqual(expect.arrayContaining(["axes", "zip", "random", "when", "exclude"]));
});

test.each<[Json, string]>([
  [{ axes: { "/seed": [] } }, "expected at least 1 entry"],
  [{ axes: { "/seed": 3 } }, "expected a list [...], such as [0], got 3"],
  [{ axis: {} }, 'unknown key "axis"; did you mean "axes"?'],
  [
    { random: { samples: mostTrials + 1, axes: { "/a": { type: "uniform", low: 0, high: 1 } } } },
    "expected a whole number from 1 to 100000",
  ],
  [{ random: { samples: 2, axes: { "/a": { type: "unifrom", low: 0, high: 1 } } } }, 'did you mean "uniform"?'],
  [{ random: { samples: 2, axes: { "/a": { type: "log-uniform", low: 0, high: 1 } } } }, "expected a number above 0, such as 0.5, got 0"],
  [{ exclude: [{}] }, "expected at least 1 entry"],
])("%j is refused", (value, message) => {
  const checked = check(value);
  expect("mistakes" in checked && checked.mistakes.map((mistake) => mistake.message).join("\n")).toContain(message);
});
