/**
 * `npm run bench -- graphs [--works NAME,...] [--rounds 7] [--threads 2]`: an update and a draw of several sizes on ONNX
 * Runtime and on TensorFlow's graphs, by its executor and by XLA, in float32 and with products in bfloat16. Each way has
 * a process of its own; they take turns, one work after the other, and medians count. The first run, which compiles, is
 * shown beside. `--json` prints data.
 */
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { table } from "../src/cli/display/table.ts";
import { packageVersion } from "../src/runs/folder/package-version.ts";
import { ask, report, start } from "./contest.ts";
import { median } from "./median.ts";
import type { SamplingSizes, TrainingSizes } from "./work.ts";

/** One piece of work: an update of a learner, or a batch of completions. */
export type GraphWork =
  | { readonly kind: "update"; readonly sizes: TrainingSizes }
  | { readonly kind: "draw"; readonly sizes: SamplingSizes };

/** One way to run graphs. */
export interface GraphContestant {
  readonly label: string;
  readonly library: "onnx" | "tensorflow";
  readonly xla: boolean;
  readonly bfloat16: boolean;
  readonly threads: number;
  readonly works: Readonly<Record<string, GraphWork>>;
}

interface GraphTiming {
  readonly milliseconds: number;
  readonly check: number;
  /** Most memory that the process had, in bytes. */
  readonly peak: number;
}

const smollm2 = { layers: 10, width: 576, heads: 9, keyValueHeads: 3, vocabularySize: 49_152 };
const toy = { layers: 2, width: 64, heads: 4, vocabularySize: 258 };
const mini = { layers: 4, width: 128, heads: 4, vocabularySize: 4096 };

const all: Readonly<Record<string, GraphWork>> = {
  "toy update": { kind: "update", sizes: { ...toy, batch: 8, length: 32 } },
  "toy draw": { kind: "draw", sizes: { ...toy, batch: 8, promptLength: 8, newTokens: 32 } },
  "mini update": { kind: "update", sizes: { ...mini, batch: 8, length: 64 } },
  "mini draw": { kind: "draw", sizes: { ...mini, batch: 8, promptLength: 8, newTokens: 64 } },
  "4x256 update": { kind: "update", sizes: { layers: 4, width: 256, heads: 4, batch: 16, length: 64 } },
  "4x128 draw": {
    kind: "draw",
    sizes: { layers: 4, width: 128, heads: 4, batch: 32, promptLength: 8, newTokens: 64 },
  },
  "SmolLM2 update": { kind: "update", sizes: { ...smollm2, batch: 8, length: 96 } },
  "SmolLM2 draw": { kind: "draw", sizes: { ...smollm2, batch: 8, promptLength: 32, newTokens: 64 } },
};

const { values: flags } = parseArgs({
  options: {
    works: { type: "string" },
    rounds: { type: "string", default: "7" },
    threads: { type: "string", default: String(Math.min(2, availableParallelism())) },
    json: { type: "boolean", default: false },
  },
});
const threads = Number(flags.threads);
const names = flags.works?.split(",") ?? Object.keys(all);
for (const name of names)
  if (!Object.hasOwn(all, name))
    throw new RangeError(`graphs: expected works among ${Object.keys(all).join(", ")}, got ${name}`);

const ways = [
  { label: "onnx, 1 thread", library: "onnx", xla: false, bfloat16: false, threads: 1 },
  { label: `onnx, ${threads} threads`, library: "onnx", xla: false, bfloat16: false, threads },
  { label: "tensorflow, executor", library: "tensorflow", xla: false, bfloat16: false, threads },
  { label: "tensorflow, XLA", library: "tensorflow", xla: true, bfloat16: false, threads },
  { label: "bfloat16, executor", library: "tensorflow", xla: false, bfloat16: true, threads },
  { label: "bfloat16, XLA", library: "tensorflow", xla: true, bfloat16: true, threads },
] as const;

/** What one way did of one work. */
interface Result {
  readonly label: string;
  /** With compiling, in ms. */
  readonly first: number;
  readonly runs: readonly number[];
  readonly check: number;
  readonly peak: number;
}

/** One work: the processes live for it alone, so that peaks of memory are its own. */
const measure = async (name: string): Promise<Result[]> => {
  const children = ways.map((way) => ({
    label: way.label,
    child: start(new URL("graph-process.ts", import.meta.url), { ...way, works: all } satisfies GraphContestant),
    runs: [] as GraphTiming[],
  }));
  try {
    for (let round = 0; round <= Number(flags.rounds); round += 1) {
      for (const { label, child, runs } of children) {
        runs.push(await ask<GraphTiming>(child, name));
        report(`${name}  ${label}  ${runs.at(-1)!.milliseconds.toFixed(1)} ms${round === 0 ? " (first)" : ""}`);
      }
    }
  } finally {
    for (const { child } of children) child.kill();
  }
  return children.map(({ label, runs: [first, ...rest] }) => ({
    label,
    first: first!.milliseconds,
    runs: rest.map(({ milliseconds }) => milliseconds),
    check: first!.check,
    peak: Math.max(first!.peak, ...rest.map(({ peak }) => peak)),
  }));
};

const rowsOf = (name: string, results: readonly Result[]): (string | number)[][] => {
  const reference = median(results[1]!.runs);
  return results.map(({ label, first, runs, check, peak }, i) => [
    i === 0 ? name : "",
    label,
    median(runs).toPrecision(4),
    Math.min(...runs).toPrecision(4),
    `${(reference / median(runs)).toPrecision(3)}x`,
    (first / 1000).toPrecision(3),
    Math.round(peak / 2 ** 20),
    check.toPrecision(6),
  ]);
};

const results: Record<string, readonly Result[]> = {};
for (const name of names) results[name] = await measure(name);
const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}`;
if (flags.json) process.stdout.write(`${JSON.stringify({ machine, retort: packageVersion(), threads, results })}\n`);
else {
  process.stdout.write(
    `retort ${packageVersion()}, ${machine}\n\n${table(
      ["work", "how", "median ms", "least ms", `against onnx, ${threads}`, "first s", "peak MiB", "check"],
      Object.entries(results).flatMap(([name, each]) => rowsOf(name, each)),
    )}\n`,
  );
}
