/** What `npm run bench -- graphs` shows: a table for the terminal, and the page docs/results/engines.md. */
import { table } from "../src/cli/display/table.ts";
import type { Machine } from "./machine.ts";
import { figure, markdownTable, withConclusions } from "./markdown.ts";
import { median } from "./median.ts";

/** What one way did of one work. */
export interface Result {
  readonly label: string;
  /** With compiling, in ms. */
  readonly first: number;
  /** The later runs, in ms. */
  readonly runs: readonly number[];
  /** A number that does not depend on the engine, of those with the same initial weights. */
  readonly check: number;
  /** Most memory of its process, in bytes. */
  readonly peak: number;
}

type Results = Readonly<Record<string, readonly Result[]>>;

/** The way that the others are compared with. */
const reference = "ONNX";

const timeOf = ({ runs }: Result): number => median(runs);

const ratioText = (results: readonly Result[], own: Result): string => {
  const base = results.find(({ label }) => label === reference);
  return base === undefined ? "-" : `${(timeOf(base) / timeOf(own)).toFixed(2)}x`;
};

/** One line for each work and way. */
export const summary = ({ processor, cores, versions }: Machine, results: Results): string => {
  const rows = Object.entries(results).flatMap(([name, ways]) =>
    ways.map((way, i) => [
      i === 0 ? name : "",
      way.label,
      timeOf(way).toPrecision(4),
      Math.min(...way.runs).toPrecision(4),
      ratioText(ways, way),
      (way.first / 1000).toPrecision(3),
      Math.round(way.peak / 2 ** 20),
      way.check.toPrecision(6),
    ]),
  );
  const heads = ["work", "how", "median ms", "least ms", `against ${reference}`, "first s", "peak MiB", "check"];
  return `${versions.join(", ")}; ${processor}, ${cores} cores\n\n${table(heads, rows)}\n`;
};

/** A table with a row for each work and a column for each way. */
const tableOf = (results: Results, cell: (ways: readonly Result[], way: Result) => string): string => {
  const labels = [...new Set(Object.values(results).flatMap((ways) => ways.map(({ label }) => label)))];
  const rows = Object.entries(results).map(([name, ways]) => [
    name,
    ...labels.map((label) => {
      const way = ways.find((each) => each.label === label);
      return way === undefined ? "-" : cell(ways, way);
    }),
  ]);
  return markdownTable(["work", ...labels], rows);
};

/** The page: what was measured, before what an earlier version of the page says below `## What follows`. */
export const page = (machine: Machine, results: Results, earlier: string): string => {
  const { processor, instructions, cores, threads, rounds, date, versions } = machine;
  const measured = `# Speed of the compiled engines

After this page you know how long an update, a draw and a teacher's scores take on each compiled engine, and beside PyTorch.

Written by \`npm run bench -- graphs --python PYTHON --write\` in one run, ${date}: ${processor}, ${cores} cores (${instructions.join(", ")});
${versions.join(", ")}. Each way has a process of its own with ${threads} threads, unless its column says otherwise. The processes take turns.
Milliseconds are medians of ${rounds} runs after the first; in brackets, how many times as fast as ONNX Runtime.

${tableOf(results, (ways, way) => `${figure(timeOf(way))} (${ratioText(ways, way)})`)}

- toy: vocabulary of 258, student 2x64, teacher 4x128, 8 sequences of 32 tokens. mini: 4,096, 4x128, 6x256, 8 of 64.
- 4x128 draw: 32 sequences of 64 new tokens, vocabulary of 512. 4x256 update: 16 sequences of 64 tokens, 512.
- SmolLM2: 49,152, student 10x576 (ten of its layers), teacher 30x576, 8 sequences: 64 new tokens after 32 (draw), 64 (teacher), 96 (update).
- An update is forward KL to a teacher's log-probs over the whole vocabulary, its gradient, clipping and AdamW. A draw has a cache of keys and values.
- PyTorch: the same decoder in plain PyTorch with fused attention and fused AdamW (\`bench/graphs-torch.py\`); in bfloat16 under autocast.

The spread: least to most, in ms.

${tableOf(results, (_, { runs }) => `${figure(Math.min(...runs))} to ${figure(Math.max(...runs))}`)}

The first run, which compiles, in seconds, with making the weights and, of PyTorch, without starting Python.

${tableOf(results, (_, { first }) => (first / 1000).toPrecision(2))}

Peak memory of the process, in MiB.

${tableOf(results, (_, { peak }) => String(Math.round(peak / 2 ** 20)))}`;
  return withConclusions(measured, earlier);
};
