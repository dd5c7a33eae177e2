/** `retort claims`: what an experiment's trials say of what it claims. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { jsonText } from "../../files/json-file.ts";
import { sweepFolder } from "../../sweeps/planning/frozen.ts";
import { prepareSweep } from "../../sweeps/planning/prepare-sweep.ts";
import { claimTrials, mixedOf } from "../../results/claim-trials.ts";
import { mixedText } from "../../results/mixed.ts";
import { readRuns } from "../../runs/reading/read-runs.ts";
import { judge, tallyText } from "../../results/verdicts.ts";
import { claimText } from "../display/claim-text.ts";
import { addHubFlags, hubOptions, type HubFlags } from "../options/hub.ts";
import { requireClaims } from "../options/required-claims.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";

interface ClaimFlags extends HubFlags {
  readonly out: string;
  readonly json?: true;
}

const perform = async (
  file: string,
  overrides: readonly string[],
  flags: ClaimFlags,
  terminal: Terminal,
): Promise<void> => {
  const { claims, trials } = await prepareSweep(file, overrides, hubOptions(flags, terminal));
  requireClaims(file, claims);
  const folder = resolve(sweepFolder(flags.out, file));
  const planned = new Set(trials.map(({ id }) => id));
  const { runs } = existsSync(folder) ? readRuns(folder) : { runs: [] };
  const done = await claimTrials(runs.filter(({ record }) => planned.has(record.id)));
  const judged = judge(claims, done);
  const mixed = mixedOf(done);
  if (flags.json === true) {
    const counts = { planned: planned.size, done: done.length };
    const differing = mixed.length === 0 ? {} : { mixed };
    terminal.output.write(`${jsonText({ trials: counts, ...differing, claims: judged }, 2)}\n`);
    return;
  }
  const warning = mixedText(mixed);
  if (warning !== undefined) terminal.output.write(`${visible(warning)}\n\n`);
  for (const claim of judged) terminal.output.write(`${claimText(claim, terminal)}\n`);
  terminal.output.write(`${tallyText(judged)}; ${done.length} of ${planned.size} trials are done\n`);
};

/** Adds description, arguments, options and action to the command. */
export const addClaims = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Judges the claims of an experiment file by the finished trials of its sweep: replicated where the 95 " +
        "% interval excludes the opposite, not replicated where it excludes what is claimed, or any effect of " +
        "the size that a claim counts from (least), else inconclusive.",
    )
    .argument("<file>", "experiment file with a sweep and claims: JSON with comments, or YAML")
    .argument("[overrides...]", "values to set, as they were for retort sweep")
    .option("--out <folder>", "where the runs' folders are", "runs")
    .option("--json", "print the verdicts as JSON");
  addHubFlags(command)
    .addHelpText("after", "\nExample:\n  retort sweep experiments/alpha.json && retort claims experiments/alpha.json")
    .action((file: string, overrides: string[], flags: ClaimFlags) => perform(file, overrides, flags, terminal));
};
