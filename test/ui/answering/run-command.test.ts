/** Tests of commands that run something of a run again. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prepareExperiment } from "../../../src/experiments/planning/run-plan.ts";
import type { JsonObject } from "../../../src/files/json.ts";
import { freeze, writeFrozen } from "../../../src/sweeps/planning/frozen.ts";
import { prepareSweep } from "../../../src/sweeps/planning/prepare-sweep.ts";
import { commandText, resumeCommand, variantCommand } from "../../../src/ui/answering/run-command.ts";
import { WatchedRuns, type WatchedRun } from "../../../src/ui/answering/watched-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";
import { tinyExperiment } from "../../fixtures/tiny-sweep.ts";

const root = mkdtempSync(join(tmpdir(), "retort-command-"));
const file = join(root, "tiny.json");
writeFileSync(file, JSON.stringify(tinyExperiment({ axes: { "/seed": [0, 1] } })));

const runOf = async (overrides: readonly string[], parent = "tiny"): Promise<WatchedRun> => {
  const [planned] = await prepareExperiment(file, overrides);
  const values = planned!.values as unknown as JsonObject;
  rmSync(join(root, "runs"), { recursive: true, force: true });
  mkdirSync(join(root, "runs"));
  writeRunFolder(join(root, "runs"), { file: parent, name: "run", values, status: "failed", made: { file, id: planned!.id } });
  return [...new WatchedRuns(join(root, "runs")).runs.values()][0]!;
};
const out = ["--out", join(root, "runs")];

describe("a run goes on", () => {
  test("by its file alone, or with the values that it was given besides", async () => {
    expect(await resumeCommand(await runOf([]))).toEqual(["run", file, ...out]);
    const given = await resumeCommand(await runOf(["/objective/alpha=0.25", "/seed=7"]));
    expect(given.toSorted()).toEqual(["run", file, "/seed=7", "/objective/alpha=0.25", ...out].toSorted());
  });

  test("as the trial of its sweep", async () => {
    const run = await runOf(["/seed=1"]);
    await writeFrozen(run.parent, freeze(await prepareSweep(file), join(root, "cache")));
    const [, second] = (await prepareSweep(file)).trials;
    const trial = { ...run, record: { ...run.record, id: second!.id, name: second!.name } };
    expect(await resumeCommand(trial)).toEqual(["trial", run.parent, second!.id]);
  });

  test("is refused where the file makes another run now, or is gone", async () => {
    const run = await runOf([]);
    const changed = { ...run, record: { ...run.record, id: "0".repeat(64) } };
    await expect(resumeCommand(changed)).rejects.toThrow(/expected a file that still makes the run/u);
    const gone = { ...run, record: { ...run.record, file: join(root, "gone.json") } };
    await expect(resumeCommand(gone)).rejects.toThrow(/expected the run's experiment file there, got nothing/u);
  });
});

describe("a variant", () => {
  test("has the run's values but those that are changed", async () => {
    const run = await runOf(["/objective/alpha=0.25", "/seed=7"]);
    expect(await variantCommand(run, ["/seed=8", "/training/steps=9"])).toEqual([
      "run",
      file,
      "/objective/alpha=0.25",
      "/seed=8",
      "/training/steps=9",
      ...out,
    ]);
  });

  test("that is wrong is refused as the command line refuses it", async () => {
    await expect(variantCommand(await runOf([]), ["/objective/alpha=2"])).rejects.toThrow(/alpha/u);
  });
});

test("a command is written as a shell takes it", () => {
  expect(commandText(["run", "my file.json", "/a=it's"])).toBe(`retort run 'my file.json' '/a=it'\\''s'`);
  expect(commandText(["run", "a.json", "/objective/alpha=0.5"])).toBe("retort run a.json /objective/alpha=0.5");
});
