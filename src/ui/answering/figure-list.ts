/** Figures of the paper that were reproduced below a folder: our plots, our verdicts, and what the paper says. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { stampOf } from "../../files/regular-file.ts";
import { figureSection } from "../../reports/pages/figure-section.ts";
import { readFigureReports, type FigureReport } from "../../reports/pages/figure-report.ts";
import { scales } from "../../reproduction/figures.ts";
import { tally } from "../../results/verdicts.ts";
import type { FigureList } from "../answers.ts";

/** The folder itself, and where `retort reproduce` writes results below a folder of runs. */
const placesOf = (root: string): readonly string[] => [
  root,
  ...scales.flatMap((scale) => [join(root, scale, "results"), join(root, "reproduction", scale, "results")]),
];

const isFigure = (name: string): boolean => /^figure-\w+\.json$/u.test(name);

/** Files of results in a folder, each with its time and size; none where there is no such folder. */
const filesIn = (folder: string): readonly string[] => {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(isFigure)
    .map((name) => `${name} ${stampOf(statSync(join(folder, name)))}`);
};

const entriesOf = (reports: readonly FigureReport[]): FigureList["figures"] =>
  reports.map((report) => ({
    name: report.name,
    paper: report.paper ?? "",
    section: figureSection(report, reports).text,
    outcomes: { ...tally(report.claims) },
  }));

/** Reads the figures below a folder, and judges and draws them again only when their results have changed. */
export class FigureReader {
  readonly #root: string;
  #of = "";
  #list: FigureList = { figures: [] };

  constructor(root: string) {
    this.#root = root;
  }

  /** The figures that have results. `Error` that names the file for one that is damaged. */
  read(): FigureList {
    const folders = placesOf(this.#root).map((folder) => ({ folder, files: filesIn(folder) }));
    const of = JSON.stringify(folders);
    if (of !== this.#of) {
      const found = folders.filter(({ files }) => files.length > 0);
      this.#list = { figures: found.flatMap(({ folder }) => entriesOf(readFigureReports(folder))) };
      this.#of = of;
    }
    return this.#list;
  }
}
