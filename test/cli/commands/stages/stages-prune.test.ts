/** Tests of `retort stages prune`. */
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { stageStoreIn } from "../../../../src/experiments/stage-store/stage-store.ts";
import { writeStoredStage } from "../../../fixtures/stored-stage.ts";
import { recorder } from "../../recorder.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-prune-"));
});

const prune = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  const code = await main(["stages", "prune", "--out", join(root, "runs"), "--cache", root, ...args], terminal);
  return { code, output: output(), errors: errors() };
};

test("lists what would go and removes nothing, but with --yes", async () => {
  const old = writeStoredStage(root, "teacher", 1, 30);
  const young = writeStoredStage(root, "teacher", 2, 1);
  const first = await prune("--idle", "10");
  expect(first).toMatchObject({ code: 0, errors: "\n1 result, 1 MiB would go\nnothing was removed; --yes removes them\n" });
  expect(first.output).toMatch(new RegExp(`^teacher +1 .* 0 +${old.id.slice(0, 16)} +goes$`, "mu"));
  expect(first.output).not.toContain(young.id.slice(0, 16));
  expect(existsSync(old.folder)).toBe(true);
  expect(await prune("--idle", "10", "--yes")).toMatchObject({ code: 0, errors: "1 result, 1 MiB removed\n" });
  expect([existsSync(old.folder), existsSync(young.folder)]).toEqual([false, true]);
  expect(await prune("--idle", "10", "--yes")).toEqual({ code: 0, output: "", errors: "no results of stages that the flags choose\n" });
});

test("says which stay and why, also as JSON", async () => {
  const { id } = writeStoredStage(root, "teacher", 1, 30);
  writeStoredStage(root, "start", 1, 30);
  stageStoreIn(join(root, "stages")).touch(id);
  expect((await prune("--unused")).output).toMatch(/^teacher .* stays: it was made or used less than a minute ago/mu);
  const { output } = await prune("--unused", "--yes", "--json");
  const lines = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toMatchObject([
    { name: "start", removed: true, usedBy: [] },
    { name: "teacher", removed: false, obstacle: expect.stringContaining("minute") as string },
  ]);
});

test("asks for a choice, and for sizes that are some", async () => {
  expect(await prune()).toMatchObject({ code: 2, output: "" });
  expect((await prune("--keep", "much")).errors).toContain('expected a size such as 20GiB or 500MB, got "much"');
  expect(await prune("--keep", "1GiB")).toMatchObject({ code: 0, errors: "no results of stages that the flags choose\n" });
});
