/** The findings of docs/security-findings.md have the tests that it names. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { textOf } from "./pages.ts";

const page = textOf("docs/security-findings.md");
const rows = [...page.matchAll(/^\| .+? +\| `(test\/[^`]+)` +\| `(.+)` +\|$/gmu)];

test("each finding names a file that has what is said of it", () => {
  // All but the head and the line below it.
  expect(rows).toHaveLength([...page.matchAll(/^\|/gmu)].length - 2);
  const missing = rows.filter(([, file, text]) => !readFileSync(file!, "utf8").includes(text!));
  expect(missing.map(([row]) => row)).toEqual([]);
});
