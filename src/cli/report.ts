/** `retort report`: what the paper's figures came to, for people. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { writeWhole } from "../policies/checkpoints/atomic-file.ts";
import { readFigureReports } from "../reports/figure-report.ts";
import { figuresMarkdown } from "../reports/figures-markdown.ts";
import { page } from "../reports/page.ts";
import { keptResults } from "../reproduction/figure-machine.ts";
import { shownPath } from "./shown-path.ts";
import type { Terminal } from "./terminal.ts";

interface ReportFlags {
  readonly out?: string;
  readonly markdown?: string;
}

const perform = async (folder: string, { out, markdown }: ReportFlags, terminal: Terminal): Promise<void> => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new InvalidArgumentError(`expected a folder of results, as retort reproduce --results writes it, got "${shownPath(folder)}"`);
  }
  const figures = readFigureReports(folder);
  if (figures.length === 0) {
    throw new InvalidArgumentError(`expected results of a figure in ${shownPath(folder)}, got none; run retort reproduce first`);
  }
  const pages = [
    ...(out !== undefined || markdown === undefined ? [{ path: out ?? "report.html", text: () => page(figures) }] : []),
    ...(markdown === undefined ? [] : [{ path: markdown, text: () => figuresMarkdown(figures) }]),
  ];
  for (const { path, text } of pages) {
    await writeWhole(resolve(path), text());
    terminal.output.write(`${shownPath(path)}: ${figures.length} figure${figures.length === 1 ? "" : "s"}\n`);
  }
};

/** Adds the command to the program. */
export const addReport = (program: Command, terminal: Terminal): void => {
  program
    .command("report")
    .description(
      "Writes what the paper's figures came to as one HTML file, or as Markdown: each claim's verdict, plots and tables with intervals over seeds.",
    )
    .argument("[folder]", "results, as retort reproduce writes them; those that come with the package when left out")
    .option("--out <file>", "where the page goes; report.html when neither this nor --markdown is given")
    .option("--markdown <file>", "the same without plots, as Markdown")
    .addHelpText("after", "\nExamples:\n  retort report\n  retort report runs/reproduction/small/results --out report.html")
    .action((folder: string | undefined, flags: ReportFlags) => perform(folder ?? keptResults, flags, terminal));
};
