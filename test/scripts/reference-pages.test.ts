/** The reference in docs/reference is what the script makes of the schema as it is now. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { referencePages } from "../../scripts/reference-pages.ts";

const pages = referencePages();

test("docs/reference is up to date: npm run reference", () => {
  const written = readdirSync("docs/reference").map((name) => [name, readFileSync(`docs/reference/${name}`, "utf8")] as const);
  expect([...pages.keys()].toSorted()).toEqual(written.map(([name]) => name).toSorted());
  const stale = written.filter(([name, text]) => pages.get(name) !== text).map(([name]) => `docs/reference/${name}: run npm run reference`);
  expect(stale).toEqual([]);
});

test("each key of the file has a row, and each member of a family a heading with its keys", () => {
  for (const key of ["question", "task", "student", "objective", "sweep", "extends"])
    expect(pages.get("README.md")).toContain(`\`${key}\``);
  expect(pages.get("objective.md")).toMatch(/^### jsd$[^#]+^\| `beta` \| a number [^|]+ \| required \| \S[^|]+\| `[\d.]+` \|$/mu);
  expect(pages.get("rewards.md")).toMatch(/^#+ exact-match$/mu);
});
