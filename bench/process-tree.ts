/** A command whose processes are watched: its output, how long it took, and the most memory that all of them had. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** What became of a command that ended well. */
export interface Ended {
  /** What it wrote to its output. */
  readonly output: string;
  /** From its start to its end, in ms. */
  readonly wall: number;
  /** Most resident memory of it and all its descendants at one time, in bytes. */
  readonly peak: number;
}

/** How a command is run. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Cores that it may use. */
  readonly cores: number;
}

const sampledEvery = 50;
/** Samples after which descendants are looked for again: that costs more than reading their memory. */
const lookedForEvery = 5;

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended in between.
    return "";
  }
};

const childrenOf = (id: number): readonly number[] => {
  const folder = `/proc/${id}/task`;
  try {
    return readdirSync(folder).flatMap((thread) =>
      read(`${folder}/${thread}/children`)
        .split(" ")
        .filter((text) => text !== "")
        .map(Number),
    );
  } catch {
    return [];
  }
};

const treeOf = (id: number): readonly number[] => [id, ...childrenOf(id).flatMap(treeOf)];

/** Bytes; 0 of a process that has ended. */
const residentOf = (id: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+) kB/mu.exec(read(`/proc/${id}/status`))?.[1] ?? 0);

/** Watches the memory of a process and its descendants until it is stopped, which gives the most of it in bytes. */
const watch = (id: number): (() => number) => {
  let [most, samples] = [0, 0];
  let tree = treeOf(id);
  const timer = setInterval(() => {
    if (samples % lookedForEvery === 0) tree = treeOf(id);
    samples += 1;
    most = Math.max(
      most,
      tree.reduce((sum, each) => sum + residentOf(each), 0),
    );
  }, sampledEvery);
  return () => {
    clearInterval(timer);
    return most;
  };
};

/** The numbers of the cores that this process may use, as `0-1,4` says it. */
const allowedCores = (): readonly number[] => {
  const text = /^Cpus_allowed_list:\s+(\S+)/mu.exec(read("/proc/self/status"))?.[1] ?? "0";
  return text.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i);
  });
};

/** Who asks how many cores there are must hear of those alone that it is to use. */
const onCores = (cores: number, command: readonly string[]): readonly string[] =>
  availableParallelism() <= cores
    ? command
    : ["taskset", "--cpu-list", allowedCores().slice(0, cores).join(","), ...command];

/** The end of what a failed command said. */
const lastLines = (text: string): string => text.trim().split("\n").slice(-12).join("\n");

/**
 * Runs a command to its end. Linux, for `/proc`. `Error` with the last lines of what it said when it cannot be started,
 * or ends with another status than 0.
 */
export const runTree = (command: readonly string[], { env = {}, cores }: CommandOptions): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const [file, ...parameters] = onCores(cores, command);
    const begun = performance.now();
    const child = spawn(file!, parameters, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    const [output, complaints]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (data: Buffer) => output.push(data));
    child.stderr.on("data", (data: Buffer) => complaints.push(data));
    const stop = child.pid === undefined ? () => 0 : watch(child.pid);
    child.once("error", ({ message }) => {
      stop();
      reject(new Error(`${file}: ${message}`));
    });
    child.once("close", (code, signal) => {
      const peak = stop();
      const wall = performance.now() - begun;
      const text = Buffer.concat(output).toString();
      if (code === 0) resolve({ output: text, wall, peak });
      else {
        const said = lastLines(`${text}\n${Buffer.concat(complaints).toString()}`);
        reject(new Error(`${command.slice(0, 3).join(" ")} ended with ${code ?? signal}:\n${said}`));
      }
    });
  });
