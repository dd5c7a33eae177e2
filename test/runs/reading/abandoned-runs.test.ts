/** Tests of runs that say that they run. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockFolder, isLock } from "../../../src/runs/folder/lock.ts";
import { withAbandoned } from "../../../src/runs/reading/abandoned-runs.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

const write = (root: string, seed: number, status: string): string => writeRunFolder(root, { values: { seed }, status });

test("a run that no process works on is interrupted, and one that ended meanwhile is what it says", async () => {
  const root = mkdtempSync(join(tmpdir(), "retort-abandoned-"));
  const folders = ["running", "running", "running", "running", "failed"].map((status, seed) => write(root, seed, status));
  const locked = await lockFolder(folders[0]!);
  const { runs } = readRuns(root);
  write(root, 2, "done");
  rmSync(folders[3]!, { recursive: true });
  const progress = await withAbandoned(runs);
  expect(progress.map(({ folder }) => folder)).toEqual(runs.map(({ folder }) => folder));
  const statuses = new Map(progress.map(({ folder, record }) => [folder, record.status]));
  expect(folders.map((folder) => statuses.get(folder))).toEqual(["running", "interrupted", "done", "running", "failed"]);
  if (isLock(locked)) await locked.release();
});
