/** `retort reproduce`: runs the paper's figures, keeps their results, and says which of their claims hold. */
import { join, resolve } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { local } from "../../sweeps/executors/local.ts";
import { ExperimentError } from "../../experiments/file/problem.ts";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import { jsonText } from "../../files/json-file.ts";
import { trialStates, type TrialState } from "../../sweeps/driving/drive.ts";
import { freeze, sweepFolder, writeFrozen } from "../../sweeps/planning/frozen.ts";
import { prepareSweep, type PreparedSweep } from "../../sweeps/planning/prepare-sweep.ts";
import { collectFigure, type Collected } from "../../reproduction/collect.ts";
import { resultsPath, type FigureResults } from "../../reproduction/figure-results.ts";
import { chosenFigures, figuresOf, scales, type Figure, type Scale } from "../../reproduction/figures.ts";
import { timeTaken } from "../../reproduction/figure-machine.ts";
import { keptTrials, type KeptTrials } from "../../reproduction/kept-trials.ts";
import { outlineFigure, type FigureOutline } from "../../reproduction/outline.ts";
import { planFigures, type FigurePlan, type KnownFigure } from "../../reproduction/figure-plan.ts";
import { writePart, writeResults } from "../../reproduction/write-results.ts";
import { scaleOverrides } from "../../reproduction/scale.ts";
import { shareTrials, trialsToShare } from "../../reproduction/shared-trials.ts";
import { mixedOf } from "../../results/claim-trials.ts";
import { mixedText } from "../../results/mixed.ts";
import { judge } from "../../results/verdicts.ts";
import { claimText, tallyText } from "../display/claim-text.ts";
import { duration } from "../display/number-text.ts";
import { addHubFlags, hubOptions, type HubFlags } from "../options/hub.ts";
import { localJobs } from "../options/local-jobs.ts";
import { numberFrom } from "../options/numbers.ts";
import { shownPath } from "../display/shown-path.ts";
import { driveShown, reportFailures } from "../sweep-progress/driving.ts";
import { InterruptedError } from "../display/exit-codes.ts";
import { table } from "../display/table.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";

interface ReproduceFlags extends HubFlags {
  readonly figure: readonly string[];
  readonly seeds: number;
  readonly scale: Scale;
  readonly out: string;
  readonly cache: string;
  readonly results?: string;
  readonly keepResults?: true;
  readonly jobs?: number;
  readonly dryRun?: true;
  readonly quiet?: true;
  readonly json?: true;
}

/** A figure that can start. */
interface PreparedFigure extends KnownFigure, Pick<PreparedSweep, "halving"> {
  readonly claims: PreparedSweep["claims"];
  /** Where its trials are. */
  readonly folder: string;
  /** Trials that are not run, since their results are there already. */
  readonly kept: KeptTrials | undefined;
}

const resultsFolder = ({ results, out, scale }: ReproduceFlags): string =>
  resolve(results ?? join(out, scale, "results"));

const prepare = async (
  figure: Figure,
  flags: ReproduceFlags,
  hub: HubOptions,
  terminal: Terminal,
): Promise<PreparedFigure> => {
  const { out, scale, seeds, cache } = flags;
  const prepared = await prepareSweep(figure.path, scaleOverrides(figure.path, scale, seeds), hub);
  const { claims, halving, memory } = prepared;
  const sweep = freeze(prepared, cache);
  const folder = resolve(sweepFolder(join(out, scale), figure.path));
  const jobs = flags.jobs ?? localJobs(1, () => memory.largest(1), terminal);
  const kept = flags.keepResults === true ? keptTrials(resultsFolder(flags), figure, scale, sweep) : undefined;
  const progress = await trialStates({ folder, sweep });
  const shared = [...trialsToShare(folder, sweep), ...(kept?.trials ?? []).map(({ id }) => id)];
  return { figure, claims, halving, sweep, folder, kept, progress, shared, each: timeTaken(figure, scale), jobs };
};

const hubText = (plans: readonly FigurePlan[]): string => {
  const names = [...new Set(plans.flatMap(({ hub }) => hub))];
  return names.length === 0
    ? ""
    : `\nfrom the HuggingFace Hub, as far as they are not in its cache, when this is run:\n  ${names.join("\n  ")}\n`;
};

const planText = (plans: readonly FigurePlan[], jobs: number): string => {
  const rows = plans.map(({ figure, trials, done, claims, milliseconds }) => {
    return [
      figure.name,
      trials,
      done ?? "not known",
      claims,
      milliseconds === undefined ? "not known" : duration(milliseconds),
    ];
  });
  const known = plans.flatMap(({ milliseconds }) => milliseconds ?? []);
  const sum = known.length === 0 ? [] : [`about ${duration(known.reduce((total, time) => total + time, 0))}`];
  const rest = known.length < plans.length ? ["time that is not measured yet"] : [];
  const total = `${[...sum, ...rest].join(" and ")}, with ${jobs} trial${jobs === 1 ? "" : "s"} at once`;
  const listed = table(["figure", "trials", "done", "claims", "time left"], rows);
  return `${listed}\n\n${total}; Ctrl-C stops, the same command resumes\n${hubText(plans)}`;
};

/** Says it as a table, or as one JSON object a figure. */
const tellPlan = (
  known: readonly KnownFigure[],
  outlined: readonly FigureOutline[],
  { json }: Pick<ReproduceFlags, "json">,
  { output }: Terminal,
): void => {
  const plans = planFigures(known, outlined);
  const jobs = known[0]?.jobs ?? 1;
  if (json !== true) return void output.write(planText(plans, jobs));
  for (const { figure, ...plan } of plans)
    output.write(`${jsonText({ kind: "plan", figure: figure.name, jobs, ...plan })}\n`);
};

const tell = (
  results: FigureResults,
  { figure, claims }: PreparedFigure,
  path: string,
  flags: ReproduceFlags,
  terminal: Terminal,
): void => {
  const judged = judge(claims, results.trials);
  const { output, colors } = terminal;
  const mixed = mixedOf(results.trials);
  if (flags.json === true) {
    const also = mixed.length === 0 ? {} : { mixed };
    const { planned } = results;
    output.write(
      `${jsonText({ kind: "figure", figure: figure.name, results: path, planned, ...also, claims: judged })}\n`,
    );
    return;
  }
  output.write(
    `\n${colors.bold(`figure ${figure.name}`)}  ${results.trials.length} of ${results.planned} trials: ` +
      `${shownPath(path)}\n\n`,
  );
  const warning = mixedText(mixed);
  if (warning !== undefined) output.write(`${visible(warning)}\n\n`);
  for (const claim of judged) output.write(`${claimText(claim, terminal)}\n`);
  if (judged.length > 0) output.write(`${tallyText(judged)}\n`);
};

const runFigure = async (
  prepared: PreparedFigure,
  folder: string,
  flags: ReproduceFlags,
  terminal: Terminal,
): Promise<void> => {
  const { figure, sweep, folder: trials, halving, jobs, kept } = prepared;
  const begun = performance.now();
  const style = flags.json === true ? "json" : flags.quiet === true ? "quiet" : "auto";
  await writeFrozen(trials, sweep);
  const known = new Set(kept?.trials.map(({ id }) => id));
  const unknown = { ...sweep, trials: sweep.trials.filter(({ id }) => !known.has(id)) };
  const shared = await shareTrials(trials, unknown);
  const tellTaken = (count: number, from: string): void => {
    if (count === 0 || style !== "auto") return;
    terminal.errors.write(`figure ${figure.name}: ${count} of ${sweep.trials.length} trials taken over from ${from}\n`);
  };
  tellTaken(known.size, "the results that are kept");
  tellTaken(shared, "other figures");
  const left = (await trialStates({ folder: trials, sweep: unknown })).filter(
    ({ progress }) => progress.status !== "done",
  ).length;
  const collected = (): Promise<Collected> => collectFigure(trials, sweep, figure, flags.scale, kept);
  const ran = { jobs, kept, any: left > 0 };
  let all: readonly TrialState[];
  try {
    all = await driveShown(
      { folder: trials, sweep: unknown },
      halving,
      { executor: local(jobs), threads: 1, retries: 1, style },
      terminal,
    );
  } catch (error) {
    // What is done is kept, so that it can go on elsewhere.
    const why = error instanceof InterruptedError ? await writePart(folder, await collected(), ran) : undefined;
    if (why !== undefined) terminal.errors.write(`${visible(why)}\n`);
    throw error;
  }
  const found = await collected();
  const elapsed = left === sweep.trials.length ? performance.now() - begun : undefined;
  await writeResults(folder, found, { ...ran, elapsed });
  tell(found.results, prepared, resultsPath(folder, figure), flags, terminal);
  await reportFailures(all, terminal);
};

const figuresFor = ({ scale, figure }: ReproduceFlags): readonly Figure[] => {
  try {
    const figures = figuresOf(scale);
    if (figures.length === 0)
      throw new RangeError(`--scale ${scale}: expected figures, got none: there are none of this scale yet`);
    return chosenFigures(figures, figure);
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidArgumentError(error.message);
    throw error;
  }
};

/** The figure as far as it is known without a download. */
const outlineOffline = async (
  figure: Figure,
  flags: ReproduceFlags,
  terminal: Terminal,
): Promise<PreparedFigure | FigureOutline> => {
  let absent = false;
  const hub = { ...hubOptions(flags, terminal), offline: true, onAbsence: () => void (absent = true) };
  try {
    return await prepare(figure, flags, hub, terminal);
  } catch (error) {
    if (!absent || !(error instanceof ExperimentError)) throw error;
    return outlineFigure(figure, flags.scale, flags.seeds);
  }
};

const isOutline = (found: PreparedFigure | FigureOutline): found is FigureOutline => "hub" in found;

const planAhead = async (flags: ReproduceFlags, terminal: Terminal): Promise<void> => {
  const found: (PreparedFigure | FigureOutline)[] = [];
  for (const figure of figuresFor(flags)) found.push(await outlineOffline(figure, flags, terminal));
  const prepared = found.filter((one): one is PreparedFigure => !isOutline(one));
  tellPlan(prepared, found.filter(isOutline), flags, terminal);
};

const perform = async (flags: ReproduceFlags, terminal: Terminal): Promise<void> => {
  if (flags.dryRun === true) return planAhead(flags, terminal);
  const shown = flags.quiet === true || flags.json === true ? { ...terminal, live: undefined } : terminal;
  const hub = hubOptions(flags, shown);
  const figures: PreparedFigure[] = [];
  for (const figure of figuresFor(flags)) figures.push(await prepare(figure, flags, hub, terminal));
  if (flags.quiet !== true) tellPlan(figures, [], flags, terminal);
  const folder = resultsFolder(flags);
  for (const prepared of figures) await runFigure(prepared, folder, flags, terminal);
};

/** Adds description, arguments, options and action to the command. */
export const addReproduce = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Runs the figures of “On-Policy Distillation of Language Models” (Agarwal et al., 2024) on this " +
        "machine, keeps what they measured, and judges the paper's claims by it. Trials that are done are not " +
        "run again, in whichever figure; stages are made once for all.",
    )
    .option(
      "--figure <names>",
      "figures to run, such as 5 or A.12, with commas between them; all when left out",
      (text: string, before: readonly string[]) => [...before, ...text.split(",").map((name) => name.trim())],
      [],
    )
    .option("--seeds <k>", "seeds of each setting", numberFrom(1, true), 3)
    .addOption(
      new Option(
        "--scale <name>",
        "smoke: every part for one step; small: tasks and models that two cores train; pretrained: SmolLM2-135M, " +
          "which experiments/smollm2/fetch.py fetches; full: the paper's own models and data",
      )
        .choices(scales)
        .default("small"),
    )
    .option("--dry-run", "say what there is to do and how long it takes, and run nothing")
    .option(
      "--jobs <n>",
      "trials at once; one for each core, as far as memory goes, when left out",
      numberFrom(1, true),
    )
    .option("--out <folder>", "where the trials' folders go, by scale", "runs/reproduction")
    .option("--results <folder>", "where the figures' results go; a folder in --out when left out")
    .option(
      "--keep-results",
      "do not run trials again whose results are in the results' folder, wherever they were run",
    )
    .option("--cache <folder>", "where stages and unfinished runs are stored", ".retort")
    .option("--quiet", "print the results only")
    .option("--json", "print one JSON event a line");
  addHubFlags(command)
    .addHelpText(
      "after",
      "\nExamples:\n  retort reproduce --figure 8\n  retort reproduce --scale smoke\n  retort reproduce " +
        "--figure 5,8 --seeds 5 --jobs 8",
    )
    .action((flags: ReproduceFlags) => perform(flags, terminal));
};
