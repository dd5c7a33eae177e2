/** Where a run's results are. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { manifestIn } from "../../../src/runs/folder/manifest.ts";
import { runFolder } from "../../../src/runs/folder/run-folder.ts";

const run = { name: "rl", id: "0123456789abcdef".repeat(4), path: "experiments/small.yaml" };
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-folders-"));
});
const first = (): string => join(root, "small", "rl-0123456789abcdef");
const leave = (folder: string, manifest: unknown): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "manifest.json"), typeof manifest === "string" ? manifest : JSON.stringify(manifest));
};

describe("a run's folder", () => {
  test("is named by file, run and id", () => {
    for (const repeat of [true, false]) expect(runFolder(root, run, repeat)).toEqual({ folder: first(), done: false });
  });

  test.each(["running", "interrupted", "failed", "paused"])("is the same as long as the run is not done but %s", (status) => {
    leave(first(), { id: run.id, status });
    for (const repeat of [true, false]) expect(runFolder(root, run, repeat)).toEqual({ folder: first(), done: false });
  });

  test("is another one when a run that is done is done again, and else where it was done", () => {
    leave(first(), { id: run.id, status: "done" });
    expect(runFolder(root, run, false)).toEqual({ folder: first(), done: true });
    expect(runFolder(root, run, true)).toEqual({ folder: `${first()}-2`, done: false });
    leave(`${first()}-2`, { id: run.id, status: "done" });
    leave(`${first()}-3`, { id: run.id, status: "failed" });
    expect(runFolder(root, run, true)).toEqual({ folder: `${first()}-3`, done: false });
  });

  test("with a manifest that cannot be read is one to resume in", () => {
    for (const damaged of ["", "{", "[]"]) {
      leave(first(), damaged);
      expect(manifestIn(first())).toBeUndefined();
      expect(runFolder(root, run, true)).toEqual({ folder: first(), done: false });
    }
  });

  test("of another run is refused", () => {
    leave(first(), { id: "other", status: "done" });
    expect(() => runFolder(root, run, true)).toThrow(
      /expected .*rl-0123456789abcdef to hold the run 0123.*, got "other"; give another --out/u,
    );
  });
});
