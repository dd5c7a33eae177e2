/** The report of a sweep, or of the variants of an experiment file: what was varied, and what came of it. */
import { runStatuses } from "../../runs/folder/manifest.ts";
import type { FoundRun } from "../../runs/reading/read-runs.ts";
import { claimsTable } from "./claims-table.ts";
import { metricPlots } from "./figure-plots.ts";
import { numberText, timeText } from "../html/number-text.ts";
import { html, type Markup } from "../html/markup.ts";
import { meansTable } from "./means-table.ts";
import { mixedNote } from "../html/mixed-note.ts";
import { fileName, plotFigure, type ReportPlot } from "../plots/plot-figure.ts";
import { factList, scrolledTable, section, shell } from "../html/page-shell.ts";
import { sweepCurvePlot } from "../plots/sweep-curves.ts";
import type { SweepReport } from "./sweep-report.ts";

/** Metrics that have a plot; the table has all. */
const mostPlots = 8;

/** The plots of a sweep's report. */
export const sweepPlots = ({ name, means, metrics, before, curves }: SweepReport): readonly ReportPlot[] => [
  ...metricPlots(fileName(name), means, metrics.slice(0, mostPlots), before),
  ...curves.map((curve) => sweepCurvePlot(fileName(name), curve)),
];

const metricText = (value: number | undefined): string => (value === undefined ? "–" : numberText(value));

const trialTable = (runs: readonly FoundRun[], metrics: readonly string[]): Markup => {
  const shown = metrics.slice(0, 3);
  const rows = runs.map(
    ({ record }) =>
      html`<tr>
        <th scope="row">${record.label}</th>
        <td>${record.status}${record.error === undefined ? "" : html`: ${record.error}`}</td>
        ${shown.map((metric) => html`<td class="number">${metricText(record.metrics[metric])}</td>`)}
        <td class="number">${record.milliseconds === undefined ? "–" : timeText(record.milliseconds)}</td>
        <td><code>${record.id.slice(0, 16)}</code></td>
      </tr>`,
  );
  return scrolledTable(
    "Trials",
    "Every trial; its folder's name ends in its id.",
    ["Trial", "Status", ...shown, "Training", "Id"],
    rows,
  );
};

const facts = ({ runs, means, done }: SweepReport): readonly (readonly [string, string])[] => {
  const counts = runStatuses.flatMap((status) => {
    const count = runs.filter(({ record }) => record.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  const engines = [...new Set(runs.map(({ record }) => record.engine))];
  return [
    ["experiment file", runs[0]!.record.file],
    ["trials", `${runs.length}: ${counts.join(", ")}`],
    ["varied", means.axes.length === 0 ? "nothing but seeds" : means.axes.map(({ pointer }) => pointer).join(", ")],
    ["settings", `${means.settings.length}, of ${done} trials that are done`],
    ["engine", engines.join(", ")],
  ];
};

/** The whole page. */
export const sweepPage = (report: SweepReport): string => {
  const { name, question, runs, metrics, means, claims } = report;
  const none = html`<p>No trial is done.</p>`;
  const results = report.done === 0 ? none : meansTable(name, fileName(name), means, metrics);
  const plots = sweepPlots(report).map(plotFigure);
  const judged = claims.length > 0;
  return shell({
    title: name,
    intro: html`<p>${question}</p>
      ${mixedNote(report.mixed)} ${factList(facts(report))}`,
    links: [
      ...(judged ? [["claims", "Claims"] as const] : []),
      ["results", "Results"],
      ["plots", "Plots"],
      ["trials", "Trials"],
    ],
    linked: "Parts",
    main: [
      ...(judged ? [section("claims", "Claims", [claimsTable(name, claims)])] : []),
      section("results", "Results", [results]),
      section("plots", "Plots", plots.length === 0 ? [none] : plots),
      section("trials", "Trials", [trialTable(runs, metrics)]),
    ],
  });
};
