/**
 * `npm run bench`: the time of one training step and of sampling on every engine of this machine, and the ratios
 * between them. Each engine has a process of its own; the engines take turns, and the median counts. `--json` prints
 * data.
 */
import { availableParallelism, cpus } from "node:os";
import { inspectEngines, type InspectedEngine } from "../src/engine/inspect.ts";
import { median } from "./median.ts";
import { packageVersion } from "../src/runs/folder/package-version.ts";
import { table } from "../src/cli/display/table.ts";
import { report, start, type Contender } from "./contest.ts";
import type { Timing } from "./engine-process.ts";
import { sampling, training } from "../src/training/speed/work.ts";
import { parameters, type Contestant, type WorkName } from "./work.ts";

interface Measured {
  readonly label: string;
  /** Each run, in milliseconds. */
  readonly runs: readonly number[];
  readonly median: number;
  readonly check: number;
}

/** Milliseconds: a run that takes longer than this is measured once, warm-up or not. */
const slow = 5_000;
/** Milliseconds of runs after which a contestant is done. */
const enough = 8_000;
const rounds = 7;

const contestantsOf = (engines: readonly InspectedEngine[]): Contestant[] =>
  engines
    .filter(({ found }) => found)
    .flatMap(({ name }) => {
      const plain = { label: name, engine: name, threads: 1, shipped: false };
      if (name === "onnx") {
        const more = Math.min(2, availableParallelism());
        const threads = Array.from({ length: more }, (_, i) => i + 1);
        return threads.map((count) => ({
          ...plain,
          threads: count,
          label: `onnx, ${count} ${count === 1 ? "thread" : "threads"}`,
        }));
      }
      return name === "wasm" ? [plain, { ...plain, label: "wasm as shipped", shipped: true }] : [plain];
    });

/** Runs every contestant in turn; the first run of a fast one is its warm-up. */
const measure = async (work: WorkName, children: ReadonlyMap<string, Contender>): Promise<Measured[]> => {
  const runs = new Map<string, number[]>();
  const checks = new Map<string, number>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [label, child] of children) {
      const known = runs.get(label);
      if (known !== undefined && known.reduce((sum, each) => sum + each, 0) > (known[0]! > slow ? slow : enough))
        continue;
      const { milliseconds, check } = await child.ask<Timing>(work);
      checks.set(label, check);
      runs.set(label, round === 0 && milliseconds <= slow ? [] : [...(known ?? []), milliseconds]);
      report(
        `${work}  ${label}  ${milliseconds.toFixed(1)} ms${round === 0 && milliseconds <= slow ? " (warm-up)" : ""}`,
      );
    }
  }
  return [...runs].map(([label, times]) => ({ label, runs: times, median: median(times), check: checks.get(label)! }));
};

/** All engines computed the same, or the times mean nothing. */
const checkEqual = (work: WorkName, measured: readonly Measured[]): void => {
  const expected = measured[0]!.check;
  for (const { label, check } of measured) {
    if (Math.abs(check - expected) > 1e-3 * Math.abs(expected)) {
      throw new Error(`${work}: ${label} computed ${check} where ${measured[0]!.label} computed ${expected}`);
    }
  }
};

const ratio = (reference: Measured | undefined, { median: own }: Measured): string =>
  reference === undefined ? "-" : `${(reference.median / own).toPrecision(3)}x`;

const tokensOf: Readonly<Record<WorkName, number>> = {
  training: training.batch * training.length,
  sampling: sampling.batch * sampling.newTokens,
};

const workTable = (work: WorkName, measured: readonly Measured[]): string => {
  const find = (label: string): Measured | undefined => measured.find((each) => each.label === label);
  const [shipped, wasm] = [find("wasm as shipped"), find("wasm")];
  return table(
    ["engine", "ms", "tokens/s", "against wasm as shipped", "against wasm", "runs"],
    measured
      .toSorted((a, b) => a.median - b.median)
      .map((each) => [
        each.label,
        each.median.toPrecision(4),
        Math.round((1000 * tokensOf[work]) / each.median),
        ratio(shipped, each),
        ratio(wasm, each),
        each.runs.length,
      ]),
  );
};

const main = async (): Promise<void> => {
  report("looking for engines");
  const engines = await inspectEngines();
  const children = new Map(
    contestantsOf(engines).map((contestant) => [
      contestant.label,
      start(new URL("./engine-process.ts", import.meta.url), contestant),
    ]),
  );
  try {
    const results = { training: await measure("training", children), sampling: await measure("sampling", children) };
    for (const work of ["training", "sampling"] as const) checkEqual(work, results[work]);
    const machine = {
      processor: cpus()[0]?.model.trim(),
      cores: availableParallelism(),
      node: process.version,
      retort: packageVersion(),
    };
    const versions = engines.filter(({ found }) => found).map(({ version }) => version);
    if (process.argv.includes("--json")) {
      process.stdout.write(
        `${JSON.stringify({ machine, versions, work: { training, sampling, parameters }, results }, null, 2)}\n`,
      );
      return;
    }
    const { batch, length, layers, width } = training;
    process.stdout.write(
      [
        `retort ${machine.retort}, Node ${machine.node}, ${machine.processor}, ${machine.cores} cores`,
        versions.join(", "),
        "",
        `One training step: decoder ${layers} x ${width} (${parameters.training} parameters), batch ${batch} ` +
          `x ${length}, vocabulary 512; forward, backward, AdamW`,
        workTable("training", results.training),
        "",
        `Sampling: decoder ${sampling.layers} x ${sampling.width} (${parameters.sampling} parameters), batch ` +
          `${sampling.batch}, ${sampling.newTokens} new tokens, vocabulary 512`,
        workTable("sampling", results.sampling),
        "",
      ].join("\n"),
    );
  } finally {
    for (const child of children.values()) child.kill();
  }
};

await main();
