/** A wrong name gets the known one that it is nearest to, and none where it is near to nothing. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { didYouMean, nearName, nearPath } from "../../src/files/near-name.ts";

const root = mkdtempSync(join(tmpdir(), "retort-near-"));
afterAll(() => rmSync(root, { recursive: true }));

test("the nearest of the known names, by at most a third of its letters", () => {
  expect(nearName("optimiser", ["optimizer", "schedule"])).toBe("optimizer");
  expect(nearName("ALPHA", ["alpha", "beta"])).toBe("alpha");
  expect(nearName("teacher", ["alpha", "beta"])).toBeUndefined();
  expect(nearName("alpha", [])).toBeUndefined();
  expect(nearName("a".repeat(101), ["a".repeat(100)])).toBeUndefined();
  expect(didYouMean("stps", ["steps", "batch"])).toBe('; did you mean "steps"?');
  expect(didYouMean("stps", ["batch"])).toBe("");
});

test("the nearest path of the same ending beside one that is not there", () => {
  writeFileSync(join(root, "share.ts"), "");
  writeFileSync(join(root, "prompts.jsonl"), "");
  mkdirSync(join(root, "model"));
  expect(nearPath(join(root, "shar.ts"))).toBe(join(root, "share.ts"));
  expect(nearPath(join(root, "models"))).toBe(join(root, "model"));
  expect(nearPath(join(root, "prompts.json"))).toBeUndefined();
  expect(nearPath(join(root, "own.jsonl"))).toBeUndefined();
  expect(nearPath(join(root, "none", "share.ts"))).toBeUndefined();
});
