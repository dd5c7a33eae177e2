/** A figure of `retort reproduce`: what it is made of, its trials, its results, and what they say of its claims. */
import { join, resolve } from "node:path";
import { local } from "../../../sweeps/executors/local.ts";
import type { HubOptions } from "../../../policies/checkpoints/hub/hub.ts";
import { jsonText } from "../../../files/json-file.ts";
import { defined } from "../../../optional/defined.ts";
import { trialStates, type TrialState } from "../../../sweeps/driving/drive.ts";
import { freeze, sweepFolder, writeFrozen, type FrozenSweep } from "../../../sweeps/planning/frozen.ts";
import { prepareSweep, type PreparedSweep } from "../../../sweeps/planning/prepare-sweep.ts";
import { frozenBy } from "../../../reproduction/calibration.ts";
import { collectFigure, type Collected } from "../../../reproduction/collect.ts";
import { resultsPath, type FigureResults } from "../../../reproduction/figure-results.ts";
import type { Figure, Scale } from "../../../reproduction/figures.ts";
import { callsIn, machinesIn, timeTaken } from "../../../reproduction/figure-machine.ts";
import { keptTrials, type KeptTrials } from "../../../reproduction/kept-trials.ts";
import type { KnownFigure } from "../../../reproduction/figure-plan.ts";
import { judgeResults } from "../../../reproduction/looks.ts";
import { recordCall, writePart, writeResults, type Ran } from "../../../reproduction/write-results.ts";
import { scaleOverrides } from "../../../reproduction/scale.ts";
import { shareTrials, trialsToShare } from "../../../reproduction/shared-trials.ts";
import { mixedOf } from "../../../results/claim-trials.ts";
import { mixedText } from "../../../results/mixed.ts";
import { tallyText, type JudgedClaim } from "../../../results/verdicts.ts";
import { claimText } from "../../display/claim-text.ts";
import type { HubFlags } from "../../options/hub.ts";
import { localJobs } from "../../options/local-jobs.ts";
import { shownPath } from "../../display/shown-path.ts";
import { driveShown, reportFailures } from "../../sweep-progress/driving.ts";
import { InterruptedError } from "../../display/exit-codes.ts";
import type { Terminal } from "../../display/terminal.ts";
import { visible } from "../../../files/visible.ts";

/** What the command was given. */
export interface ReproduceFlags extends HubFlags {
  readonly figure: readonly string[];
  readonly seeds: number;
  readonly scale: Scale;
  readonly out: string;
  readonly cache: string;
  readonly results?: string;
  readonly keepResults?: true;
  readonly jobs?: number;
  readonly untilDecided?: true;
  /** Milliseconds. */
  readonly budget?: number;
  /** Milliseconds. */
  readonly figureBudget?: number;
  readonly dryRun?: true;
  readonly quiet?: true;
  readonly json?: true;
}

/** A figure that can start. */
export interface PreparedFigure extends KnownFigure, Pick<PreparedSweep, "halving"> {
  readonly claims: PreparedSweep["claims"];
  /** Where its trials are. */
  readonly folder: string;
  /** Trials that are not run, since their results are there already. */
  readonly kept: KeptTrials | undefined;
}

/** Where results go. */
export const resultsFolder = ({ results, out, scale }: ReproduceFlags): string =>
  resolve(results ?? join(out, scale, "results"));

/** The figure as it can start, of those of its trials that `chosen` leaves. Errors as of `prepareSweep`. */
export const prepareFigure = async (
  figure: Figure,
  flags: ReproduceFlags,
  hub: HubOptions,
  terminal: Terminal,
  chosen: (sweep: FrozenSweep) => FrozenSweep = (sweep) => sweep,
): Promise<PreparedFigure> => {
  const { out, scale, seeds, cache } = flags;
  const prepared = await prepareSweep(figure.path, scaleOverrides(figure.path, scale, seeds), hub);
  const { claims, halving, memory } = prepared;
  const whole = freeze(prepared, cache);
  const sweep = chosen(whole);
  const folder = resolve(sweepFolder(join(out, scale), figure.path));
  const jobs = flags.jobs ?? localJobs(1, () => memory.largest(1), terminal);
  const kept = flags.keepResults === true ? keptTrials(resultsFolder(flags), figure, scale, whole) : undefined;
  const progress = await trialStates({ folder, sweep });
  const shared = [...trialsToShare(folder, sweep), ...(kept?.trials ?? []).map(({ id }) => id)];
  return { figure, claims, halving, sweep, folder, kept, progress, shared, each: timeTaken(figure, scale), jobs };
};

const tell = (
  results: FigureResults,
  judged: readonly JudgedClaim[],
  path: string,
  flags: ReproduceFlags,
  terminal: Terminal,
): void => {
  const { output, colors } = terminal;
  const mixed = mixedOf(results.trials);
  const { figure, planned, looks } = results;
  if (flags.json === true) {
    const also = { ...(mixed.length === 0 ? {} : { mixed }), ...defined({ looks }) };
    output.write(`${jsonText({ kind: "figure", figure, results: path, planned, ...also, claims: judged })}\n`);
    return;
  }
  output.write(
    `\n${colors.bold(`figure ${figure}`)}  ${results.trials.length} of ${planned} trials: ${shownPath(path)}\n\n`,
  );
  const warning = mixedText(mixed);
  if (warning !== undefined) output.write(`${visible(warning)}\n\n`);
  for (const claim of judged) output.write(`${claimText(claim, terminal)}\n`);
  if (judged.length > 0) output.write(`${tallyText(judged)}\n`);
};

/** What a figure came to. */
export interface RanFigure {
  readonly results: FigureResults;
  readonly judged: readonly JudgedClaim[];
  /** Milliseconds of all trainings, one after another, wherever they ran. */
  readonly trainingTime: number;
  /** Milliseconds of the calls that ran its trials, this one among them. */
  readonly spent: number;
}

/**
 * Runs what is left of a figure, writes its results, and says what they are; of `looks` this is one. Errors as of
 * `driveShown`; where it was stopped, what is done is written first, and of a look its time alone.
 */
export const runFigure = async (
  prepared: PreparedFigure,
  flags: ReproduceFlags,
  terminal: Terminal,
  looks?: number,
): Promise<RanFigure> => {
  const { figure, sweep, folder: trials, halving, jobs, kept, claims } = prepared;
  const folder = resultsFolder(flags);
  const [began, begun] = [new Date().toISOString(), performance.now()];
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
  const circumstances = defined({ looks, calibration: frozenBy(figure, flags.scale) });
  const collected = (): Promise<Collected> => collectFigure(trials, sweep, figure, flags.scale, kept, circumstances);
  const ran = (): Omit<Ran, "elapsed"> => {
    const call = { began, milliseconds: performance.now() - begun, trials: left + shared };
    return { jobs, kept, any: left + shared > 0, call };
  };
  // What is done is kept, so that it can go on elsewhere; of a look that is not whole nothing is to be concluded.
  const keepPart = async (): Promise<string | undefined> => {
    const part = await collected();
    if (looks === undefined) return writePart(folder, part, ran());
    await recordCall(folder, part.results, ran());
    return undefined;
  };
  let all: readonly TrialState[];
  try {
    all = await driveShown(
      { folder: trials, sweep: unknown },
      halving,
      { executor: local(jobs), threads: 1, retries: 1, style },
      terminal,
    );
  } catch (error) {
    const why = error instanceof InterruptedError ? await keepPart() : undefined;
    if (why !== undefined) terminal.errors.write(`${visible(why)}\n`);
    throw error;
  }
  const found = await collected();
  const elapsed = left === sweep.trials.length ? performance.now() - begun : undefined;
  await writeResults(folder, found, { ...ran(), elapsed });
  const judged = judgeResults(claims, found.results);
  tell(found.results, judged, resultsPath(folder, figure), flags, terminal);
  await reportFailures(all, terminal);
  const calls = machinesIn(folder, figure).flatMap(callsIn);
  const spent = calls.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const trainingTime = found.training + (kept?.trainingTime ?? 0);
  return { results: found.results, judged, trainingTime, spent };
};
