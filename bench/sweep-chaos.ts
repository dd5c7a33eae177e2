/**
 * A sweep of 60 trials, alpha x beta x seed, whose driver and trials are killed with `kill -9` at random moments while
 * it runs, must end with every trial done once, with the bytes of a sweep that was left alone. `npm run bench --
 * sweep-chaos [local] [two-drivers] [bullmq] [slurm] [--kills 40] [--seed 1] [--root FOLDER]`. `two-drivers` starts the
 * same sweep twice at once; `bullmq` has a Redis, which is restarted twice, and three workers; `slurm` asks a Slurm of
 * one node (`bench/one-node-slurm.sh`). What is in `--root` is kept, and a sweep left alone that is there is used.
 * Linux. Fails when a trial is missing, there twice, or different, or was begun twice although nothing was killed.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import seedrandom from "seedrandom";
import { compileWorkers } from "../test/setup/compiled-workers.ts";
import {
  bullmqTorments,
  ended,
  localTorments,
  pick,
  slurmTorments,
  type Torment,
  type Tormented,
} from "./sweep-torments.ts";

const file = "test/fixtures/chaos/grid.yaml";
const trials = 60;
const { values: flags, positionals } = parseArgs({
  options: {
    kills: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
    root: { type: "string" },
  },
  allowPositionals: true,
});
const random = seedrandom(flags.seed);
const kills = Number(flags.kills);
const { command } = await compileWorkers();
const root = flags.root === undefined ? mkdtempSync(join(tmpdir(), "retort-chaos-")) : resolve(flags.root);
mkdirSync(root, { recursive: true });
const began = performance.now();
const report = (text: string): void =>
  void process.stdout.write(`${String(Math.round((performance.now() - began) / 1000)).padStart(5)} s  ${text}\n`);

const startDriver = (out: string, more: readonly string[]): ChildProcess =>
  spawn(process.execPath, [command, "sweep", file, "--out", out, "--cache", join(out, "cache"), "--quiet", ...more], {
    stdio: ["ignore", "ignore", "inherit"],
  });

const folders = (out: string): string[] => {
  const entries = readdirSync(join(out, "grid"), { withFileTypes: true });
  return entries.flatMap(({ name }) => (name.startsWith("trial-") ? [name] : []));
};

const read = (out: string, ...path: string[]): string => {
  try {
    return readFileSync(join(out, "grid", ...path), "latin1");
  } catch {
    return "";
  }
};

const doneTrials = (out: string): number => {
  try {
    return folders(out).filter((name) => read(out, name, "manifest.json").includes('"status": "done"')).length;
  } catch {
    return 0;
  }
};

/**
 * Runs the sweep to its end; something bad happens every few seconds, spread over its trials. Gives how often what
 * happened.
 */
const tortured = async (
  out: string,
  { words, torments, once, tend }: Tormented,
): Promise<ReadonlyMap<string, number>> => {
  let driver = startDriver(out, words);
  let end = ended(driver);
  const ofDriver: Torment = {
    name: "killed the driver",
    weight: 1,
    async act() {
      driver.kill("SIGKILL");
      await end;
      driver = startDriver(out, words);
      end = ended(driver);
      return true;
    },
  };
  const chances = [ofDriver, ...torments].flatMap((torment) => Array<Torment>(torment.weight).fill(torment));
  const times = new Map<string, number>();
  const count = (name: string): void => void times.set(name, (times.get(name) ?? 0) + 1);
  let happened = 0;
  const rest = [...once];
  for (;;) {
    const done = await Promise.race([end.then((code) => ({ code })), pause(500 + 3500 * random(), undefined)]);
    if (done?.code === 0) return times;
    if (done !== undefined) throw new Error(`the driver ended with ${done.code}`);
    tend();
    const part = doneTrials(out) / trials;
    const next = rest[0];
    if (next !== undefined && part >= next.after) {
      await next.act();
      count(next.name);
      rest.shift();
    } else if (happened < kills * Math.min(1, part + 0.1)) {
      const torment = pick(chances, random)!;
      if (!(await torment.act())) continue;
      happened += 1;
      count(torment.name);
    }
  }
};

/** What must be equal, by the folder of a trial. `Error` when there are not all of them, each done once. */
const results = (out: string): ReadonlyMap<string, string> => {
  const names = folders(out);
  if (names.length !== trials) throw new Error(`${out}: expected ${trials} trials' folders, got ${names.length}`);
  return new Map(
    names.map((name) => {
      const { status } = JSON.parse(read(out, name, "manifest.json")) as { status: string };
      if (status !== "done") throw new Error(`${join(out, name)}: expected a trial that is done, got ${status}`);
      const files = ["metrics.jsonl", "rollouts.jsonl", "student/model.safetensors"];
      return [name, files.map((each) => read(out, name, each)).join("\0")];
    }),
  );
};

const compare = (name: string, whole: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): void => {
  const different = [...whole].filter(([folder, bytes]) => other.get(folder) !== bytes).map(([folder]) => folder);
  if (different.length > 0)
    throw new Error(
      `${name}: ${different.length} trials differ from those that were left alone: ${different.join(", ")}`,
    );
};

/** Attempts of each trial, by its folder. */
const attemptsOf = (out: string): ReadonlyMap<string, number> =>
  new Map(
    folders(out).map((name) => [
      name,
      readdirSync(join(out, "grid", name, "attempts")).filter((attempt) => /^\d+\.json$/u.test(attempt)).length,
    ]),
  );

const attempts = (out: string): number => [...attemptsOf(out).values()].reduce((sum, times) => sum + times, 0);

/** Where nothing was killed nothing is begun again. `Error` with the trials that were. */
const checkBegunOnce = (out: string): void => {
  const again = [...attemptsOf(out)].filter(([, times]) => times !== 1);
  if (again.length === 0) return;
  throw new Error(
    `${out}: expected one attempt of each trial, got ${again.map(([name, times]) => `${times} of ${name}`).join(", ")}`,
  );
};

const tormentsOf = async (name: string, out: string): Promise<Tormented> => {
  if (name === "local") return localTorments(out, random);
  if (name === "bullmq") return bullmqTorments(out, random, command);
  if (name === "slurm") return slurmTorments(out, random);
  throw new RangeError(`sweep-chaos: expected local, two-drivers, bullmq or slurm, got ${name}`);
};

const attack = async (name: string, out: string): Promise<string> => {
  if (name === "two-drivers") {
    const codes = await Promise.all([ended(startDriver(out, [])), ended(startDriver(out, []))]);
    if (codes.some((code) => code !== 0))
      throw new Error(`two-drivers: expected both to end with 0, got ${codes.join(" and ")}`);
    checkBegunOnce(out);
    return `both drivers ended with ${codes.join(" and ")}`;
  }
  const tormented = await tormentsOf(name, out);
  try {
    return [...(await tortured(out, tormented))].map(([what, times]) => `${what} ${times} times`).join(", ");
  } finally {
    await tormented.end();
  }
};

/** Beside the first of the others: a machine that is busy kills nothing. */
const leftAlone = async (): Promise<ReadonlyMap<string, string>> => {
  const left = join(root, "left-alone");
  if ((await ended(startDriver(left, []))) !== 0) throw new Error("the sweep that was left alone failed");
  const whole = results(left);
  checkBegunOnce(left);
  report(`left alone: ${whole.size} trials, ${attempts(left)} attempts`);
  return whole;
};

try {
  const alone = leftAlone();
  // Awaited below.
  alone.catch(() => undefined);
  for (const name of positionals.length === 0 ? ["local", "two-drivers"] : positionals) {
    const out = join(root, name);
    report(`${name}: ${await attack(name, out)}; ${attempts(out)} attempts for ${trials} trials`);
    compare(name, await alone, results(out));
    report(`${name}: every trial done once, metrics, rollouts and weights equal byte for byte`);
  }
} finally {
  if (flags.root === undefined) rmSync(root, { recursive: true, force: true });
}
