/** `retort report`: what figures, a sweep or a run came to, for people. */
import { mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { writeWhole } from "../../../files/atomic-file.ts";
import { plotCsv, plotNames, type ReportPlot } from "../../../reports/plots/plot-figure.ts";
import { standalonePng } from "../../../reports/plots/standalone-png.ts";
import { standaloneSvg } from "../../../reports/plots/standalone-svg.ts";
import { packagedResults } from "../../../reproduction/figure-machine.ts";
import { figuresReport, runsReport, type PlotFolder, type Report } from "./report-kinds.ts";
import { shownPath } from "../../display/shown-path.ts";
import type { Terminal } from "../../display/terminal.ts";

interface ReportFlags {
  readonly out?: string;
  readonly markdown?: string;
  readonly discussion?: string;
  readonly claims?: string;
  readonly svg?: string;
  readonly png?: string;
}

/** How a plot becomes a file of its own, by the ending of the file's name. */
const drawers: Readonly<Record<"svg" | "png", (plot: ReportPlot) => string | Uint8Array | Promise<Uint8Array>>> = {
  svg: standaloneSvg,
  png: standalonePng,
};

const reportOf = async (folder: string, { discussion, claims }: ReportFlags, terminal: Terminal): Promise<Report> => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new InvalidArgumentError(`expected a folder of results, of a sweep or of a run, got "${shownPath(folder)}"`);
  }
  const figures = figuresReport(folder, discussion);
  if (figures === undefined) return runsReport(folder, claims, terminal);
  if (claims !== undefined)
    throw new InvalidArgumentError(
      "--claims: expected the runs of a sweep, got results of figures, which have their own",
    );
  return figures;
};

/** Each plot as a file, and its numbers as CSV beside it. */
const writePlots = async (
  report: Report,
  format: keyof typeof drawers,
  folder: string,
  { output }: Terminal,
): Promise<void> => {
  const plots = report.plots();
  mkdirSync(folder, { recursive: true });
  const names = plotNames(plots);
  for (const [i, plot] of plots.entries()) {
    const path = resolve(join(folder, names[i]!));
    await writeWhole(`${path}.${format}`, await drawers[format](plot));
    await writeWhole(`${path}.csv`, plotCsv(plot));
  }
  output.write(
    `${shownPath(folder)}: ${plots.length} plot${plots.length === 1 ? "" : "s"} as ${format.toUpperCase()} and CSV\n`,
  );
};

/** The plots that a page of Markdown shows: those of the same call. */
const plotFolder = ({ svg, png }: ReportFlags): PlotFolder | undefined => {
  if (png !== undefined) return { folder: png, format: "png" };
  return svg === undefined ? undefined : { folder: svg, format: "svg" };
};

const perform = async (folder: string, flags: ReportFlags, terminal: Terminal): Promise<void> => {
  const { out, markdown, svg, png } = flags;
  const report = await reportOf(folder, flags, terminal);
  const write = async (path: string, text: string): Promise<void> => {
    await writeWhole(resolve(path), text);
    terminal.output.write(`${shownPath(path)}: ${report.of}\n`);
  };
  if (out !== undefined || [markdown, svg, png].every((other) => other === undefined))
    await write(out ?? "report.html", report.page());
  if (markdown !== undefined) {
    if (report.markdown === undefined)
      throw new InvalidArgumentError(`--markdown: expected results of figures, got ${report.of}`);
    await write(markdown, report.markdown(markdown, plotFolder(flags)));
  }
  if (svg !== undefined) await writePlots(report, "svg", svg, terminal);
  if (png !== undefined) await writePlots(report, "png", png, terminal);
};

/** Adds description, arguments, options and action to the command. */
export const addReport = (command: Command, terminal: Terminal): void => {
  command
    .description(
      "Writes what the paper's figures, a sweep or a run came to as one HTML file that opens without a " +
        "network: verdicts, plots, tables with intervals over seeds, learning curves, completions.",
    )
    .argument(
      "[folder]",
      "results as retort reproduce writes them, the folder of an experiment file's runs, or one run's; the " +
        "results that come with the package when left out",
    )
    .option("--out <file>", "where the page goes; report.html when nothing else is asked for")
    .option("--markdown <file>", "figures as Markdown, with the plots that --png or --svg write in the same call")
    .option(
      "--discussion <file>",
      'what people make of the verdicts, in sections of Markdown such as "## Why (figures 8, 9)"; ' +
        "discussion.md in the folder, which becomes part of the page, or beside it when left out",
    )
    .option("--claims <file>", "an experiment file whose claims are judged by the runs of a sweep")
    .option("--svg <folder>", "each plot as an SVG on white, and its numbers as CSV")
    .option("--png <folder>", "the same as PNG, three pixels for each of the page")
    .addHelpText(
      "after",
      "\nExamples:\n  retort report\n  retort report runs/reproduction/small/results --out report.html\n  " +
        "retort report runs/sweep --claims experiments/sweep.json --png plots\n  retort report " +
        "runs/quickstart/run-0a1b2c3d4e5f6071",
    )
    .action((folder: string | undefined, flags: ReportFlags) => perform(folder ?? packagedResults, flags, terminal));
};
