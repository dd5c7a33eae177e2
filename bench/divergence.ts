/**
 * `npm run bench -- divergence`: time and memory of JSD(0.5) and its gradient at the vocabulary of GPT-2, in closed
 * form and as a dense expression of TensorFlow.js. Each contestant has a process of its own; they take turns, and the
 * median counts. `--json` prints data.
 */
import { availableParallelism, cpus } from "node:os";
import { inspectEngines } from "../src/engine/inspect.ts";
import { median } from "./median.ts";
import { packageVersion } from "../src/runs/folder/package-version.ts";
import { table } from "../src/cli/display/table.ts";
import { report, start } from "./contest.ts";
import { size, type DivergenceContestant, type DivergenceRun } from "./divergence-work.ts";

interface Measured {
  readonly label: string;
  /** Milliseconds of each run after the first. */
  readonly times: readonly number[];
  /** Mebibytes above the inputs: of the first run, and of all. */
  readonly first: number;
  readonly all: number;
  readonly check: readonly number[];
}

const rounds = 7;

const contestants: readonly DivergenceContestant[] = [
  ...[1, Math.min(2, availableParallelism())].flatMap((threads, i, all): DivergenceContestant[] => {
    if (threads === all[i - 1]) return [];
    const count = `onnx, ${threads} ${threads === 1 ? "thread" : "threads"}`;
    return (["closed form", "whole", "dense"] as const).map((form) => ({
      label: `${form === "whole" ? "closed form, one chunk" : form}, ${count}`,
      engine: "onnx",
      threads,
      form,
    }));
  }),
  { label: "closed form, wasm as shipped", engine: "wasm", threads: 1, form: "closed form" },
  { label: "dense, wasm as shipped", engine: "wasm", threads: 1, form: "dense" },
];

/** The first run of each, in a process that no other one disturbs; then rounds in which they take turns. */
const measure = async (): Promise<Measured[]> => {
  const children = contestants.map((contestant) =>
    start(new URL("./divergence-process.ts", import.meta.url), contestant),
  );
  try {
    const firsts: DivergenceRun[] = [];
    for (const [i, child] of children.entries()) {
      firsts.push(await child.ask<DivergenceRun>("run"));
      report(
        `${contestants[i]!.label}: first run ${firsts[i]!.milliseconds.toFixed(0)} ms, ` +
          `${firsts[i]!.peak.toFixed(0)} MiB`,
      );
    }
    const runs: DivergenceRun[][] = children.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [i, child] of children.entries())
        runs[i]!.push(await child.ask<DivergenceRun>(round === rounds - 1 ? "check" : "run"));
      report(
        `round ${round + 1} of ${rounds}: ${runs.map((each) => each[round]!.milliseconds.toFixed(0)).join(", ")} ms`,
      );
    }
    return contestants.map(({ label }, i) => ({
      label,
      times: runs[i]!.map(({ milliseconds }) => milliseconds),
      first: firsts[i]!.peak,
      all: runs[i]!.at(-1)!.peak,
      check: runs[i]!.at(-1)!.check,
    }));
  } finally {
    for (const child of children) child.kill();
  }
};

/** All of them computed the same, or the numbers mean nothing. */
const checkEqual = (measured: readonly Measured[]): void => {
  const [expected] = measured;
  for (const { label, check } of measured) {
    for (const [i, value] of check.entries()) {
      const reference = expected!.check[i]!;
      if (Math.abs(value - reference) > 1e-4 * Math.abs(reference)) {
        throw new Error(
          `${label} computed ${check.join(", ")} where ${expected!.label} computed ${expected!.check.join(", ")}`,
        );
      }
    }
  }
};

const results = await measure();
checkEqual(results);
const engines = (await inspectEngines()).filter(({ name, found }) => found && (name === "onnx" || name === "wasm"));
const machine = {
  processor: cpus()[0]?.model.trim(),
  cores: availableParallelism(),
  node: process.version,
  retort: packageVersion(),
};
const versions = engines.map(({ version }) => version);
if (process.argv.includes("--json")) {
  process.stdout.write(`${JSON.stringify({ machine, versions, size, results }, null, 2)}\n`);
} else {
  const reference = results.at(-1)!;
  const ratio = (of: number, own: number): string => `${(of / own).toPrecision(3)}x`;
  process.stdout.write(
    [
      `retort ${machine.retort}, Node ${machine.node}, ${machine.processor}, ${machine.cores} cores`,
      versions.join(", "),
      "",
      `JSD(0.5) and its gradient, ${size.tokens} tokens, vocabulary ${size.vocabulary}; MiB are resident ` +
        "memory above the two inputs",
      table(
        ["form", "ms", "faster than dense on wasm", "peak MiB, first run", "of dense on wasm", "peak MiB, all runs"],
        results.map(({ label, times, first, all }) => [
          label,
          median(times).toFixed(0),
          ratio(median(reference.times), median(times)),
          first.toFixed(0),
          (first / reference.first).toFixed(2),
          all.toFixed(0),
        ]),
      ),
      "",
    ].join("\n"),
  );
}
