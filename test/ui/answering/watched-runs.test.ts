/** Tests of runs that are watched while they come, change and go. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { Changed } from "../../../src/ui/answers.ts";
import { lockFolder } from "../../../src/runs/folder/lock.ts";
import { WatchedRuns } from "../../../src/ui/answering/watched-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-watched-"));
});

/** Reads that follow each other at once are one. */
const refreshed = async (runs: WatchedRuns): Promise<Changed> => {
  await pause(510);
  return runs.refresh();
};
const states = (runs: WatchedRuns) => [...runs.runs.values()].map(({ record }) => record.status);

describe("watched runs", () => {
  test("have keys from the root, and say which came, changed and went", async () => {
    const first = writeRunFolder(root, { values: { seed: 0 }, status: "running" });
    const held = await lockFolder(first);
    const runs = new WatchedRuns(root);
    const [key] = [...runs.runs.keys()];
    expect(key).toMatch(/^sweep\/trial-[0-9a-f]{16}$/u);
    await runs.refresh();
    expect(await refreshed(runs)).toEqual({ runs: [], list: false, everything: false });

    appendFileSync(join(first, "metrics.jsonl"), "{}\n");
    const before = runs.version;
    expect(await refreshed(runs)).toEqual({ runs: [key], list: false, everything: false });
    expect(runs.version).toBe(before);

    const second = writeRunFolder(root, { values: { seed: 1 } });
    expect(await refreshed(runs)).toMatchObject({ runs: [expect.stringContaining("sweep/")], list: true });
    expect(runs.version).toBeGreaterThan(before);

    rmSync(second, { recursive: true });
    expect(await refreshed(runs)).toMatchObject({ list: true });
    expect([...runs.runs.keys()]).toEqual([key]);
    if ("release" in held) await held.release();
  });

  test("one whose process is gone is interrupted, and runs again when a process works on it", async () => {
    const folder = writeRunFolder(root, { status: "running" });
    const runs = new WatchedRuns(root);
    await refreshed(runs);
    expect(states(runs)).toEqual(["interrupted"]);
    const held = await lockFolder(folder);
    expect(await refreshed(runs)).toMatchObject({ list: true });
    expect(states(runs)).toEqual(["running"]);
    if ("release" in held) await held.release();
    await refreshed(runs);
    expect(states(runs)).toEqual(["interrupted"]);
  });

  test("a folder that is damaged is said to be, and is a run when it is whole again", async () => {
    const folder = join(root, "sweep", `trial-${"0".repeat(16)}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "manifest.json"), "{");
    const runs = new WatchedRuns(root);
    await refreshed(runs);
    expect(runs.damaged).toEqual([
      { folder: expect.stringContaining("sweep") as string, reason: "manifest.json: expected JSON, got something else" },
    ]);
    rmSync(folder, { recursive: true });
    writeRunFolder(root, {});
    await refreshed(runs);
    expect([runs.runs.size, runs.damaged]).toEqual([1, []]);
  });

  test("those who listen are told until they call off", async () => {
    const runs = new WatchedRuns(root);
    const told: Changed[] = [];
    const off = runs.listen((changed) => told.push(changed));
    writeRunFolder(root, { values: { seed: 1 } });
    await refreshed(runs);
    off();
    writeRunFolder(root, { values: { seed: 2 } });
    await refreshed(runs);
    expect(told).toHaveLength(1);
  });

  test("the root may be one run, or the runs of one file", () => {
    const folder = writeRunFolder(root, {});
    const name = basename(folder);
    for (const at of [folder, dirname(folder)]) {
      const [run] = [...new WatchedRuns(at).runs.values()];
      expect([run?.key, run?.file]).toEqual([name, "sweep"]);
    }
  });

  test("a root that is no folder is refused", () => {
    expect(() => new WatchedRuns(join(root, "none"))).toThrow(RangeError);
  });
});
