/** Tests of the package's version. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { packageVersion } from "../../../src/runs/folder/package-version.ts";

test("is the one of package.json", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(packageVersion()).toBe(version);
});
