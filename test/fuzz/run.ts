/** Starts a process that reads mutated files, and watches it: what hangs is ended, what crashes is told. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Findings } from "./child.ts";

/** What is to be read. */
export interface Fuzzing {
  /** URL of a module that exports `readers`. */
  readonly module: string;
  readonly reader: string;
  readonly seed: number;
  /** Number of the first mutation; with the seed it makes the file. */
  readonly first: number;
  readonly count: number;
  /** Milliseconds after which one file counts as hanging. */
  readonly patience: number;
  /** What Node.js runs: `child.ts`, or what it was compiled to. Default: `child.ts` through tsx. */
  readonly child?: readonly string[];
}

/** Most memory of JavaScript's objects in the process, in MiB: what needs more crashes it. */
const heap = 512;

const throughTsx = ["--import", "tsx", join(import.meta.dirname, "child.ts")];

/** Reads all files. `Error` names the mutation at which the process hung or crashed. */
export const fuzz = async ({ module, reader, seed, first, count, patience, child: program = throughTsx }: Fuzzing): Promise<Findings> => {
  const folder = await mkdtemp(join(tmpdir(), "retort-fuzz-"));
  const progress = join(folder, "progress");
  const at = (): Promise<string> =>
    readFile(progress, "utf8").then(
      (text) => text.trim(),
      () => "",
    );
  try {
    const child = spawn(
      process.execPath,
      [`--max-old-space-size=${heap}`, ...program, module, reader, ...[seed, first, count].map(String), progress],
      // What a process leaves that was ended goes with the folder.
      { stdio: ["ignore", "pipe", "pipe"], cwd: join(import.meta.dirname, "../.."), env: { ...process.env, TMPDIR: folder } },
    );
    let [output, errors, seen, isHanging] = ["", "", "", false];
    child.stdout.on("data", (data: Buffer) => {
      output += String(data);
    });
    child.stderr.on("data", (data: Buffer) => {
      errors += String(data).slice(0, 10_000);
    });
    const watch = setInterval(() => {
      void at().then((now) => {
        if (now !== "" && now === seen) isHanging = child.kill("SIGKILL");
        seen = now;
      });
    }, patience);
    const code = await new Promise<number | null>((resolve) => {
      child.on("close", resolve);
    });
    clearInterval(watch);
    const which = `reader ${reader}, seed ${seed}, mutation ${await at()}`;
    if (isHanging) throw new Error(`${which}: expected to be done in ${patience} ms, and it was not`);
    if (code !== 0) throw new Error(`${which}: the process crashed with ${code}: ${errors.slice(-2000)}`);
    return JSON.parse(output.trim().split("\n").at(-1)!) as Findings;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
