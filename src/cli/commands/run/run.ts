/** `retort run`: runs an experiment file, and shows what happens. */
import { InvalidArgumentError, type Command } from "commander";
import { closest } from "fastest-levenshtein";
import { lastValueFrom, tap } from "rxjs";
import { execute } from "../../../experiments/running/execute.ts";
import { startEarlyThreads } from "../../../experiments/running/early-threads.ts";
import type { PlannedRun } from "../../../experiments/planning/planned.ts";
import { readExperiment } from "../../../experiments/file/extended-source.ts";
import { prepareExperiment } from "../../../experiments/planning/run-plan.ts";
import type { RunEvent } from "../../../experiments/running/run-event.ts";
import { IdleThreads } from "../../../workers/idle-threads.ts";
import { machineMemory } from "../../../sweeps/executors/available-memory.ts";
import { hasSweep } from "../../../sweeps/planning/sweep-plan.ts";
import { duration } from "../../display/number-text.ts";
import { outcomeColumns } from "../../display/outcome-text.ts";
import { withCheckpointRequests } from "../../display/checkpoint-requests.ts";
import { interruptible } from "../../display/interruptible.ts";
import { portIn } from "../../options/listen.ts";
import { addHubFlags, hubOptions, type HubFlags } from "../../options/hub.ts";
import { limitOf, memoryOption, withFittingParts } from "../../options/memory.ts";
import { overMemoryOption } from "../../options/over-memory.ts";
import { displayOf, type DisplayStyle } from "../../display/progress.ts";
import { table } from "../../display/table.ts";
import { uiOption, withUi, type UiFlag } from "../../options/ui-option.ts";
import type { Terminal } from "../../display/terminal.ts";

interface RunOptions extends HubFlags {
  readonly out: string;
  readonly cache: string;
  readonly only?: readonly string[];
  readonly fork?: true;
  readonly overMemory?: true;
  readonly memory?: number;
  readonly quiet?: true;
  readonly json?: true;
  readonly metrics?: number;
  readonly ui?: UiFlag;
}

/** A result that is on disk: made now, or found there. */
type Result = Extract<RunEvent, { kind: "end" | "reuse" }>;

/** A row for each stage, however many runs start from it, and for each run. */
const resultsTable = (results: readonly Result[], runs: readonly PlannedRun[]): string => {
  const labels = new Map(runs.map(({ name, label }) => [name, label]));
  const first = new Map<string, Result>();
  for (const result of results) if (!first.has(result.folder)) first.set(result.folder, result);
  const { head, cells } = outcomeColumns([...first.values()]);
  return table(
    ["result", ...head, "time", "folder"],
    [...first.values()].map((result) => [
      result.training.stage ?? labels.get(result.training.run),
      ...cells(result),
      result.kind === "reuse" ? "before" : duration(result.milliseconds),
      result.folder,
    ]),
  );
};

const choose = (runs: readonly PlannedRun[], only: readonly string[] = []): readonly PlannedRun[] => {
  const names = runs.map((run) => run.name);
  for (const name of only) {
    if (!names.includes(name)) {
      throw new InvalidArgumentError(`--only: the file has no run "${name}"; did you mean "${closest(name, names)}"?`);
    }
  }
  return only.length === 0 ? runs : runs.filter((run) => only.includes(run.name));
};

const style = ({ quiet, json }: RunOptions): DisplayStyle =>
  json === true ? "json" : quiet === true ? "quiet" : "auto";

/** What takes events in for Prometheus, when that was asked for. */
const collecting = async (
  { metrics: port }: RunOptions,
  { errors }: Terminal,
): Promise<{ show: (event: RunEvent) => void; close: () => Promise<void> }> => {
  if (port === undefined) return { show: () => undefined, close: () => Promise.resolve() };
  const { runMetrics, serveMetrics } = await import("./run-metrics.ts");
  const metrics = runMetrics();
  const server = await serveMetrics(metrics, port);
  errors.write(`metrics at ${server.url}\n`);
  return { show: (event) => metrics.show(event), close: () => server.close() };
};

const perform = async (
  runs: readonly PlannedRun[],
  options: RunOptions,
  terminal: Terminal,
  idle: IdleThreads,
): Promise<void> => {
  const metrics = await collecting(options, terminal);
  const display = displayOf(style(options), terminal);
  const ended: Result[] = [];
  const follow = tap((event: RunEvent) => {
    display.show(event);
    metrics.show(event);
    if (event.kind === "end" || event.kind === "reuse") ended.push(event);
  });
  try {
    const { out, cache, fork = false } = options;
    await withCheckpointRequests(display, (checkpointAsked) =>
      interruptible(display, async (signal) => {
        const events = execute(runs, { out, cache, fork, signal, checkpointAsked, idle });
        await lastValueFrom(events.pipe(follow), { defaultValue: undefined });
      }),
    );
  } finally {
    display.close();
    await metrics.close();
  }
  if (style(options) === "auto") terminal.errors.write("\n");
  if (options.json !== true) terminal.output.write(`${resultsTable(ended, runs)}\n`);
};

/**
 * The runs to do. Checkpoints of the Hub are downloaded before anything runs, and show themselves unless results alone
 * are asked for.
 */
const prepare = async (
  file: string,
  overrides: readonly string[],
  options: RunOptions,
  terminal: Terminal,
  idle: IdleThreads,
): Promise<readonly PlannedRun[]> => {
  const shown = options.quiet === true ? { ...terminal, live: undefined } : terminal;
  const source = readExperiment(file);
  if (options.quiet !== true && hasSweep(source, overrides)) {
    terminal.errors.write("the file has a sweep; this runs the file's own values, without it\n");
  }
  // What is wrong with the file is said by its check.
  void startEarlyThreads(idle, source.value).catch(() => undefined);
  const hub = hubOptions(options, shown);
  const has = options.overMemory === true ? Infinity : machineMemory();
  const { memory: may = Infinity } = options;
  const all =
    may === Infinity
      ? overrides
      : await withFittingParts(source, overrides, Math.min(may, has), { hub, errors: terminal.errors });
  const limit = may < has ? limitOf(may) : has;
  return choose(await prepareExperiment(source, all, hub, limit === Infinity ? undefined : limit), options.only);
};

/** Adds description, arguments, options and action to the command. */
export const addRun = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Trains what an experiment file asks for: its stages first, where they are not there already, then its runs.",
    )
    .argument("<file>", "experiment file: JSON with comments, or YAML")
    .argument("[overrides...]", "values to set, such as /objective/alpha=0.5")
    .option("--only <run>", "run this variant only; may be given several times", (name: string, names?: string[]) => [
      ...(names ?? []),
      name,
    ])
    .option("--out <folder>", "where the runs' folders go", "runs")
    .option("--cache <folder>", "where stages and unfinished runs are stored", ".retort")
    .option("--fork", "begin anew, in a folder of its own, where code or data of a run changed before it was done")
    .addOption(memoryOption())
    .addOption(overMemoryOption())
    .option("--quiet", "print the results only")
    .option("--json", "print one JSON event a line")
    .option(
      "--metrics <port>",
      "serve metrics for Prometheus on this machine, at /metrics; 0 takes a free port",
      portIn,
    )
    .addOption(uiOption());
  addHubFlags(command)
    .addHelpText(
      "after",
      `
Examples:
  retort run experiments/quickstart.json
  retort run experiments/quickstart.json /objective/alpha=0.5 /seed=1
  retort run experiments/quickstart.json --memory 1GiB
  retort run experiments/ladder.json --only sft`,
    )
    .action(async (file: string, overrides: string[], options: RunOptions) => {
      const idle = new IdleThreads();
      try {
        const runs = await prepare(file, overrides, options, terminal, idle);
        await withUi(options.ui, options.out, terminal, () => perform(runs, options, terminal, idle));
      } finally {
        await idle.close();
      }
    });
};
