/** `retort trace`: when each part of a run's step ran. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { readTrace } from "../../runs/folder/trace-file.ts";
import { gantt } from "../../reports/plots/gantt.ts";
import type { Terminal } from "../display/terminal.ts";

interface TraceOptions {
  readonly step?: number;
  readonly json?: true;
}

const stepOf = (text: string): number => {
  const step = Number(text);
  if (!Number.isInteger(step) || step < 0) throw new InvalidArgumentError("expected a whole number from 0.");
  return step;
};

/** Columns of a row beside its bar, at most. */
const BESIDE = 40;

const show = async (folder: string, { step, json }: TraceOptions, { output }: Terminal): Promise<void> => {
  const path = join(folder, "trace.json");
  if (!existsSync(path)) {
    throw new InvalidArgumentError(`expected the folder of a run, got "${folder}", in which there is no trace.json`);
  }
  const timed = await readTrace(path, step);
  if (json === true) {
    output.write(`${JSON.stringify(timed)}\n`);
    return;
  }
  const width = Math.max(20, Math.min(100, (process.stdout.columns ?? 100) - BESIDE));
  output.write(
    `step ${timed.step}\n${gantt(timed.spans, width)}\n\nThe whole run: open ${path} in https://ui.perfetto.dev\n`,
  );
};

/** Adds description, arguments, options and action to the command. */
export const addTrace = (command: Command, terminal: Terminal): void => {
  command
    .description("Draws one step of a run as a Gantt chart: samplers, rewards, teacher, update.")
    .argument("<run>", "a run's folder")
    .option("--step <number>", "the step to draw; the last one when left out", stepOf)
    .option("--json", "print the step's spans as JSON, times in ms")
    .addHelpText("after", "\nExample:\n  retort trace runs/quickstart/run-0a1b2c3d --step 10")
    .action(async (folder: string, options: TraceOptions) => show(folder, options, terminal));
};
