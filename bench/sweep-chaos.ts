/**
 * A sweep of 60 trials, alpha x beta x seed, whose driver and trials are killed with `kill -9` at random moments while it runs, must end with every trial done once, with the
 * bytes of a sweep that was left alone. `npm run bench -- sweep-chaos [local] [two-drivers] [slurm] [--kills 40] [--seed 1]`. `two-drivers` starts the same sweep twice at once,
 * `slurm` asks a Slurm of one node (`bench/one-node-slurm.sh`). Linux. Fails when a trial is missing, there twice, or different.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import seedrandom from "seedrandom";
import { compileWorkers } from "../test/setup/compiled-workers.ts";

const file = "test/fixtures/chaos/grid.yaml";
const trials = 60;
const { values: flags, positionals } = parseArgs({
  options: { kills: { type: "string", default: "40" }, seed: { type: "string", default: "1" } },
  allowPositionals: true,
});
const random = seedrandom(flags.seed);
const { command } = await compileWorkers();
const root = mkdtempSync(join(tmpdir(), "retort-chaos-"));
const report = (text: string): void => void process.stdout.write(`${text}\n`);

const startDriver = (out: string, more: readonly string[]): ChildProcess =>
  spawn(process.execPath, [command, "sweep", file, "--out", out, "--cache", join(out, "cache"), "--quiet", ...more], {
    stdio: ["ignore", "ignore", "inherit"],
  });

const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once("exit", (code) => resolve(code)));

/** Numbers of all processes that work on a trial of this sweep. */
const trialProcesses = (out: string): number[] =>
  readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/u.test(name)) return [];
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      return words.includes("trial") && words.some((word) => word.startsWith(out)) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });

const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];

const kill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
};

/** Runs the sweep to its end; kills something every few seconds, one time in four the driver. Gives how many drivers and trials were killed. */
const tortured = async (out: string, more: readonly string[], kills: number): Promise<{ drivers: number; processes: number }> => {
  const killed = { drivers: 0, processes: 0 };
  let driver = startDriver(out, more);
  let end = ended(driver);
  for (;;) {
    const wait = 500 + 3500 * random();
    const done = await Promise.race([end.then((code) => ({ code })), pause(wait, undefined)]);
    if (done?.code === 0) return killed;
    if (done !== undefined) throw new Error(`the driver ended with ${done.code}`);
    if (killed.drivers + killed.processes >= kills) continue;
    const victim = pick(trialProcesses(out));
    if (victim !== undefined && random() < 0.75) {
      kill(victim);
      killed.processes += 1;
    } else {
      driver.kill("SIGKILL");
      await end;
      killed.drivers += 1;
      driver = startDriver(out, more);
      end = ended(driver);
    }
  }
};

/** What must be equal, by the folder of a trial. `Error` when there are not all of them, each done once. */
const results = (out: string): ReadonlyMap<string, string> => {
  const place = join(out, "grid");
  const folders = readdirSync(place, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  if (folders.length !== trials) throw new Error(`${place}: expected ${trials} folders, got ${folders.length}`);
  return new Map(
    folders.map((name) => {
      const { status } = JSON.parse(readFileSync(join(place, name, "manifest.json"), "utf8")) as { status: string };
      if (status !== "done") throw new Error(`${join(place, name)}: expected a trial that is done, got ${status}`);
      const files = ["metrics.jsonl", "rollouts.jsonl", "student/model.safetensors"];
      return [name, files.map((each) => readFileSync(join(place, name, each)).toString("latin1")).join("\0")];
    }),
  );
};

const compare = (name: string, whole: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): void => {
  const different = [...whole].filter(([folder, bytes]) => other.get(folder) !== bytes).map(([folder]) => folder);
  if (different.length > 0)
    throw new Error(`${name}: ${different.length} trials differ from those that were left alone: ${different.join(", ")}`);
};

const attempts = (out: string): number =>
  readdirSync(join(out, "grid"), { recursive: true, encoding: "utf8" }).filter((name) => /attempts\/\d+\.json$/u.test(name)).length;

try {
  const started = performance.now();
  const left = join(root, "left-alone");
  if ((await ended(startDriver(left, []))) !== 0) throw new Error("the sweep that was left alone failed");
  const whole = results(left);
  report(`left alone: ${whole.size} trials, ${Math.round((performance.now() - started) / 1000)} s`);
  for (const name of positionals.length === 0 ? ["local", "two-drivers"] : positionals) {
    const out = join(root, name);
    if (name === "two-drivers") {
      const codes = await Promise.all([ended(startDriver(out, [])), ended(startDriver(out, []))]);
      report(`${name}: both drivers ended with ${codes.join(" and ")}, ${attempts(out)} attempts for ${trials} trials`);
    } else {
      const { drivers, processes } = await tortured(out, name === "local" ? [] : ["--executor", name], Number(flags.kills));
      report(`${name}: killed the driver ${drivers} times and trials ${processes} times, ${attempts(out)} attempts for ${trials} trials`);
    }
    compare(name, whole, results(out));
    report(`${name}: every trial done once, metrics, rollouts and weights equal byte for byte`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
