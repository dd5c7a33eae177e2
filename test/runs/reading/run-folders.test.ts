/** Tests of finding runs. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { findRuns } from "../../../src/runs/reading/run-folders.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-find-"));
});

test("finds runs from the root of all, from a file's folder, and from a run", () => {
  const run = writeRunFolder(root, { file: "a" });
  writeRunFolder(root, { file: "b", values: { seed: 1 } });
  writeRunFolder(root, { file: "b", values: { seed: 2 }, again: "-2" });
  expect(findRuns(root).map(({ parent, names }) => [parent, names.length])).toEqual([
    [join(root, "a"), 1],
    [join(root, "b"), 2],
  ]);
  expect(findRuns(join(root, "b"))).toEqual([findRuns(root)[1]]);
  expect(findRuns(run)).toEqual([findRuns(root)[0]]);
});

test("a renamed run is one by its manifest, a folder of a run's name is one without; nothing else is", () => {
  mkdirSync(join(root, "file", "trial-0123456789abcdef", "student"), { recursive: true });
  mkdirSync(join(root, "file", "best"));
  writeFileSync(join(root, "file", "best", "manifest.json"), "{}");
  mkdirSync(join(root, "file", "notes"));
  mkdirSync(join(root, "file", ".draft-01234567"));
  writeFileSync(join(root, "file", "text-0123456789abcdef"), "");
  symlinkSync(join(root, "nowhere"), join(root, "link"));
  expect(findRuns(root)).toEqual([{ parent: join(root, "file"), names: ["best", "trial-0123456789abcdef"] }]);
});
