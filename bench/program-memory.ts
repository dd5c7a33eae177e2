/**
 * Memory of programs: what `retort inspect` says that sampling, scoring and training take, against the peak that a
 * process of its own has; then whole runs, as `retort explain` says. `npm run bench -- program-memory`, after
 * `npm run build`, `-- tensorflow` for whole runs on that engine alone; Linux.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { table } from "../src/cli/display/table.ts";
import { parameterCount } from "../src/policies/initialize.ts";
import { runMemoryTable } from "./program-memory-run.ts";
import { policyOf, type MemorySizes } from "./program-memory-work.ts";

/** Small and wide vocabularies, long and short sequences; the last one is SmolLM2-135M. */
const cases: readonly MemorySizes[] = [
  { layers: 4, width: 256, heads: 4, vocabularySize: 512, batch: 16, length: 64 },
  { layers: 8, width: 256, heads: 8, vocabularySize: 4096, batch: 4, length: 256 },
  { layers: 4, width: 512, heads: 8, vocabularySize: 8192, batch: 8, length: 256 },
  { layers: 2, width: 256, heads: 8, vocabularySize: 2048, batch: 2, length: 1024 },
  { layers: 30, width: 576, heads: 9, keyValueHeads: 3, hidden: 1536, vocabularySize: 49_152, batch: 1, length: 256 },
];

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

const measure = (use: string, sizes: MemorySizes): readonly (string | number)[] => {
  const child = spawnSync(
    process.execPath,
    [
      "--expose-gc",
      "--import",
      "tsx",
      join(import.meta.dirname, "program-memory-process.ts"),
      use,
      JSON.stringify(sizes),
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  if (child.status !== 0) throw new Error(`the process ended with ${child.status ?? child.signal}`);
  const { estimate, measured } = JSON.parse(child.stdout) as {
    estimate: { inputs: number; running: number };
    measured: number;
  };
  const estimated = estimate.inputs + estimate.running;
  const { layers, width, vocabularySize, batch, length } = sizes;
  const error = `${((estimated / measured - 1) * 100).toFixed(0)}%`;
  const policy = `${layers}x${width}, V ${vocabularySize}, ${(parameterCount(policyOf(sizes)) / 1e6).toFixed(1)}M`;
  return [
    policy,
    `${batch}x${length}`,
    use,
    mebibytes(estimate.inputs),
    mebibytes(estimated),
    mebibytes(measured),
    error,
  ];
};

const engine = process.argv[2];
if (engine === undefined) {
  const rows = cases.flatMap((sizes) => ["sampling", "scoring", "training"].map((use) => measure(use, sizes)));
  const heads = ["policy", "batch", "use", "inputs MiB", "estimated MiB", "measured MiB", "error"];
  process.stdout.write(`${table(heads, rows)}\n\n`);
}
process.stdout.write(`${await runMemoryTable(engine ?? "onnx")}\n`);
