/** Memory of whole runs: what `retort explain` says, against the peak of `retort run`. Of the package as built; Linux. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "../src/cli/display/table.ts";

const command = join(import.meta.dirname, "../dist/cli/retort.js");

const student = (layers: number, width: number): object => ({ type: "llama", layers, width, heads: width / 32 });

/** On-policy distillation from a teacher of the student's size. */
const experiment = (layers: number, width: number): object => ({
  question: "How much memory does it take?",
  task: { type: "arithmetic", numbers: [3, 4], range: [1, 9], train: 2000, test: 100 },
  stages: {
    teacher: {
      student: student(layers, width),
      objective: { type: "sft" },
      data: { onPolicyFraction: 0 },
      training: { steps: 1, batch: 8, optimizer: { type: "adamw", learningRate: 0.003 }, schedule: { warmup: 1 } },
      evaluation: { prompts: 8 },
    },
  },
  student: student(layers, width),
  teacher: { stage: "teacher" },
  objective: { type: "distillation", divergence: { type: "forward-kl" } },
  training: { steps: 3, batch: 64, optimizer: { type: "adamw", learningRate: 0.004 }, schedule: { warmup: 1 } },
  rollouts: { chunk: 64 },
  evaluation: { prompts: 64 },
});

/** Peak of resident memory of a process, in bytes, asked for until it ends. */
const peakOf = async (args: readonly string[], cwd: string): Promise<number> => {
  const child = spawn(process.execPath, [command, ...args], { cwd, stdio: ["ignore", "ignore", "inherit"] });
  let peak = 0;
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      peak = Math.max(peak, 1024 * Number(/VmHWM:\s+(\d+)/u.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  }, 20);
  const code = await new Promise((resolve) => child.on("exit", resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(`retort ${args.join(" ")} ended with ${String(code)}`);
  return peak;
};

const explained = (args: readonly string[], cwd: string): number => {
  const text = execFileSync(process.execPath, [command, "explain", ...args, "--json"], { cwd, encoding: "utf8" });
  const [run] = JSON.parse(text) as [{ trainings: { memory: { peak: number } }[] }];
  return run.trainings.at(-1)!.memory.peak;
};

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** Explained and measured, whole and in parts of a batch of 64, on an engine. */
export const runMemoryTable = async (engine: string): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "retort-memory-"));
  try {
    const rows: (string | number)[][] = [];
    for (const [layers, width] of [
      [2, 64],
      [6, 256],
    ] as const) {
      const file = `${layers}x${width}.json`;
      writeFileSync(join(folder, file), JSON.stringify(experiment(layers, width)));
      // The stage is made by a run of its own, whose peak is not the run's.
      await peakOf(["run", file, "--quiet", "--out", "first", `/engine=${engine}`, "/training/batch=8"], folder);
      for (const rowsOfPart of [64, 16, 4]) {
        const args = [file, `/engine=${engine}`, `/training/microBatch=${rowsOfPart}`];
        const [said, peak] = [explained(args, folder), await peakOf(["run", ...args, "--quiet"], folder)];
        rows.push([
          `${layers}x${width}`,
          engine,
          rowsOfPart,
          mebibytes(said),
          mebibytes(peak),
          (said / peak).toFixed(2),
        ]);
      }
    }
    return table(["policy", "engine", "rows of a part", "explained MiB", "measured MiB", "ratio"], rows);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
