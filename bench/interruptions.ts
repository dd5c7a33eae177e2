/**
 * A 200-step RL + GKD run with a replay buffer is ended at random moments until it is done, and must leave the bytes of
 * one that was left alone. `npm run bench -- interruptions [kill] [term] [disk] [clock] [--times 50] [--seed 1]`: `kill
 * -9`, SIGTERM, a disk that fills up (needs root, for a small file system of its own), and a clock that is told another
 * time at every start, besides being killed (needs Debian's faketime). Fails when a byte differs.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import seedrandom from "seedrandom";
import { attempt, lastingFiles, type Attempt, type Ending } from "../test/fixtures/interrupted-run.ts";
import { compileWorkers } from "../test/setup/compiled-workers.ts";

const { values: flags, positionals } = parseArgs({
  options: { times: { type: "string", default: "50" }, seed: { type: "string", default: "1" } },
  allowPositionals: true,
});
const times = Number(flags.times);
const random = seedrandom(flags.seed);
const { command } = await compileWorkers();
const root = mkdtempSync(join(tmpdir(), "retort-interruptions-"));
const cache = join(root, "cache");
const report = (text: string): void => void process.stdout.write(`${text}\n`);

/** Every third time before the first step, else after a few. */
const ending = (signal: NodeJS.Signals): Ending =>
  random() < 1 / 3
    ? { signal, steps: 0, wait: 3000 * random() }
    : { signal, steps: 1 + Math.floor(9 * random()), wait: 120 * random() };

const stepsOf = ({ events }: Attempt): number[] =>
  events.flatMap(({ training, ...event }) =>
    event.kind === "report" && training.stage === undefined && event.report.kind === "step" ? [event.report.step] : [],
  );

/** Runs to the end, interrupted each time that `next` says; gives how many times that was. */
const interrupted = async (
  out: string,
  next: (count: number) => {
    readonly ending?: Ending;
    readonly env?: NodeJS.ProcessEnv;
    readonly after?: (attempt: Attempt) => void;
  },
): Promise<number> => {
  for (let count = 0; ; count += 1) {
    const { ending: how, env = {}, after } = next(count);
    const made = await attempt(command, { out, cache, env }, how);
    const steps = stepsOf(made);
    report(
      `  attempt ${count + 1}: steps ${steps[0] ?? "-"} to ${steps.at(-1) ?? "-"}, exit ` +
        `${made.code}${made.errors === "" ? "" : `, ${made.errors.split("\n")[0]}`}`,
    );
    after?.(made);
    if (made.code === 0) return count;
    if (how === undefined && after === undefined) throw new Error(`the last attempt failed: ${made.errors}`);
  }
};

const clocks = ["-30y", "+10y", "-400d", "+1h"] as const;
const faketime = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
].find((path) => existsSync(path));

const byClock = (count: number) => {
  if (faketime === undefined) throw new Error("clock: expected libfaketime.so.1, got none; apt-get install faketime");
  const env = { LD_PRELOAD: faketime, FAKETIME: clocks[count % clocks.length], FAKETIME_DONT_FAKE_MONOTONIC: "1" };
  return { env, ...(count < times ? { ending: ending("SIGKILL") } : {}) };
};

/**
 * The run is on a small file system; it is full at every start but the last, but for a part of what a checkpoint
 * takes.
 */
const byDisk = async (out: string): Promise<number> => {
  mkdirSync(out);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", out]);
  try {
    const filler = join(out, "filler");
    const fill = (): void => {
      const { bavail, bsize } = statfsSync(out);
      const left = 20_000 + Math.floor(random() * 400_000);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - left)));
    };
    const count = await interrupted(out, (n) => {
      rmSync(filler, { force: true });
      if (n >= times) return {};
      mkdirSync(join(out, "replay"), { recursive: true });
      fill();
      return { after: ({ code, errors }) => code !== 0 && !errors.includes("ENOSPC") && report(`    ! ${errors}`) };
    });
    const files = lastingFiles(out);
    compare("disk", files);
    return count;
  } finally {
    execFileSync("umount", [out]);
  }
};

let expected: Readonly<Record<string, Buffer>> = {};
const compare = (name: string, files: Readonly<Record<string, Buffer>>): void => {
  const different = Object.keys(expected).filter((file) => !files[file]!.equals(expected[file]!));
  if (different.length > 0)
    throw new Error(`${name}: ${different.join(", ")} differ from those of the run that was left alone`);
};

try {
  report("left alone");
  await interrupted(join(root, "whole"), () => ({}));
  expected = lastingFiles(join(root, "whole"));
  for (const name of positionals.length === 0 ? ["kill", "term", "disk", "clock"] : positionals) {
    report(`${name}`);
    const out = join(root, name);
    const plan = { kill: "SIGKILL", term: "SIGTERM" }[name];
    if (name === "disk") report(`disk: ${await byDisk(out)} interruptions, all bytes equal`);
    else {
      const next =
        name === "clock" ? byClock : (n: number) => (n < times ? { ending: ending(plan as NodeJS.Signals) } : {});
      const count = await interrupted(out, next);
      compare(name, lastingFiles(out));
      report(
        `${name}: ${count} interruptions, ${Object.keys(expected).join(", ")} equal; drafts left: ` +
          `${readdirSync(out, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".part")).length}`,
      );
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
