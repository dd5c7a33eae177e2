/** A plot in a report, with its legend, its caption and its numbers. */
import { csvLine } from "../../results/tables/csv.ts";
import { html, type Markup } from "../html/markup.ts";
import { lineSample } from "./plot-drawing.ts";

/** A line of the legend. */
export interface LegendLine {
  readonly name: string;
  /** Which look it has. */
  readonly look: number;
}

/** A plot, not yet drawn at any width. */
export interface ReportPlot {
  /** Name for files, without an ending. */
  readonly name: string;
  /** What is drawn, for those who do not see it. */
  readonly text: string;
  readonly caption: string;
  /** What the lines have in common, such as the axis that tells them apart. */
  readonly lines: string;
  readonly legend: readonly LegendLine[];
  /** Parts of it are links. */
  readonly linked?: boolean;
  /** Draws it at a width in pixels. */
  readonly svg: (width: number) => Markup;
  /** Its numbers: head and rows. */
  readonly table: readonly (readonly (string | number | undefined)[])[];
}

/** Widths of plots in pixels, for a desk and for a telephone. */
const widths = { wide: 760, narrow: 350 } as const;

/** Text as a file's name: letters, digits, points and hyphens. */
export const fileName = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/gu, "-")
    .replaceAll(/^[-.]+|[-.]+$/gu, "")
    .slice(0, 100);

/** Names of the plots' files, each once: metrics may differ in characters that names of files do not have. */
export const plotNames = (plots: readonly Pick<ReportPlot, "name">[]): readonly string[] => {
  const taken = new Map<string, number>();
  return plots.map(({ name }) => {
    const times = (taken.get(name) ?? 0) + 1;
    taken.set(name, times);
    return times === 1 ? name : `${name}-${times}`;
  });
};

/** A link that saves a file that the page has in it. */
export const download = (name: string, type: string, content: string, text: string): Markup =>
  html`<a href="data:${type};charset=utf-8,${encodeURIComponent(content)}" download="${name}">${text}</a>`;

/** The plot's numbers as CSV. */
export const plotCsv = ({ table }: Pick<ReportPlot, "table">): string => table.map(csvLine).join("");

const captioned = (plot: ReportPlot): Markup =>
  html`<figcaption>${plot.caption} ${download(`${plot.name}.csv`, "text/csv", plotCsv(plot), "CSV")}</figcaption>`;

/** The plot as an element of the page. */
export const plotFigure = (plot: ReportPlot): Markup => {
  const { text, lines, legend, svg, linked = false } = plot;
  // What is inside of an image cannot be reached by the keyboard.
  const role = linked ? "group" : "img";
  const items = legend.map((line) => html`<li>${lineSample(line.look)}${line.name}</li>`);
  return html`<figure>
    ${
      items.length === 0
        ? ""
        : html`<ul class="legend" aria-label="Lines: ${lines}">
            ${items}
          </ul>`
    }
    <div class="wide" role="${role}" aria-label="${text}">${svg(widths.wide)}</div>
    <div class="narrow" role="${role}" aria-label="${text}">${svg(widths.narrow)}</div>
    ${captioned(plot)}
  </figure>`;
};

/** A plot that is as wide on a telephone as on a desk, for many beside each other. */
export const smallFigure = (plot: ReportPlot): Markup =>
  html`<figure>
    <div role="img" aria-label="${plot.text}">${plot.svg(widths.narrow)}</div>
    ${captioned(plot)}
  </figure>`;
