/** `retort doctor`: which engines this machine has, which one runs, and why the others do not. */
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import type { Command } from "commander";
import { instructionSets } from "../../engine/instruction-sets.ts";
import { inspectEngines, type InspectedEngine } from "../../engine/inspect.ts";
import { packageVersion } from "../../runs/folder/package-version.ts";
import { measureEngines, type EngineSpeed } from "../../training/speed/engine-speed.ts";
import { table } from "../display/table.ts";
import type { Terminal } from "../display/terminal.ts";

/** What the command reports; `--json` prints it as it is. */
export interface Diagnosis {
  readonly retort: string;
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  /** Instructions that decide how fast it multiplies, as Linux names them; none where the system does not say. */
  readonly instructions: readonly string[];
  readonly cores: number;
  /** Bytes. */
  readonly memory: { readonly total: number; readonly free: number };
  readonly engines: readonly InspectedEngine[];
  /** Of the compiled engines; only with `--speed`. */
  readonly speeds?: readonly EngineSpeed[];
}

const diagnose = async (): Promise<Diagnosis> => ({
  retort: packageVersion(),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  processor: cpus()[0]?.model.trim() ?? "unknown processor",
  instructions: instructionSets(),
  cores: availableParallelism(),
  memory: { total: totalmem(), free: freemem() },
  engines: await inspectEngines(),
});

/** Threads that are measured with: those of a run that does nothing else, up to four. */
const threads = Math.min(4, availableParallelism());

const withSpeeds = async (diagnosis: Diagnosis): Promise<Diagnosis> => {
  const found = diagnosis.engines.filter(({ found }) => found).map(({ name }) => name);
  return { ...diagnosis, speeds: await measureEngines(found, threads) };
};

const speedLines = (speeds: readonly EngineSpeed[]): string[] => {
  const [reference] = speeds;
  const cell = (own: number, base: number | undefined): string =>
    `${own.toPrecision(3)}${base === undefined || base === own ? "" : ` (${(base / own).toFixed(2)}x)`}`;
  const fastest = speeds
    .filter(({ engine }) => engine !== "tensorflow-bfloat16")
    .toSorted((a, b) => a.update + a.draw - b.update - b.draw)[0];
  return [
    table(
      ["engine", "update, ms", "draw, ms"],
      speeds.map(({ engine, update, draw }) => [
        engine === "tensorflow-bfloat16" ? 'tensorflow, "precision": "bfloat16"' : engine,
        cell(update, reference?.update),
        cell(draw, reference?.draw),
      ]),
    ),
    `${fastest?.engine} is the fastest in float32 here: an update of 4 layers of width 256, 16 x 64 tokens, a draw of`,
    `4 layers of width 128, 32 x 64 tokens; medians of 5, ${threads} threads. Other sizes: docs/results/engines.md`,
    "",
  ];
};

const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);

/** The text that a person reads: the machine, a table of the engines, and one line of reason for each. */
export const diagnosisText = (diagnosis: Diagnosis): string => {
  const { retort, node, platform, processor, instructions, cores, memory, engines, speeds } = diagnosis;
  const state = ({ found, chosen }: InspectedEngine): string => (chosen ? "chosen" : found ? "found" : "not there");
  const width = Math.max(...engines.map(({ name }) => name.length));
  return [
    `retort ${retort}, Node ${node}, ${platform}`,
    `${processor}, ${cores} ${cores === 1 ? "core" : "cores"}, ${gibibytes(memory.total)} GiB of memory, ` +
      `${gibibytes(memory.free)} free`,
    ...(instructions.length === 0 ? [] : [`instructions: ${instructions.join(", ")}`]),
    "",
    table(
      ["engine", "state", "runs on", "package"],
      engines.map((engine) => [engine.name, state(engine), engine.device, engine.version]),
    ),
    "",
    ...engines.map(({ name, reason }) => `${name.padEnd(width)}  ${reason}`),
    "",
    ...(speeds === undefined
      ? ["retort doctor --speed measures which compiled engine is the fastest here", ""]
      : speedLines(speeds)),
  ].join("\n");
};

/** Adds description, arguments, options and action to the command. */
export const addDoctor = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Tries every engine, each in a process of its own, and says which one runs, and why the others do not.",
    )
    .option("--json", "print it as JSON")
    .option("--speed", "also measure the compiled engines, which takes half a minute")
    .addHelpText("after", "\nExamples:\n  retort doctor --speed\n  retort doctor --json")
    .action(async ({ json = false, speed = false }: { json?: boolean; speed?: boolean }) => {
      const tried = await diagnose();
      if (speed) terminal.errors.write("measuring the compiled engines, half a minute or more\n");
      const diagnosis = speed ? await withSpeeds(tried) : tried;
      terminal.output.write(json ? `${JSON.stringify(diagnosis, null, 2)}\n` : diagnosisText(diagnosis));
      if (!diagnosis.engines.some(({ found }) => found))
        throw new Error("no engine works on this machine; npm ci brings onnx, wasm and cpu");
    });
};
