/** Tests of the removal of stored stages. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { stageStoreIn } from "../../../src/experiments/stage-store/stage-store.ts";
import { lockFolder, isLock, type FolderLock } from "../../../src/runs/folder/lock.ts";
import { storedStages, type StoredStage } from "../../../src/experiments/stage-store/stored-stages.ts";
import { prunable, pruneObstacle, pruneStage, type PruneChoice } from "../../../src/experiments/stage-store/prune-stages.ts";
import { writeStoredStage } from "../../fixtures/stored-stage.ts";

let folders: { out: string; cache: string };
beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), "retort-prune-"));
  folders = { out: join(root, "runs"), cache: join(root, "cache") };
});

/** A run that started from a stored stage. */
const writeUser = (id: string): string => {
  const folder = join(folders.out, "sweep", "trial");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ stages: { teacher: id } }));
  return folder;
};

const claimed = async (folder: string): Promise<FolderLock> => {
  const given = await lockFolder(folder);
  if (!isLock(given)) throw new Error("expected a claim");
  return given;
};

const kept = (name: string): StoredStage => storedStages(folders).find((stage) => stage.name === name)!;

test("all flags hold, and a budget takes what was used longest ago", () => {
  for (const [name, kilobytes, days] of [
    ["old", 4, 30],
    ["middle", 3, 20],
    ["new", 2, 10],
  ] as const)
    writeStoredStage(folders.cache, name, kilobytes, days);
  writeUser(writeStoredStage(folders.cache, "used", 1, 40).id);
  const names = (choice: Partial<PruneChoice>): string[] =>
    prunable(storedStages(folders), { unused: false, ...choice }, Date.now()).map(({ name }) => name);
  const day = 86_400_000;
  expect(names({})).toEqual(["old", "middle", "new", "used"]);
  expect(names({ unused: true })).toEqual(["old", "middle", "new"]);
  expect(names({ idle: 15 * day })).toEqual(["old", "middle"]);
  expect(names({ idle: 15 * day, names: ["middle", "new"] })).toEqual(["middle"]);
  // 10 kB and some hundred bytes in all.
  expect(names({ budget: 20_000 })).toEqual([]);
  expect(names({ budget: 8000 })).toEqual(["old"]);
  expect(names({ budget: 6000 })).toEqual(["old", "middle"]);
  expect(names({ budget: 8000, names: ["new"] })).toEqual(["new"]);
  expect(names({ budget: 0 })).toEqual(["old", "middle", "new", "used"]);
});

test("a stage that no process uses is removed, with all of its files", async () => {
  const { folder } = writeStoredStage(folders.cache, "teacher", 1, 1);
  const stage = kept("teacher");
  expect(await pruneObstacle(stage, folders.cache)).toBeUndefined();
  expect(existsSync(folder)).toBe(true);
  expect(await pruneStage(stage, folders.cache)).toBeUndefined();
  expect(readdirSync(folders.cache, { recursive: true }).map(String).toSorted()).toEqual(["stages", "unfinished"]);
});

test("a stage that a process makes stays, until its lock is released", async () => {
  const { folder, id } = writeStoredStage(folders.cache, "teacher", 1, 1);
  const work = join(folders.cache, "unfinished", id);
  const holder = await claimed(work);
  const stays = new RegExp(`process ${process.pid} on .* makes it`, "u");
  expect(await pruneObstacle(kept("teacher"), folders.cache)).toMatch(stays);
  expect(await pruneStage(kept("teacher"), folders.cache)).toMatch(stays);
  expect(existsSync(folder)).toBe(true);
  await holder.release();
  expect(await pruneStage(kept("teacher"), folders.cache)).toBeUndefined();
  // Its checkpoints may be there.
  expect(existsSync(work)).toBe(true);
});

test("a stage stays while a process works on a run that started from it, and while one may begin to read it", async () => {
  const { folder, id } = writeStoredStage(folders.cache, "teacher", 1, 1);
  const run = writeUser(id);
  const holder = await claimed(run);
  expect(await pruneObstacle(kept("teacher"), folders.cache)).toContain(`works on ${run}, which starts from it`);
  expect(await pruneStage(kept("teacher"), folders.cache)).toContain(`works on ${run}, which starts from it`);
  await holder.release();
  stageStoreIn(join(folders.cache, "stages")).touch(id);
  expect(await pruneObstacle(kept("teacher"), folders.cache)).toContain("less than a minute ago");
  expect(await pruneStage(kept("teacher"), folders.cache)).toContain("less than a minute ago");
  expect(existsSync(folder)).toBe(true);
});
