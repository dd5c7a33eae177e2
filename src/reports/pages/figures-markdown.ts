/** Figures as a page of Markdown: questions, verdicts and means, without plots. */
import { mixedOf } from "../../results/claim-trials.ts";
import { mixedText } from "../../results/mixed.ts";
import { outcomeNames, type JudgedClaim } from "../../results/verdicts.ts";
import type { FigureReport } from "./figure-report.ts";
import { intervalText } from "../html/number-text.ts";

/** A text in a line of Markdown, with nothing in it that Markdown or HTML would take for its own. */
const plain = (text: string): string =>
  text.replaceAll(/\s+/gu, " ").replaceAll(/[\\`*_[\]<>&|#]/gu, (sign) => `\\${sign}`);

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head.map(plain)), row(head.map(() => "---")), ...rows.map((cells) => row(cells.map(plain)))].join("");

const claimRows = ({ statement, paper, outcome, findings }: JudgedClaim): string[][] => {
  const head = [statement, paper ?? "", outcomeNames[outcome]];
  if (findings.length === 0) return [[...head, "", "", ""]];
  return findings.map(({ what, effect, interval, settings, count }, i) => [
    ...(i === 0 ? head : ["", "", ""]),
    what,
    intervalText(effect, [interval.low, interval.high]),
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

const mixedLines = ({ results }: FigureReport): string[] => {
  const text = mixedText(mixedOf(results.trials));
  return text === undefined ? [] : [`**${plain(text)}**\n`];
};

const section = (report: FigureReport, page: string): string => {
  const { name, paper, results, claims, metrics, means, before, made } = report;
  const { question, trials, planned, scale, engine } = results;
  const rows = means.settings.map(({ texts, means: own }) => [
    ...texts,
    ...metrics.map((metric) => {
      const found = own.get(metric);
      return found === undefined ? "" : intervalText(found.mean, found.interval);
    }),
  ]);
  const start = [...before].map(([metric, value]) => `${plain(metric)} ${intervalText(value, undefined)}`).join(", ");
  return [
    `## Figure ${plain(name)}\n`,
    `${plain(question)}${paper === undefined ? "" : ` (${plain(paper)})`}\n`,
    `${trials.length} of ${planned} trials, scale ${scale}, engine ` +
      `${plain(engine)}.${start === "" ? "" : ` Before training: ${start}.`}\n`,
    ...mixedLines(report),
    table(["claim", "paper", "verdict", "compared", "effect [95 %]", "numbers of settings"], claims.flatMap(claimRows)),
    ...discussed(report, page),
    table([...means.axes.map((axis) => axis.name), ...metrics.map((metric) => `${metric} [95 %]`)], rows),
    made.map(([fact, value]) => `- ${plain(fact)}: ${plain(value)}\n`).join(""),
  ].join("\n");
};

/**
 * The page, with links to a page of discussions, which is beside it when nothing else is said. Verdicts rest on
 * Student's interval, means have the bootstrap's.
 */
export const figuresMarkdown = (figures: readonly FigureReport[], discussion = "discussion.md"): string =>
  [
    "# The paper's figures at small scale\n",
    "Written by `retort report --markdown` from what `retort reproduce` measured and the claims of the " +
      "figures' experiment files; no verdict is edited. A claim is replicated where the 95 % interval of its " +
      "effect excludes the opposite, not replicated where it excludes the claim, or any effect of the size " +
      "that the claim counts from, else inconclusive.\n",
    ...figures.map((figure) => section(figure, discussion)),
  ].join("\n");
