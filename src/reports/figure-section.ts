/** A figure in a report: what was asked, what came out, and what it was made with. */
import type { Finding } from "../evaluation/claims/verdict.ts";
import { csvLine } from "../results/csv.ts";
import { outcomeNames, type JudgedClaim } from "../results/verdicts.ts";
import type { FigureReport } from "./figure-report.ts";
import { anchorOf, figurePlots } from "./figure-plots.ts";
import { intervalText } from "./figure-text.ts";
import { html, type Markup } from "./markup.ts";
import { prose } from "./prose.ts";
import { download, plotFigure } from "./plot-figure.ts";

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

const discussed = ({ discussions, claims }: FigureReport): Markup => {
  if (discussions.length === 0) {
    return claims.some(({ outcome }) => outcome === "not-replicated") ? html`<p class="quiet">Nobody has written yet why.</p>` : html``;
  }
  return html`<div class="discussion">
    <h3>Discussion</h3>
    <p class="quiet">Written by hand after the verdicts, which it does not change.</p>
    ${discussions.map(
      ({ title, text }) =>
        html`<h4>${title}</h4>
          ${prose(text)}`,
    )}
  </div>`;
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
  return html`<h3>Means</h3>
    ${scrolled(`Means of figure ${name}`, table)}
    <p>${download(`${anchorOf(report)}.csv`, "text/csv", csvOf(report), `Figure ${name} as CSV`)}</p>`;
};

/** The section of a figure. */
export const figureSection = (report: FigureReport): Markup => {
  const { name, paper, results, made } = report;
  const { question, trials, planned, scale, engine } = results;
  const facts: FigureReport["made"] = [["scale", scale], ["trials", `${trials.length} of ${planned}`], ["engine", engine], ...made];
  return html`<section id="${anchorOf(report)}" aria-labelledby="${anchorOf(report)}-title">
    <h2 id="${anchorOf(report)}-title">Figure ${name}</h2>
    <p>${question}${paper === undefined ? "" : html` <span class="quiet">(${paper})</span>`}</p>
    ${verdicts(report)}${discussed(report)}
    ${
      trials.length === 0
        ? html`<p>No trial is done.</p>`
        : html`<h3>Plots</h3>
            ${figurePlots(report).map(plotFigure)}${meansTable(report)}`
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
