/** What is between the ends of a trade-off beside both of them, as a table with its result in words. */
import type { Finding } from "../../evaluation/claims/verdict.ts";
import { intervalText } from "../html/number-text.ts";
import { html, type Markup } from "../html/markup.ts";
import { scrolledTable } from "../html/page-shell.ts";
import { beatBoth, type EndsCell, type EndsComparison } from "../means/against-ends.ts";

/** `0.05 [0.01, 0.09]`; a dash where there is nothing to compare. */
export const findingText = (finding: Finding | undefined): string =>
  finding === undefined ? "–" : intervalText(finding.effect, [finding.interval.low, finding.interval.high]);

/** Whether an interval excludes that there is no difference. */
export const isSure = (finding: Finding | undefined): boolean =>
  finding !== undefined && (finding.outcome === "replicated" || finding.outcome === "not-replicated");

/** What is said of a comparison: its heading, its columns, and for each metric which values are above both ends. */
export interface EndsText {
  readonly title: string;
  readonly head: readonly string[];
  readonly found: readonly string[];
  readonly note: string;
}

const foundOf = (comparison: EndsComparison, metric: string): string => {
  const { along, ends } = comparison;
  const both = beatBoth(comparison, metric).map(
    ({ label, over: [low, high] }) =>
      `${along} ${label} (by ${findingText(low)} above ${along} ${ends[0]} and by ${findingText(high)} above ` +
      `${along} ${ends[1]})`,
  );
  return both.length === 0
    ? `${metric}: no ${along} between is above both ends by intervals that exclude 0.`
    : `${metric}: above both ends is ${both.join(", ")}.`;
};

/** The same words for every page. */
export const endsText = (comparison: EndsComparison): EndsText => {
  const { line, along, ends, rows } = comparison;
  const metrics = rows[0]?.cells.map(({ metric }) => metric) ?? [];
  return {
    title: `${along} against the ends${line === "" ? "" : `, ${line}`}`,
    head: [
      along,
      ...metrics.flatMap((metric) => [
        `${metric} [95 %]`,
        `${metric}, less ${along} ${ends[0]}'s`,
        `${metric}, less ${along} ${ends[1]}'s`,
      ]),
    ],
    found: metrics.map((metric) => foundOf(comparison, metric)),
    note:
      "Differences are taken seed by seed, with Student's 95 % interval; means have the bootstrap's. Bold: the " +
      "interval excludes 0. Each is of 95 % by itself, none is corrected for how many there are.",
  };
};

/** A mean with its interval; a dash where no seed has it. */
export const valueOf = ({ value }: EndsCell): string =>
  value === undefined ? "–" : intervalText(value.mean, value.interval);

const difference = (finding: Finding | undefined): Markup =>
  html`<td class="number">
    ${isSure(finding) ? html`<strong>${findingText(finding)}</strong>` : findingText(finding)}
  </td>`;

/** The table under its heading; `of` is what it is of, such as `Figure 5`. */
export const endsTable = (of: string, comparison: EndsComparison): Markup => {
  const { title, head, found, note } = endsText(comparison);
  const rows = comparison.rows.map(
    ({ label, cells }) =>
      html`<tr>
        <th scope="row">${label}</th>
        ${cells.map(
          (cell) =>
            html`<td class="number">${valueOf(cell)}</td>
              ${cell.over.map(difference)}`,
        )}
      </tr>`,
  );
  return html`<h3>${title}</h3>
    <ul>
      ${found.map((line) => html`<li>${line}</li>`)}
    </ul>
    ${scrolledTable(`${of}: ${title}`, note, head, rows)}`;
};
