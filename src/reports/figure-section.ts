/** A figure in a report: what was asked, what came out, and what it was made with. */
import type { Finding } from "../evaluation/claims/verdict.ts";
import { outcomeNames, type JudgedClaim } from "../results/verdicts.ts";
import type { FigureReport } from "./figure-report.ts";
import { anchorOf, figurePlots } from "./figure-plots.ts";
import { intervalText } from "./figure-text.ts";
import { html, type Markup } from "./markup.ts";
import { meansTable } from "./means-table.ts";
import { prose } from "./prose.ts";
import { plotFigure } from "./plot-figure.ts";
import { factList } from "./shell.ts";

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
            ${figurePlots(report).map(plotFigure)}
            <h3>Means</h3>
            ${meansTable(`Figure ${name}`, anchorOf(report), report.means, report.metrics)}`
    }
    <h3>Made with</h3>
    ${factList(facts)}
  </section> `;
};
