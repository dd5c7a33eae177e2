/** `retort reproduce`: runs the paper's figures, keeps their results, and says which of their claims hold. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { ExperimentError } from "../../../experiments/file/problem.ts";
import { jsonText } from "../../../files/json-file.ts";
import { chosenFigures, figuresOf, scales, type Figure } from "../../../reproduction/figures.ts";
import { followedFigure } from "../../../reproduction/follow-up.ts";
import { lookSeeds } from "../../../reproduction/looks.ts";
import { outlineFigure, type FigureOutline } from "../../../reproduction/outline.ts";
import { inRunOrder, planFigures, type FigurePlan, type KnownFigure } from "../../../reproduction/figure-plan.ts";
import { duration } from "../../display/number-text.ts";
import { addHubFlags, hubOptions } from "../../options/hub.ts";
import { durationFrom, numberFrom } from "../../options/numbers.ts";
import { table } from "../../display/table.ts";
import type { Terminal } from "../../display/terminal.ts";
import { prepareFigure, runFigure, type PreparedFigure, type ReproduceFlags } from "./run-figure.ts";
import { prepareLook, untilDecided } from "./until-decided.ts";

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
    const prepared =
      flags.untilDecided === true
        ? prepareLook(figure, { flags, hub, terminal })
        : prepareFigure(figure, flags, hub, terminal);
    return await prepared;
  } catch (error) {
    if (!absent || !(error instanceof ExperimentError)) throw error;
    return outlineFigure(figure, flags.scale, flags.seeds);
  }
};

const isOutline = (found: PreparedFigure | FigureOutline): found is FigureOutline => "hub" in found;

const planAhead = async (flags: ReproduceFlags, terminal: Terminal): Promise<void> => {
  const found: (PreparedFigure | FigureOutline)[] = [];
  for (const figure of figuresFor(flags)) found.push(await outlineOffline(figure, flags, terminal));
  const prepared = inRunOrder(found.filter((one): one is PreparedFigure => !isOutline(one)));
  tellPlan(prepared, found.filter(isOutline), flags, terminal);
  if (flags.untilDecided === true && flags.json !== true)
    terminal.output.write("\nnot counted: the seeds that later looks add, which follow from the verdicts before\n");
};

const checkFlags = ({ untilDecided, budget, figureBudget, scale }: ReproduceFlags): void => {
  const bound = budget !== undefined ? "--budget" : figureBudget !== undefined ? "--figure-budget" : undefined;
  if (bound !== undefined && untilDecided !== true)
    throw new InvalidArgumentError(`${bound}: expected --until-decided with it, which it bounds`);
  if (untilDecided === true && scale === "smoke")
    throw new InvalidArgumentError("--until-decided: expected another scale than smoke, which has one seed");
};

/** Says which figures are follow-ups, whose numbers decide nothing in another way than by looks. */
const tellFollowUps = (
  figures: readonly Figure[],
  { scale, untilDecided, quiet, json }: ReproduceFlags,
  terminal: Terminal,
): void => {
  if (untilDecided === true || scale === "smoke" || quiet === true || json === true) return;
  for (const figure of figures) {
    const followed = followedFigure(figure, scale);
    if (followed === undefined) continue;
    terminal.errors.write(
      `figure ${figure.name} is a follow-up of figure ${followed.name}: it decides claims only with --until-decided, ` +
        `which takes ${lookSeeds.at(-1)} seeds\n`,
    );
  }
};

const perform = async (flags: ReproduceFlags, terminal: Terminal): Promise<void> => {
  checkFlags(flags);
  tellFollowUps(figuresFor(flags), flags, terminal);
  if (flags.dryRun === true) return planAhead(flags, terminal);
  const shown = flags.quiet === true || flags.json === true ? { ...terminal, live: undefined } : terminal;
  const hub = hubOptions(flags, shown);
  if (flags.untilDecided === true) return untilDecided(figuresFor(flags), { flags, hub, terminal });
  const prepared: PreparedFigure[] = [];
  for (const figure of figuresFor(flags)) prepared.push(await prepareFigure(figure, flags, hub, terminal));
  const figures = inRunOrder(prepared);
  if (flags.quiet !== true) tellPlan(figures, [], flags, terminal);
  for (const figure of figures) await runFigure(figure, flags, terminal);
};

/** Options of `--until-decided`. */
const addLookFlags = (command: Command): Command =>
  command
    .addOption(
      new Option(
        "--until-decided",
        `add seeds where claims are undecided, at most ${lookSeeds.at(-1)}: looks at ${lookSeeds.join(", ")} seeds, ` +
          "each with intervals so wide that all looks together err as rarely as one",
      ).conflicts("seeds"),
    )
    .option(
      "--budget <time>",
      "with --until-decided: after the first look at each figure, which is always taken, no look is begun that is " +
        "thought to end later, such as 3h or 45m",
      durationFrom,
    )
    .option(
      "--figure-budget <time>",
      "with --until-decided: the same for each figure, over all calls that ran its trials, such as 30m",
      durationFrom,
    );

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
    );
  addLookFlags(command)
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
        "--figure 5,8 --seeds 5 --jobs 8\n  retort reproduce --until-decided --budget 3h",
    )
    .action((flags: ReproduceFlags) => perform(flags, terminal));
};
