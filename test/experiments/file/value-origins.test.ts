/** Tests of the origins of values. */
import { expect, test } from "vitest";
import { expand } from "../../../src/experiments/file/drafts.ts";
import { parseOverrides } from "../../../src/experiments/file/overrides.ts";
import { parseSource } from "../../../src/experiments/file/file-source.ts";
import { originText, valueOrigins } from "../../../src/experiments/file/value-origins.ts";

test("each value has the location where it was written, or is a default", () => {
  const source = parseSource("x.yaml", "a: { b: 1 }\nlist: [1, 2]\nvariants:\n  one: { c: x }\n");
  const overrides = [...parseOverrides(["/seed=3"]), ...parseOverrides(["/e/f=1"], "RETORT_OVERRIDES")];
  const [draft] = expand(source, overrides).drafts;
  const origins = valueOrigins(draft!, { a: { b: 1, d: 5 }, list: [1, 2], c: "x", seed: 3, e: { f: 1 }, empty: {}, deep: [{ g: 0 }] });
  expect(origins.map(({ pointer, value, location }) => [pointer, value, originText(location)])).toEqual([
    ["/a/b", 1, "x.yaml:1:9"],
    ["/a/d", 5, "default"],
    ["/list", [1, 2], "x.yaml:2:7"],
    ["/c", "x", "x.yaml:4:13"],
    ["/seed", 3, "command line"],
    ["/e/f", 1, "RETORT_OVERRIDES"],
    ["/empty", {}, "default"],
    ["/deep/0/g", 0, "default"],
  ]);
});
