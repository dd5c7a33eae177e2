/** Tests of paths as a person reads them. */
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { shownPath } from "../../../src/cli/display/shown-path.ts";

test("what is in the working folder is named from there, and all else from the root", () => {
  const here = process.cwd();
  const cases = { [join(here, "runs", "a")]: join("runs", "a"), [here]: ".", "runs/..b": join("runs", "..b"), "..b": "..b" };
  for (const [path, shown] of Object.entries(cases)) expect(shownPath(path)).toBe(shown);
  for (const path of [resolve(here, ".."), resolve("/elsewhere")]) expect(shownPath(path)).toBe(path);
  expect(shownPath("runs/\u001b[2J")).toBe(join("runs", "\\u001b[2J"));
});
