/** The table of means over seeds, as markup and as CSV. */
import { csvLine } from "../../results/tables/csv.ts";
import { intervalText, numberText } from "../html/number-text.ts";
import { html, type Markup } from "../html/markup.ts";
import { download } from "../plots/plot-figure.ts";
import type { PaperNumbers } from "../means/paper-means.ts";
import type { SettingMeans } from "../means/setting-means.ts";
import { scrolledTable } from "../html/page-shell.ts";

const csvOf = ({ axes, settings }: SettingMeans, metrics: readonly string[]): string => {
  const head = [
    ...axes.map(({ pointer }) => pointer),
    ...metrics.flatMap((metric) => [`${metric}/seeds`, metric, `${metric}/low`, `${metric}/high`]),
  ];
  const lines = settings.map(({ values, means }) => [
    ...values.map((value) => (typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value))),
    ...metrics.flatMap((metric) => {
      const { n, mean, interval } = means.get(metric) ?? {};
      return [n, mean, interval?.[0], interval?.[1]];
    }),
  ]);
  return [head, ...lines].map(csvLine).join("");
};

/** Heads of a metric's columns. */
export const headsOf = (metric: string, paper: PaperNumbers | undefined): readonly string[] => [
  `${metric} [95 %]`,
  ...(paper === undefined ? [] : [`${metric}, paper`]),
];

/**
 * The table, with its CSV under it. `what` is what it is of, such as `Figure 8`; `file` names the CSV. With `paper`
 * each mean has the paper's number beside it.
 */
export const meansTable = (
  what: string,
  file: string,
  means: SettingMeans,
  metrics: readonly string[],
  paper?: PaperNumbers,
): Markup => {
  const rows = means.settings.map((setting) => {
    const { texts, means: own } = setting;
    const seeds = Math.max(0, ...metrics.map((metric) => own.get(metric)?.n ?? 0));
    const cells = metrics.map((metric) => {
      const found = own.get(metric);
      const theirs = paper?.(setting, metric);
      return html`<td class="number">${found === undefined ? "–" : intervalText(found.mean, found.interval)}</td>
        ${
          paper === undefined
            ? ""
            : html`<td class="number quiet">${theirs === undefined ? "–" : numberText(theirs)}</td>`
        }`;
    });
    return html`<tr>
      ${texts.map((text) => html`<th scope="row">${text}</th>`)}${cells}
      <td class="number">${seeds}</td>
    </tr>`;
  });
  const head = [
    ...means.axes.map((axis) => axis.name),
    ...metrics.flatMap((metric) => headsOf(metric, paper)),
    "Seeds",
  ];
  const caption =
    "Means over seeds. Intervals are of the bootstrap, which of three seeds reaches from the lowest to the " +
    "highest and covers about 75 %.";
  return html`${scrolledTable(`${what}: means`, caption, head, rows)}
    <p>${download(`${file}.csv`, "text/csv", csvOf(means, metrics), `${what} as CSV`)}</p>`;
};
