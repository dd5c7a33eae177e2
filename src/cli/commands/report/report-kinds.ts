/** What `retort report` can be given: results of figures, a run, or the runs of an experiment file. */
import { existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import type { ClaimValues } from "../../../evaluation/claims/index.ts";
import { readExperiment } from "../../../experiments/file/extended-source.ts";
import { checkTrials } from "../../../sweeps/planning/sweep-plan.ts";
import { generalSections, readDiscussions, relinked, type Discussion } from "../../../reports/pages/discussion.ts";
import { figurePlots } from "../../../reports/pages/figure-plots.ts";
import { readFigureReports, type FigureReport } from "../../../reports/pages/figure-report.ts";
import { figuresMarkdown, type PlotFile } from "../../../reports/pages/figures-markdown.ts";
import { page as figuresPage } from "../../../reports/pages/figures-page.ts";
import { plotNames, type ReportPlot } from "../../../reports/plots/plot-figure.ts";
import { readRunReport, runPage, runPlots } from "../../../reports/pages/run-page.ts";
import { sweepPage, sweepPlots } from "../../../reports/pages/sweep-page.ts";
import { readSweepReport } from "../../../reports/pages/sweep-report.ts";
import { requireClaims } from "../../options/required-claims.ts";
import { orUsageError, readChosen } from "../../options/run-choice.ts";
import { shownPath } from "../../display/shown-path.ts";
import type { Terminal } from "../../display/terminal.ts";

/** A report, not yet written. */
export interface Report {
  /** What it is of, in a few words. */
  readonly of: string;
  readonly page: () => string;
  readonly plots: () => readonly ReportPlot[];
  /**
   * As Markdown that is to be written to a path, with the plots that are files in a folder; nothing where that is not
   * to be had.
   */
  readonly markdown?: (path: string, plots?: PlotFolder) => string;
}

/** Where plots are, as files with the names of `plotNames` and an ending. */
export interface PlotFolder {
  readonly folder: string;
  readonly format: string;
}

/** Beside the folder of results, as in the package's own documentation. */
const besideOf = (folder: string): string => join(dirname(resolve(folder)), "discussion.md");

/** In the folder of results itself: then it is part of the page. */
const withinOf = (folder: string): string => join(folder, "discussion.md");

/** Where the discussions are, and whether the page has them whole or links to them. */
const chosenDiscussion = (folder: string, given: string | undefined) => {
  if (given !== undefined) return { path: given, whole: false };
  const within = withinOf(folder);
  return existsSync(within) ? { path: within, whole: true } : { path: besideOf(folder), whole: false };
};

const discussionsOf = (path: string, given: boolean): readonly Discussion[] => {
  if (!given && !existsSync(path)) return [];
  return orUsageError(() => readDiscussions(path));
};

/** From a page of Markdown to a file, as links have it. */
const linkTo = (file: string, from: string): string =>
  relative(dirname(resolve(from)), resolve(file)).replaceAll("\\", "/");

/** The files of the plots of each figure, as a page of Markdown shows them. */
const plotFiles = (
  figures: readonly FigureReport[],
  { folder, format }: PlotFolder,
  page: string,
): ReadonlyMap<FigureReport, readonly PlotFile[]> => {
  const all = figures.flatMap((figure) => figurePlots(figure).map((plot) => ({ figure, plot })));
  const names = plotNames(all.map(({ plot }) => plot));
  const files = all.map(({ figure, plot: { text, caption } }, i) => ({
    figure,
    file: { text, caption, path: linkTo(join(folder, `${names[i]}.${format}`), page) },
  }));
  return new Map(figures.map((figure) => [figure, files.flatMap((one) => (one.figure === figure ? [one.file] : []))]));
};

/**
 * A report of the figures whose results are in a folder, with a page of discussions; nothing where there are no
 * results. Discussions in the folder itself are part of the report, others are linked from Markdown. `RangeError` for
 * results of several scales.
 */
export const figuresReport = (folder: string, discussion: string | undefined): Report | undefined => {
  const { path: discussed, whole } = chosenDiscussion(folder, discussion);
  const sections = discussionsOf(discussed, discussion !== undefined);
  const figures = orUsageError(() => readFigureReports(folder, sections));
  if (figures.length === 0) return undefined;
  return {
    of: `${figures.length} figure${figures.length === 1 ? "" : "s"}`,
    page: () => figuresPage(figures, whole ? generalSections(figures, sections) : []),
    plots: () => figures.flatMap(figurePlots),
    markdown: (path, plots) => {
      const files = plots === undefined ? undefined : plotFiles(figures, plots, path);
      const way = linkTo(dirname(discussed), path);
      return figuresMarkdown(figures, {
        discussion: linkTo(discussed, path),
        ...(whole ? { sections: sections.map((one) => ({ ...one, text: relinked(one.text, way) })) } : {}),
        plots: (figure) => files?.get(figure) ?? [],
      });
    },
  };
};

/** The claims of an experiment file. `InvalidArgumentError` when it makes none. */
const claimsIn = (file: string): readonly ClaimValues[] => {
  const { claims } = checkTrials(readExperiment(file), []);
  requireClaims(file, claims);
  return claims;
};

/**
 * A report of one run, or of the runs of one experiment file, with what they say of the claims of `file`.
 * `InvalidArgumentError` where a folder holds neither, and for claims about one run.
 */
export const runsReport = async (folder: string, file: string | undefined, terminal: Terminal): Promise<Report> => {
  const { chosen } = await readChosen(folder, {}, terminal);
  const [first, ...others] = chosen;
  if (first === undefined) {
    throw new InvalidArgumentError(
      `expected results of figures, a run or the runs of an experiment file in "${shownPath(folder)}", got ` +
        "none; retort reproduce, run or sweep make them",
    );
  }
  const files = new Set(chosen.map(({ parent }) => parent));
  if (files.size > 1) {
    const named = [...files].slice(0, 3).map(shownPath).join(", ");
    throw new InvalidArgumentError(
      `expected the runs of one experiment file, got those of ${files.size}; name one of their folders, such ` +
        `as ${named}`,
    );
  }
  if (others.length === 0) {
    if (file !== undefined)
      throw new InvalidArgumentError(`--claims: expected the runs of a sweep, got one run; name the folder around it`);
    const report = await readRunReport(first);
    return { of: "1 run", page: () => runPage(report), plots: () => runPlots(report) };
  }
  const report = await readSweepReport(basename(first.parent), chosen, file === undefined ? [] : claimsIn(file));
  return { of: `${chosen.length} runs`, page: () => sweepPage(report), plots: () => sweepPlots(report) };
};
