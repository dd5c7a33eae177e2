/** A figure in a report: what was asked, what came out, and what it was made with. */
import type { Finding } from "../evaluation/claims/verdict.ts";
import { csvLine } from "../results/csv.ts";
import { outcomeNames, type JudgedClaim } from "../results/verdicts.ts";
import type { FigureReport } from "./figure-report.ts";
import { intervalText, numberText } from "./figure-text.ts";
import { html, type Markup } from "./markup.ts";
import { lineSample, plotSvg, plotText, seriesOf } from "./plot.ts";
import { plotShape } from "./plot-shape.ts";

/** Widths of plots in pixels, for a desk and for a telephone. */
const widths = { wide: 760, narrow: 350 } as const;

/** Where links of the page find a figure. */
export const anchorOf = ({ name }: Pick<FigureReport, "name">): string => `figure-${name.toLowerCase().replace(".", "")}`;

const scrolled = (label: string, table: Markup): Markup =>
  html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${table}</div>`;

const findingCells = ({ what, effect, interval, settings, count }: Finding): Markup =>
  html`<td class="finding">${what}</td>
    <td class="number">${intervalText(effect, [interval.low, interval.high])}</td>
    <td class="number">${settings}</td>
    <td class="number">${count}</td>`;

const claimRows = ({ id, statement, paper, outcome, findings }: JudgedClaim): Markup => {
  const [first, ...rest] = findings;
  const rows = Math.max(1, findings.length);
  const cells = first === undefined ? html`<td colspan="4" class="quiet">trials that it compares are missing</td>` : findingCells(first);
  return html`<tbody>
    <tr>
      <th scope="rowgroup" class="claim" rowspan="${rows}">${statement}<code>${id}</code></th>
      <td class="outcome ${outcome}" rowspan="${rows}">${outcomeNames[outcome]}</td>
      ${cells}
      <td rowspan="${rows}">${paper ?? ""}</td>
    </tr>
    ${rest.map(
      (finding) =>
        html`<tr>
          ${findingCells(finding)}
        </tr>`,
    )}
  </tbody>`;
};

const verdicts = ({ name, claims }: FigureReport): Markup => {
  if (claims.length === 0) return html`<p>This figure makes no claims.</p>`;
  const table = html`<table>
    <caption>
      What the trials say of each claim. The interval covers 95 %; a claim is replicated where it excludes the opposite, and not replicated
      where it excludes what is claimed.
    </caption>
    <thead>
      <tr>
        <th scope="col">Claim</th>
        <th scope="col">Outcome</th>
        <th scope="col">Compared</th>
        <th scope="col">Effect [95 %]</th>
        <th scope="col">Settings</th>
        <th scope="col">Numbers</th>
        <th scope="col">Paper</th>
      </tr>
    </thead>
    ${claims.map(claimRows)}
  </table>`;
  return html`<h3>Claims</h3>
    ${scrolled(`Claims of figure ${name}`, table)}`;
};

const plotOf = ({ means, before }: FigureReport, metric: string): Markup => {
  const shape = plotShape(means, metric);
  if (shape.points.length === 0) return html`<p>No trial has a number for ${metric}.</p>`;
  const start = before.get(metric);
  const names = seriesOf(shape);
  const legend =
    shape.kind === "heatmap" || (names.length < 2 && names[0] === "") ? [] : names.map((name, i) => html`<li>${lineSample(i)}${name}</li>`);
  const facets = shape.facet === "" ? "" : ` for each ${shape.facet}`;
  const rows = shape.row === "" ? "" : ` and ${shape.row}`;
  const bars = shape.kind === "heatmap" ? "" : " Bars reach over the 95 % interval of the seeds.";
  const dashed =
    start === undefined || shape.kind === "heatmap" ? "" : ` The dashed line is the student before training, ${numberText(start)}.`;
  return html`<figure>
    ${
      legend.length === 0
        ? ""
        : html`<ul class="legend" aria-label="Lines: ${shape.row}">
            ${legend}
          </ul>`
    }
    <div class="wide" role="img" aria-label="${plotText(shape)}">${plotSvg(shape, widths.wide, start)}</div>
    <div class="narrow" role="img" aria-label="${plotText(shape)}">${plotSvg(shape, widths.narrow, start)}</div>
    <figcaption>Mean ${metric} over seeds, by ${shape.x}${rows}${facets}.${bars}${dashed}</figcaption>
  </figure>`;
};

const csvOf = ({ means: { axes, settings }, metrics }: FigureReport): string => {
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

const meansTable = (report: FigureReport): Markup => {
  const { name, metrics, means } = report;
  const rows = means.settings.map(({ texts, means: own }) => {
    const seeds = Math.max(0, ...metrics.map((metric) => own.get(metric)?.n ?? 0));
    const cells = metrics.map((metric) => {
      const found = own.get(metric);
      return html`<td class="number">${found === undefined ? "–" : intervalText(found.mean, found.interval)}</td>`;
    });
    return html`<tr>
      ${texts.map((text) => html`<th scope="row">${text}</th>`)}${cells}
      <td class="number">${seeds}</td>
    </tr>`;
  });
  const head = [...means.axes.map((axis) => axis.name), ...metrics.map((metric) => `${metric} [95 %]`), "Seeds"];
  const table = html`<table>
    <caption>
      Means over seeds. Intervals are of the bootstrap, which of three seeds reaches from the lowest to the highest and covers about 75 %.
    </caption>
    <thead>
      <tr>
        ${head.map((text) => html`<th scope="col">${text}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
  const link = `data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(report))}`;
  return html`<h3>Means</h3>
    ${scrolled(`Means of figure ${name}`, table)}
    <p><a href="${link}" download="${anchorOf(report)}.csv">Figure ${name} as CSV</a></p>`;
};

/** The section of a figure. */
export const figureSection = (report: FigureReport): Markup => {
  const { name, paper, results, metrics, made } = report;
  const { question, trials, planned, scale, engine } = results;
  const facts: FigureReport["made"] = [["scale", scale], ["trials", `${trials.length} of ${planned}`], ["engine", engine], ...made];
  return html`<section id="${anchorOf(report)}" aria-labelledby="${anchorOf(report)}-title">
    <h2 id="${anchorOf(report)}-title">Figure ${name}</h2>
    <p>${question}${paper === undefined ? "" : html` <span class="quiet">(${paper})</span>`}</p>
    ${verdicts(report)}
    ${
      trials.length === 0
        ? html`<p>No trial is done.</p>`
        : html`<h3>Plot</h3>
            ${metrics.map((metric) => plotOf(report, metric))}${meansTable(report)}`
    }
    <h3>Made with</h3>
    <dl>
      ${facts.map(
        ([fact, value]) =>
          html`<dt>${fact}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  </section> `;
};
