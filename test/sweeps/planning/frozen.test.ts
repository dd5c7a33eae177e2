/** Tests of plans on the disk. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareSweep } from "../../../src/sweeps/planning/prepare-sweep.ts";
import { freeze, planTrial, readFrozen, sweepFolder, trialNamed, writeFrozen } from "../../../src/sweeps/planning/frozen.ts";
import { planSweep } from "../../../src/sweeps/planning/sweep-plan.ts";
import { readSource } from "../../../src/experiments/file/file-source.ts";
import { tinySweep, type TinySweep } from "../../fixtures/tiny-sweep.ts";

let tiny: TinySweep;
let folder: string;
beforeAll(async () => {
  tiny = await tinySweep({ axes: { "/seed": [0, 1] } });
  folder = (await tiny.work()).folder;
});
afterAll(() => tiny.remove());

describe("a plan", () => {
  test("is read as it was written, and gives each trial as it was planned", async () => {
    const sweep = readFrozen(folder);
    const runs = planSweep(readSource(tiny.file));
    for (const [i, trial] of sweep.trials.entries()) expect(await planTrial(sweep, trial)).toEqual(runs[i]);
  });

  test("lies with the trials of its file", () => {
    expect(sweepFolder("runs", "a/b.json")).toBe(join("runs", "b"));
  });

  test("whose file has changed since is refused where a trial is to run", async () => {
    const sweep = readFrozen(folder);
    const bases = {
      run: { ...(sweep.bases["run"] as object), seed: 3, training: { steps: 9, batch: 4, optimizer: { type: "adamw", learningRate: 1 } } },
    };
    await expect(planTrial({ ...sweep, bases }, sweep.trials[0]!)).rejects.toThrow(/has changed since; start the sweep again$/u);
  });

  test("is held to the memory of the machine that a trial comes to, unless it says otherwise", async () => {
    const sweep = readFrozen(folder);
    const [trial] = sweep.trials;
    await expect(planTrial(sweep, trial!, {}, 1e6)).rejects.toThrow(/^trial seed=0: \/.*: expected what fits into the memory/u);
    expect((await planTrial(sweep, trial!, {}, 1e12)).id).toBe(trial!.id);
    const told = freeze(await prepareSweep(tiny.file), "cache", true);
    expect((await planTrial(told, trial!, {}, 1e6)).id).toBe(trial!.id);
  });

  test("names trials by the beginning of their ids", () => {
    const sweep = readFrozen(folder);
    expect(trialNamed(sweep, sweep.trials[1]!.id.slice(0, 16))).toBe(sweep.trials[1]);
    expect(() => trialNamed(sweep, "")).toThrow(/expected the id of one of its 2 trials, got "", which 0 have/u);
    expect(() => trialNamed(sweep, "../../x")).toThrow(RangeError);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ["no JSON", () => "{", /sweep\.json: expected JSON/u],
    ["other values", (text) => text.replace('"trials"', '"trails"'), /sweep\.json: .*trails/u],
    [
      "a trial whose name leaves the folder",
      (text) => text.replace('"name": "trial"', '"name": "../x"'),
      /\/trials\/0\/name: must match pattern/u,
    ],
    [
      "another version",
      (text) => text.replace(/"version": "[^"]*"/u, '"version": "0.0.0"'),
      /expected a plan of version .*, got 0\.0\.0; start the sweep again/u,
    ],
  ])("that is %s is refused", async (_name, change, message) => {
    const before = readFrozen(folder);
    const path = join(folder, "sweep.json");
    writeFileSync(path, change(readFileSync(path, "utf8")));
    expect(() => readFrozen(folder)).toThrow(message);
    await writeFrozen(folder, before);
    expect(readFrozen(folder)).toEqual(before);
  });

  test("that is not there is asked for", () => {
    const path = join(tiny.root, "empty");
    expect(() => readFrozen(path)).toThrow(/expected the plan of a sweep in .*, got no file/u);
    rmSync(path, { recursive: true, force: true });
  });
});
