/** Tests of the batch script: Bash reads it, and words arrive as they were. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { arrayScript, quoted, type ArrayScript } from "../../../src/sweeps/executors/slurm-script.ts";

const script = (changes: Partial<ArrayScript> = {}): string =>
  arrayScript({
    name: "retort-tiny",
    list: "/runs/it's here/list",
    trials: 60,
    jobs: 4,
    processors: 2,
    log: "/runs/a b/%A_%a.log",
    command: ["node", "retort.js", "trial", "/runs/$HOME"],
    options: ["--partition=gpu"],
    ...changes,
  });

describe("the script", () => {
  test("asks Slurm for an array that is put back into the queue, with a notice before the time limit", () => {
    const lines = script().split("\n");
    expect(lines[0]).toBe("#!/bin/bash");
    for (const option of [
      "--array=0-59%4",
      "--requeue",
      "--signal=B:USR1@60",
      "--cpus-per-task=2",
      '--output="/runs/a b/%A_%a.log"',
      "--partition=gpu",
    ]) {
      expect(lines).toContain(`#SBATCH ${option}`);
    }
    expect(script({ jobs: undefined })).toContain("#SBATCH --array=0-59\n");
  });

  test("is Bash", () => {
    expect(spawnSync("bash", ["-n"], { input: script() }).status).toBe(0);
  });

  test("has names and options of one line", () => {
    expect(script({ name: "a\nb c" })).toContain("#SBATCH --job-name=a-b-c\n");
    expect(() => script({ options: ["--time=1\nrm -rf /"] })).toThrow(/^slurm: expected an option/u);
    expect(() => script({ options: ["rm"] })).toThrow(RangeError);
  });

  test("gives the task its own trial, and says how that ended", () => {
    const folder = mkdtempSync(join(tmpdir(), "retort-script-"));
    writeFileSync(join(folder, "list"), "first\nsecond\n");
    const text = script({ list: join(folder, "list"), command: ["bash", "-c", 'echo "$0"; exit 7'] });
    const run = spawnSync("bash", ["-c", text], { env: { ...process.env, SLURM_ARRAY_TASK_ID: "1" }, encoding: "utf8" });
    rmSync(folder, { recursive: true, force: true });
    expect([run.stdout, run.status]).toEqual(["second\n", 7]);
  });
});

test("quoted words are read back by a shell", () => {
  for (const word of ["", "it's", '$HOME `x` "y"', "a\nb"]) {
    expect(spawnSync("bash", ["-c", `printf %s ${quoted(word)}`], { encoding: "utf8" }).stdout).toBe(word);
  }
});
