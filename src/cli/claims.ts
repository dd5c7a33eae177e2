/** `retort claims`: what an experiment's trials say of what it claims. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { jsonText } from "../experiments/json-file.ts";
import { sweepFolder } from "../experiments/sweeps/frozen.ts";
import { prepareSweep } from "../experiments/sweeps/prepare.ts";
import { claimTrials } from "../results/claim-trials.ts";
import { readRuns } from "../results/runs.ts";
import { judge } from "../results/verdicts.ts";
import { claimText, tallyText } from "./claim-text.ts";
import { addHubFlags, hubOptions, type HubFlags } from "./hub.ts";
import { shownPath } from "./shown-path.ts";
import type { Terminal } from "./terminal.ts";

interface ClaimFlags extends HubFlags {
  readonly out: string;
  readonly json?: true;
}

/** `InvalidArgumentError` when the experiment file makes no claims. */
export const requireClaims = (file: string, claims: readonly unknown[]): void => {
  if (claims.length > 0) return;
  throw new InvalidArgumentError(
    `${shownPath(file)}: expected "claims", got none; add what the trials are to show (retort schema describes it)`,
  );
};

const perform = async (file: string, overrides: readonly string[], flags: ClaimFlags, terminal: Terminal): Promise<void> => {
  const { claims, trials } = await prepareSweep(file, overrides, hubOptions(flags, terminal));
  requireClaims(file, claims);
  const folder = resolve(sweepFolder(flags.out, file));
  const planned = new Set(trials.map(({ id }) => id));
  const { runs } = existsSync(folder) ? readRuns(folder) : { runs: [] };
  const done = await claimTrials(runs.filter(({ record }) => planned.has(record.id)));
  const judged = judge(claims, done);
  if (flags.json === true) {
    terminal.output.write(`${jsonText({ trials: { planned: planned.size, done: done.length }, claims: judged }, 2)}\n`);
    return;
  }
  for (const claim of judged) terminal.output.write(`${claimText(claim, terminal)}\n`);
  terminal.output.write(`${tallyText(judged)}; ${done.length} of ${planned.size} trials are done\n`);
};

/** Adds the command to the program. */
export const addClaims = (program: Command, terminal: Terminal): void => {
  const command = program
    .command("claims")
    .description(
      "Judges the claims of an experiment file by the finished trials of its sweep: replicated where the 95 % interval excludes the opposite, not replicated where it excludes what is claimed, or any effect of the size that a claim counts from (least), else inconclusive.",
    )
    .argument("<file>", "experiment file with a sweep and claims: JSON with comments, or YAML")
    .argument("[overrides...]", "values to set, as they were for retort sweep")
    .option("--out <folder>", "where the runs' folders are", "runs")
    .option("--json", "print the verdicts as JSON");
  addHubFlags(command)
    .addHelpText("after", "\nExample:\n  retort sweep experiments/alpha.json && retort claims experiments/alpha.json")
    .action((file: string, overrides: string[], flags: ClaimFlags) => perform(file, overrides, flags, terminal));
};
