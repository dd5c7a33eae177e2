/** Tests of the paths of base files. */
import { expect, test } from "vitest";
import { pathKeys, rebased } from "../../../src/experiments/file/base-paths.ts";
import { isObject, type Json } from "../../../src/files/json.ts";
import { experimentSchema } from "../../../src/experiments/schema/experiment-schema.ts";

/** Keys of the schema whose description says that a text counts from the file. */
const relativeKeys = (schema: Json): string[] => {
  if (Array.isArray(schema)) return (schema as readonly Json[]).flatMap(relativeKeys);
  if (!isObject(schema)) return [];
  const properties = isObject(schema["properties"]) ? Object.entries(schema["properties"]) : [];
  const own = properties.flatMap(([key, value]) =>
    isObject(value) &&
    value["type"] === "string" &&
    /relative to (?:this|the experiment) file/u.test(JSON.stringify(value["description"] ?? ""))
      ? [key]
      : [],
  );
  return [...own, ...Object.values(schema).flatMap(relativeKeys)];
};

test("every path that the schema has is known", () => {
  expect([...new Set(relativeKeys(experimentSchema))].toSorted()).toEqual([...pathKeys].toSorted());
});

test("paths stay what they are from the same folder, and in other keys", () => {
  expect(rebased({ path: "./x" }, "a", "a/../a")).toEqual({ path: "./x" });
  expect(rebased({ question: "./x", path: { path: 1 } }, "a", "b")).toEqual({ question: "./x", path: { path: 1 } });
  expect(rebased({ path: "x" }, "a/b", "a")).toEqual({ path: "b/x" });
});
