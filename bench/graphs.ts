/**
 * `npm run bench -- graphs [--works NAME,...] [--rounds 7] [--threads 2] [--python PYTHON] [--write]`: an update, a
 * draw and a teacher's scores of several sizes on ONNX Runtime, on TensorFlow's graphs by its executor and by XLA, and
 * with products in bfloat16. `--python` names a Python that has torch: the same works in plain PyTorch, eager and
 * compiled, beside them. Each way has a process of its own; they take turns, one work after the other, and medians
 * count. `--json` prints data, and `--write` writes docs/results/engines.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { report, start, startPython, type Contender } from "./contest.ts";
import { page, summary, type Result } from "./graphs-page.ts";
import { machineHere } from "./machine.ts";
import type { SamplingSizes, TrainingSizes } from "../src/training/speed/work.ts";

/** One piece of work: an update of a learner, a teacher's scores, or a batch of completions. */
export type GraphWork =
  | { readonly kind: "update" | "score"; readonly sizes: TrainingSizes }
  | { readonly kind: "draw"; readonly sizes: SamplingSizes };

/** One way to run graphs. */
export interface GraphContestant {
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
  /** PyTorch's. */
  readonly version?: string;
}

const toy = { layers: 2, width: 64, heads: 4, vocabularySize: 258 };
const toyTeacher = { layers: 4, width: 128, heads: 4, vocabularySize: 258 };
const mini = { layers: 4, width: 128, heads: 4, vocabularySize: 4096 };
const miniTeacher = { layers: 6, width: 256, heads: 4, vocabularySize: 4096 };
const smollm2 = { layers: 10, width: 576, heads: 9, keyValueHeads: 3, vocabularySize: 49_152 };
const step = { layers: 4, width: 256, heads: 4 };
const small = { layers: 4, width: 128, heads: 4 };

const all: Readonly<Record<string, GraphWork>> = {
  "toy draw": { kind: "draw", sizes: { ...toy, batch: 8, promptLength: 8, newTokens: 32 } },
  "toy teacher": { kind: "score", sizes: { ...toyTeacher, batch: 8, length: 32 } },
  "toy update": { kind: "update", sizes: { ...toy, batch: 8, length: 32 } },
  "mini draw": { kind: "draw", sizes: { ...mini, batch: 8, promptLength: 8, newTokens: 64 } },
  "mini teacher": { kind: "score", sizes: { ...miniTeacher, batch: 8, length: 64 } },
  "mini update": { kind: "update", sizes: { ...mini, batch: 8, length: 64 } },
  "4x128 draw": { kind: "draw", sizes: { ...small, batch: 32, promptLength: 8, newTokens: 64 } },
  "4x256 update": { kind: "update", sizes: { ...step, batch: 16, length: 64 } },
  "SmolLM2 draw": { kind: "draw", sizes: { ...smollm2, batch: 8, promptLength: 32, newTokens: 64 } },
  "SmolLM2 teacher": { kind: "score", sizes: { ...smollm2, layers: 30, batch: 8, length: 64 } },
  "SmolLM2 update": { kind: "update", sizes: { ...smollm2, batch: 8, length: 96 } },
};

const { values: flags } = parseArgs({
  options: {
    works: { type: "string" },
    rounds: { type: "string", default: "7" },
    threads: { type: "string", default: String(Math.min(2, availableParallelism())) },
    python: { type: "string" },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const threads = Number(flags.threads);
const names = flags.works?.split(",") ?? Object.keys(all);
for (const name of names)
  if (!Object.hasOwn(all, name))
    throw new RangeError(`graphs: expected works among ${Object.keys(all).join(", ")}, got ${name}`);

if (flags.write && (flags.works !== undefined || flags.python === undefined))
  throw new RangeError("graphs: expected --python PYTHON and no --works with --write: the page has all of them");

interface Way {
  readonly label: string;
  readonly start: () => Contender;
}

const graphWay = (label: string, how: Omit<GraphContestant, "works">): Way => ({
  label,
  start: () => start(new URL("graph-process.ts", import.meta.url), { ...how, works: all } satisfies GraphContestant),
});

const torchWay = (label: string, how: { readonly compiled: boolean; readonly bfloat16: boolean }): Way => ({
  label,
  start: () => startPython(flags.python!, new URL("graphs-torch.py", import.meta.url), { ...how, threads, works: all }),
});

const plain = { library: "onnx", xla: false, bfloat16: false, threads } as const;
const ways: readonly Way[] = [
  graphWay("ONNX, 1 thread", { ...plain, threads: 1 }),
  graphWay("ONNX", plain),
  graphWay("executor", { ...plain, library: "tensorflow" }),
  graphWay("XLA", { ...plain, library: "tensorflow", xla: true }),
  graphWay("XLA, bfloat16", { ...plain, library: "tensorflow", xla: true, bfloat16: true }),
  ...(flags.python === undefined
    ? []
    : [
        torchWay("PyTorch", { compiled: false, bfloat16: false }),
        torchWay("PyTorch, compiled", { compiled: true, bfloat16: false }),
        torchWay("PyTorch, compiled, bfloat16", { compiled: true, bfloat16: true }),
      ]),
];

let torch: string | undefined;

/** One work: the processes live for it alone, so that peaks of memory are its own. */
const measure = async (name: string): Promise<Result[]> => {
  const contestants = ways.map(({ label, start }) => ({ label, contender: start(), runs: [] as GraphTiming[] }));
  try {
    for (let round = 0; round <= Number(flags.rounds); round += 1) {
      for (const { label, contender, runs } of contestants) {
        const timing = await contender.ask<GraphTiming>(name);
        runs.push(timing);
        torch = timing.version ?? torch;
        report(`${name}  ${label}  ${timing.milliseconds.toFixed(1)} ms${round === 0 ? " (first)" : ""}`);
      }
    }
  } finally {
    for (const { contender } of contestants) contender.kill();
  }
  return contestants.map(({ label, runs: [first, ...rest] }) => ({
    label,
    first: first!.milliseconds,
    runs: rest.map(({ milliseconds }) => milliseconds),
    check: first!.check,
    peak: Math.max(first!.peak, ...rest.map(({ peak }) => peak)),
  }));
};

const results: Record<string, readonly Result[]> = {};
for (const name of names) results[name] = await measure(name);
const machine = machineHere(threads, Number(flags.rounds), torch === undefined ? [] : [`PyTorch ${torch}`]);
process.stdout.write(flags.json ? `${JSON.stringify({ machine, results })}\n` : summary(machine, results));
if (flags.write) {
  const file = new URL("../docs/results/engines.md", import.meta.url);
  writeFileSync(file, page(machine, results, readFileSync(file, "utf8")));
}
