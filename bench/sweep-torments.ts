/**
 * What happens to a sweep in the bench sweep-chaos: processes of each executor that are killed, servers that are
 * restarted, tasks that are put back.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { testRedis } from "../test/fixtures/redis.ts";

/** Something bad that can happen at any moment. */
export interface Torment {
  readonly name: string;
  /** How often it happens, beside the others. */
  readonly weight: number;
  /** Does it; false where there is nothing to do it to. */
  act(): Promise<boolean>;
}

/** A sweep's executor, as a bench needs it. */
export interface Tormented {
  /** Further words of `retort sweep`. */
  readonly words: readonly string[];
  readonly torments: readonly Torment[];
  /** What happens once, when that part of the trials is done. */
  readonly once: readonly { readonly name: string; readonly after: number; act(): Promise<void> }[];
  /** Called again and again. */
  readonly tend: () => void;
  end(): Promise<void>;
}

/** Resolves with a process's exit code. */
export const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once("exit", (code) => resolve(code));
  });

/** Numbers of all processes that work on a trial of the sweep in this folder. */
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

/** One of them; `random` gives numbers in [0, 1). */
export const pick = <T>(all: readonly T[], random: () => number): T | undefined =>
  all[Math.floor(random() * all.length)];

const trialsOf = (out: string, random: () => number): Torment => ({
  name: "killed a trial",
  weight: 3,
  async act() {
    const pid = pick(trialProcesses(out), random);
    if (pid === undefined) return false;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
    return true;
  },
});

/** Processes of the driver's own. */
export const localTorments = (out: string, random: () => number): Tormented => ({
  words: [],
  torments: [trialsOf(out, random)],
  once: [],
  tend: () => undefined,
  end: async () => undefined,
});

/** A Redis, and three workers, of which the first is killed and started again. */
export const bullmqTorments = async (out: string, random: () => number, command: string): Promise<Tormented> => {
  const redis = await testRedis(true);
  const startWorker = (): ChildProcess =>
    spawn(process.execPath, [command, "worker", "--redis", redis.address.url, "--out", out, "--jobs", "1"], {
      stdio: "ignore",
    });
  const workers = [startWorker(), startWorker(), startWorker()];
  const restart = async (forgets: boolean): Promise<void> => {
    await redis.kill();
    if (forgets) redis.forget();
    await pause(2000);
    await redis.start();
  };
  return {
    words: ["--executor", "bullmq", "--redis", redis.address.url],
    torments: [
      trialsOf(out, random),
      {
        name: "killed a worker",
        weight: 3,
        async act() {
          workers[0]!.kill("SIGKILL");
          await ended(workers[0]!);
          workers[0] = startWorker();
          return true;
        },
      },
    ],
    once: [
      { name: "restarted Redis", after: 1 / 3, act: () => restart(false) },
      { name: "restarted Redis without its memory", after: 2 / 3, act: () => restart(true) },
    ],
    tend: () => undefined,
    async end() {
      for (const worker of workers) worker.kill("SIGTERM");
      await Promise.all(workers.map(ended));
      await redis.remove();
    },
  };
};

/** Tasks of this sweep's arrays in the queue, as `<array>_<index>`. */
const tasks = (out: string, state: string): string[] => {
  const { stdout } = spawnSync("squeue", ["--noheader", "--me", "--array", `--states=${state}`, "--format=%F_%K %o"], {
    encoding: "utf8",
  });
  return stdout.split("\n").flatMap((line) => {
    const [task, script] = line.split(" ");
    return task !== undefined && script?.startsWith(join(out, "")) === true ? [task] : [];
  });
};

/** A Slurm that answers. */
export const slurmTorments = (out: string, random: () => number): Tormented => ({
  words: ["--executor", "slurm", "--jobs", "2"],
  torments: [
    trialsOf(out, random),
    {
      name: "put back a task",
      weight: 2,
      async act() {
        const task = pick(tasks(out, "RUNNING"), random);
        return task !== undefined && spawnSync("scontrol", ["requeue", task]).status === 0;
      },
    },
  ],
  once: [],
  tend() {
    // Slurm lets what was put back wait for two minutes.
    for (const task of tasks(out, "PENDING").slice(0, 4))
      spawnSync("scontrol", ["update", `JobId=${task}`, "StartTime=now"]);
  },
  end: async () => undefined,
});
