/** Tests of `retort sweep`: real sweeps of tiny trainings, with drivers that are killed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "../../../../src/cli/program.ts";
import { tinyExperiment, tinySweep, type TinySweep } from "../../../fixtures/tiny-sweep.ts";
import { compiledCommand } from "../../../fixtures/compiled-command.ts";
import { recorder } from "../../recorder.ts";

let sweep: TinySweep;
let folders: string[];
beforeAll(async () => {
  sweep = await tinySweep({ axes: { "/seed": [0, 1, 2] } });
  folders = ["--out", join(sweep.root, "runs"), "--cache", join(sweep.root, "cache")];
});
afterAll(() => sweep.remove());

const retort = async (...args: string[]) => {
  const { terminal, output, errors } = recorder();
  return { code: await main(["sweep", ...args], terminal), output: output(), errors: errors() };
};

/** The command in a process of its own. */
const started = (...args: string[]) => {
  const child = spawn(process.execPath, [compiledCommand, "sweep", ...args, ...folders], { stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  return { child, output: () => output, errors: () => errors, ended: once(child, "exit").then(([code]) => code as number | null) };
};

describe.sequential("retort sweep", () => {
  test("lists the trials and runs none with --dry-run", async () => {
    const { code, output } = await retort(sweep.file, "--dry-run", ...folders);
    expect(code).toBe(0);
    expect(output).toMatch(/^trial {3}state[^\n]*\n-[^\n]*\nseed=0 {2}waiting [^]*\n\n3 trials: 3 waiting\n$/u);
    const { trials } = JSON.parse((await retort(sweep.file, "--dry-run", "--json", ...folders)).output) as { trials: object[] };
    expect(trials[0]).toMatchObject({ axes: { "/seed": 0 }, status: "waiting", step: 0, steps: 4 });
  });

  test("resumes where a driver was killed, and does each trial once", async () => {
    const killed = started(sweep.file, "--jobs", "1");
    while (!killed.errors().includes("done in")) await new Promise((resolve) => setTimeout(resolve, 50));
    killed.child.kill("SIGKILL");
    await killed.ended;
    const { output, errors, ended } = started(sweep.file, "--jobs", "2");
    expect(await ended).toBe(0);
    expect(output()).toMatch(/3 trials: 3 done\n$/u);
    expect(errors()).not.toMatch(/^seed=0 {2}begins/mu);
    expect((await sweep.attempts()).map((one) => (one as unknown[])[0])).toEqual(["done", "done", "done"]);
    const estimate = await retort(sweep.file, "--dry-run", "/sweep/axes/~1seed=[0,9]", ...folders);
    expect(estimate.output).toMatch(/2 trials: 1 done, 1 waiting; about \d+:\d\d of training left, one trial after another\n$/u);
  });

  test("leaves an index where many trials are done, so that the first retort runs is quick", async () => {
    const many = `/sweep/axes/~1seed=${JSON.stringify(Array.from({ length: 65 }, (_, i) => i))}`;
    const { trials } = JSON.parse((await retort(sweep.file, "--dry-run", "--json", many, ...folders)).output) as {
      trials: { id: string; folder: string; axes: object; status: string }[];
    };
    const one = trials.find(({ status }) => status === "done")!;
    // As if the others had been run already.
    for (const { id, folder, axes } of trials.filter(({ status }) => status !== "done")) {
      const manifest = JSON.parse(readFileSync(join(one.folder, "manifest.json"), "utf8")) as object;
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "manifest.json"), JSON.stringify({ ...manifest, id, axes }));
    }
    const index = join(dirname(one.folder), "index.jsonl");
    expect(existsSync(index)).toBe(false);
    const { code, output } = await retort(sweep.file, many, ...folders);
    expect([code, output.endsWith("65 trials: 65 done\n")]).toEqual([0, true]);
    for (const { id } of trials) expect(readFileSync(index, "utf8")).toContain(id);
  });

  test("tries again what fails, and shows the end of its log", async () => {
    const bad = { ...tinyExperiment({ axes: { "/seed": [7] } }), rewards: [{ module: "throws.mjs" }] };
    const file = join(sweep.root, "bad.json");
    writeFileSync(file, JSON.stringify(bad));
    writeFileSync(join(sweep.root, "throws.mjs"), 'export default () => { throw new Error("the service is down"); };');
    const { errors, ended } = started(file);
    expect(await ended).toBe(1);
    expect(errors()).toMatch(/failed: seed=7, .*process\.log ends with\n[^]*the service is down/u);
    expect(errors()).toContain("1 of 1 trials failed; the same command tries them again");
  });

  test("refuses a file without a sweep", async () => {
    const { code, errors } = await retort("test/fixtures/experiments/valid.json", ...folders);
    expect(code).toBe(2);
    expect(errors).toContain("the file has no sweep; add one");
  });
});
