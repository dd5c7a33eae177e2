/** `retort report`: what the paper's figures came to, for people. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { writeWhole } from "../policies/checkpoints/atomic-file.ts";
import { readDiscussions, type Discussion } from "../reports/discussion.ts";
import { readFigureReports } from "../reports/figure-report.ts";
import { figuresMarkdown } from "../reports/figures-markdown.ts";
import { page as figuresPage } from "../reports/page.ts";
import { keptResults } from "../reproduction/figure-machine.ts";
import { asked } from "./run-choice.ts";
import { shownPath } from "./shown-path.ts";
import type { Terminal } from "./terminal.ts";

interface ReportFlags {
  readonly out?: string;
  readonly markdown?: string;
  readonly discussion?: string;
}

/** Beside the folder of results, as in the package's own documentation. */
const besideOf = (folder: string): string => join(dirname(resolve(folder)), "discussion.md");

const discussionsOf = (path: string, given: boolean): readonly Discussion[] => {
  if (!given && !existsSync(path)) return [];
  return asked(() => readDiscussions(path));
};

/** From a page of Markdown to a file, as links have it. */
const linkTo = (file: string, from: string): string => relative(dirname(resolve(from)), resolve(file)).replaceAll("\\", "/");

const perform = async (folder: string, { out, markdown, discussion }: ReportFlags, terminal: Terminal): Promise<void> => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new InvalidArgumentError(`expected a folder of results, as retort reproduce --results writes it, got "${shownPath(folder)}"`);
  }
  const page = discussion ?? besideOf(folder);
  const figures = readFigureReports(folder, discussionsOf(page, discussion !== undefined));
  if (figures.length === 0) {
    throw new InvalidArgumentError(`expected results of a figure in ${shownPath(folder)}, got none; run retort reproduce first`);
  }
  const pages = [
    ...(out !== undefined || markdown === undefined ? [{ path: out ?? "report.html", text: () => figuresPage(figures) }] : []),
    ...(markdown === undefined ? [] : [{ path: markdown, text: () => figuresMarkdown(figures, linkTo(page, markdown)) }]),
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
    .option(
      "--discussion <file>",
      'what people make of the verdicts, in sections of Markdown such as "## Why (figures 8, 9)"; discussion.md beside the folder when left out',
    )
    .addHelpText("after", "\nExamples:\n  retort report\n  retort report runs/reproduction/small/results --out report.html")
    .action((folder: string | undefined, flags: ReportFlags) => perform(folder ?? keptResults, flags, terminal));
};
