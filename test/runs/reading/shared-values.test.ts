/** Tests of values that become one. */
import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/files/json.ts";
import { sharedValues } from "../../../src/runs/reading/shared-values.ts";

test("equal lists and objects become the first of them, and nothing changes its value", () => {
  const share = sharedValues();
  const text =
    '{"task": {"type": "sum"}, "list": [1, {"k": 2}], "__proto__": {"odd": true}, "none": null, "seed": 1, "text": "{}", "empty": {}}';
  const [one, two] = [share(JSON.parse(text) as JsonObject), share(JSON.parse(text) as JsonObject)];
  const other = share({ task: { type: "product" } });
  expect(JSON.stringify(one)).toBe(JSON.stringify(JSON.parse(text)));
  expect(JSON.stringify(two)).toBe(JSON.stringify(one));
  for (const key of ["task", "list", "__proto__", "empty"]) expect(two[key]).toBe(one[key]);
  expect(other["task"]).toEqual({ type: "product" });
});
