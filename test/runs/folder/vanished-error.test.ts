/** Tests of the error of a folder that was removed while it was worked in. */
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { VanishedError } from "../../../src/runs/folder/vanished-error.ts";

test("names the topmost folder that is gone, and what the same command does", () => {
  const root = mkdtempSync(join(tmpdir(), "retort-vanished-"));
  const folder = join(root, "runs", "a", "run-1");
  const error = new VanishedError(folder, new Error("no such file"));
  expect(error.vanished).toBe(join(root, "runs"));
  expect(error.message).toBe(
    `expected ${join(root, "runs")} to stay while a process works in it, got it removed: the training cannot go on, and ` +
      `its results in ${folder} are lost; the same command begins it anew`,
  );
  expect(error.cause).toMatchObject({ message: "no such file" });
  mkdirSync(join(root, "runs", "a"), { recursive: true });
  expect(new VanishedError(folder).vanished).toBe(folder);
});
