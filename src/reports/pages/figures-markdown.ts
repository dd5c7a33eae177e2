/** Figures as a page of Markdown: questions, verdicts and means; plots and discussions where they are given. */
import { mixedOf } from "../../results/claim-trials.ts";
import { mixedText } from "../../results/mixed.ts";
import { outcomeNames, outcomesText, type JudgedClaim } from "../../results/verdicts.ts";
import { looksTexts } from "./follow-ups.ts";
import { paperOf, type FigureReport } from "./figure-report.ts";
import { effectText, intervalText, numberText } from "../html/number-text.ts";
import type { ReportPlot } from "../plots/plot-figure.ts";
import { calibrationText } from "./calibration-text.ts";
import { completionsMarkdown } from "./completions-markdown.ts";
import { generalSections, type Discussion } from "./discussion.ts";
import { endsText, findingText, isSure, valueOf } from "./ends-table.ts";
import { cellTable, plain, textTable } from "./markdown-text.ts";
import { headsOf } from "./means-table.ts";
import { pageTitle } from "./page-title.ts";
import { besideVerdict, overviewOf, paperEffect, ranksText, sourceText, talliesOf } from "./paper-text.ts";
import type { PaperNumbers } from "../means/paper-means.ts";
import { reasonOutcome } from "./reasons.ts";
import { shownTrials } from "./shown-trials.ts";
import type { EndsComparison } from "../means/against-ends.ts";

/** A plot that is a file already. */
export interface PlotFile extends Pick<ReportPlot, "text" | "caption"> {
  /** From the page to the file. */
  readonly path: string;
}

/** What a page has besides what was measured. */
export interface MarkdownParts {
  /** From the page to the page of discussions that it links to; `discussion.md` beside it when left out. */
  readonly discussion?: string;
  /**
   * Discussions that are part of the page, in place of links: those of no figure come first, those of figures with
   * them. Their text is Markdown whose links are the page's own.
   */
  readonly sections?: readonly Discussion[];
  /** The files of a figure's plots; none when left out. */
  readonly plots?: (figure: FigureReport) => readonly PlotFile[];
}

const claimRows = (report: FigureReport, claim: JudgedClaim, index: number): string[][] => {
  const { statement, paper, outcome, findings } = claim;
  const agreement = besideVerdict(report, index);
  const head = [statement, paper ?? "", `${outcomeNames[outcome]}${agreement === "" ? "" : ` ${agreement}`}`];
  const beside = (i: number): string[] => (report.compared === undefined ? [] : [paperEffect(report, index, i)]);
  if (findings.length === 0) return [[...head, "", "", ...beside(0), ""]];
  return findings.map(({ what, effect, interval, settings, count }, i) => [
    ...(i === 0 ? head : ["", "", ""]),
    what,
    effectText(effect, interval),
    ...beside(i),
    `${count} of ${settings}`,
  ]);
};

/** Links to the sections of a page. */
const discussed = ({ discussions }: FigureReport, page: string): string[] => {
  const links = discussions.map(
    ({ title, anchor }) => `[${plain(title)}](${encodeURI(page)}#${encodeURIComponent(anchor)})`,
  );
  return links.length === 0 ? [] : [`Discussion: ${links.join("; ")}.\n`];
};

/** Headings of a section are one level deeper inside of a figure's. */
const deeper = (text: string): string => text.replaceAll(/^#{3,5} /gmu, (hashes) => `#${hashes}`);

/** The sections about a figure, whole with the first of the figures that they are about, and linked from the others. */
const discussedHere = (
  report: FigureReport,
  figures: readonly FigureReport[],
  sections: readonly Discussion[],
): string[] => {
  const titles = (figure: FigureReport): readonly string[] => figure.discussions.map(({ title }) => title);
  const own = sections.filter(({ title }) => titles(report).includes(title));
  const isFirst = ({ title }: Discussion): boolean =>
    figures.find((figure) => titles(figure).includes(title)) === report;
  const whole = own.filter(isFirst).map(({ title, text }) => `### ${title}\n\n${deeper(text)}\n`);
  const others = { ...report, discussions: own.filter((section) => !isFirst(section)) };
  return [...whole, ...discussed(others, "")];
};

const plotLines = ({ text, caption, path }: PlotFile): string =>
  `![${plain(text)}](${encodeURI(path).replaceAll(/[()]/gu, (sign) => `%${sign.charCodeAt(0).toString(16)}`)})\n\n` +
  `${plain(caption)}\n`;

const endsLines = (comparison: EndsComparison): string[] => {
  const { title, head, found, note } = endsText(comparison);
  const rows = comparison.rows.map(({ label, cells }) => [
    plain(label),
    ...cells.flatMap((cell) => [
      plain(valueOf(cell)),
      ...cell.over.map((finding) => {
        const text = plain(findingText(finding));
        return isSure(finding) ? `**${text}**` : text;
      }),
    ]),
  ]);
  return [
    `### ${plain(title)}\n`,
    found.map((line) => `- ${plain(line)}\n`).join(""),
    cellTable(head, rows),
    `${plain(note)}\n`,
  ];
};

const looksLines = (report: FigureReport, figures: readonly FigureReport[]): string[] =>
  looksTexts(report, figures).map((text) => `${plain(text)}\n`);

const mixedLines = ({ results }: FigureReport): string[] => {
  const text = mixedText(mixedOf(results.trials));
  return text === undefined ? [] : [`**${plain(text)}**\n`];
};

const meansRows = ({ means, metrics }: FigureReport, numbers: PaperNumbers | undefined): string[][] =>
  means.settings.map((setting) => [
    ...setting.texts,
    ...metrics.flatMap((metric) => {
      const found = setting.means.get(metric);
      const ours = found === undefined ? "" : intervalText(found.mean, found.interval);
      const theirs = numbers?.(setting, metric);
      return numbers === undefined ? [ours] : [ours, theirs === undefined ? "" : numberText(theirs)];
    }),
  ]);

const comparedLines = ({ compared }: FigureReport): string[] =>
  compared === undefined ? [] : [`${plain([sourceText(compared), ranksText(compared)].join(" ").trim())}\n`];

/** All claims of all figures in one table. */
const overviewLines = (figures: readonly FigureReport[]): string[] => {
  const { note, head, rows } = overviewOf(figures);
  const linked = (figure: string, anchor: string): string => `[${plain(figure)}](#${anchor})`;
  const lines = rows.map(({ cells, figures: own, reasons }) => [
    ...cells.map(plain),
    own.map(({ figure, anchor }) => linked(figure, anchor)).join(", "),
    ...(head.length > cells.length + 1
      ? [reasons.map((one) => `${linked(one.figure, one.anchor)}: ${reasonOutcome(one)}`).join("; ")]
      : []),
  ]);
  const counts = talliesOf(figures).map(({ of, claims }) => `${of}: ${outcomesText(claims)}`);
  return rows.length === 0
    ? []
    : ["## All claims\n", `${plain(counts.join("; "))}.\n`, cellTable(head, lines), `${plain(note)}\n`];
};

/** How settings were chosen and frozen. */
const calibrationLines = (figures: readonly FigureReport[]): string[] => {
  const text = calibrationText(figures);
  if (text === undefined) return [];
  return ["## Calibration\n", `${plain(text.note)}\n`, textTable(text.head, text.rows)];
};

const section = (
  report: FigureReport,
  figures: readonly FigureReport[],
  discussions: readonly string[],
  plots: readonly PlotFile[],
): string => {
  const { name, paper, results, claims, metrics, means, before, made, ends, compared } = report;
  const numbers = paperOf(report);
  const { question, trials, planned, scale, engine } = results;
  const start = [...before].map(([metric, value]) => `${plain(metric)} ${intervalText(value, undefined)}`).join(", ");
  return [
    `## Figure ${plain(name)}\n`,
    `${plain(question)}${paper === undefined ? "" : ` (${plain(paper)})`}\n`,
    `${trials.length} of ${planned} trials, scale ${scale}, engine ` +
      `${plain(engine)}.${start === "" ? "" : ` Before training: ${start}.`}\n`,
    ...looksLines(report, figures),
    ...mixedLines(report),
    textTable(
      [
        "claim",
        "paper",
        "verdict",
        "compared",
        "effect [95 %]",
        ...(compared === undefined ? [] : ["paper's effect"]),
        "numbers of settings",
      ],
      claims.flatMap((claim, i) => claimRows(report, claim, i)),
    ),
    ...ends.flatMap(endsLines),
    ...discussions,
    ...plots.map(plotLines),
    textTable(
      [...means.axes.map((axis) => axis.name), ...metrics.flatMap((metric) => headsOf(metric, numbers))],
      meansRows(report, numbers),
    ),
    ...comparedLines(report),
    ...completionsMarkdown(shownTrials(report)),
    made.map(([fact, value]) => `- ${plain(fact)}: ${plain(value)}\n`).join(""),
  ].join("\n");
};

/**
 * The page, with links to a page of discussions or with these in it. Verdicts rest on Student's interval, means have
 * the bootstrap's.
 */
export const figuresMarkdown = (figures: readonly FigureReport[], parts: MarkdownParts = {}): string => {
  const { discussion = "discussion.md", sections, plots = () => [] } = parts;
  const { title, models } = pageTitle(figures[0]?.results.scale ?? "small");
  const first = sections === undefined ? [] : generalSections(figures, sections);
  return [
    `# ${title}\n`,
    "Written by `retort report --markdown` from what `retort reproduce` measured and the claims of the " +
      "figures' experiment files; no verdict is edited. A claim is replicated where the 95 % interval of its " +
      "effect excludes the opposite, not replicated where it excludes the claim, or any effect of the size " +
      "that the claim counts from, else inconclusive.\n",
    ...(models === undefined ? [] : [`${models}\n`]),
    ...overviewLines(figures),
    ...calibrationLines(figures),
    ...first.map((one) => `## ${one.title}\n\n${one.text}\n`),
    ...figures.map((figure) =>
      section(
        figure,
        figures,
        sections === undefined ? discussed(figure, discussion) : discussedHere(figure, figures, sections),
        plots(figure),
      ),
    ),
  ].join("\n");
};
