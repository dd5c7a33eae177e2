/** A figure in a report: what was asked, what came out, and what it was made with. */
import { axisMeans } from "../means/axis-means.ts";
import { axisMeansTable } from "./axis-means-table.ts";
import { claimsTable, type BesidePaper } from "./claims-table.ts";
import { besideVerdict, paperEffect, ranksText, sourceText } from "./paper-text.ts";
import { completionTables } from "./completion-section.ts";
import { endsTable } from "./ends-table.ts";
import { looksTexts } from "./follow-ups.ts";
import { paperOf, type FigureReport } from "./figure-report.ts";
import { shownTrials } from "./shown-trials.ts";
import { anchorOf, figurePlots } from "./figure-plots.ts";
import { html, type Markup } from "../html/markup.ts";
import { mixedOf } from "../../results/claim-trials.ts";
import { meansTable } from "./means-table.ts";
import { mixedNote } from "../html/mixed-note.ts";
import { prose } from "../html/prose.ts";
import { plotFigure } from "../plots/plot-figure.ts";
import { factList } from "../html/page-shell.ts";

const discussed = ({ discussions, claims }: FigureReport): Markup => {
  if (discussions.length === 0) {
    return claims.some(({ outcome }) => outcome === "not-replicated")
      ? html`<p class="quiet">Nobody has written yet why.</p>`
      : html``;
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

/** What trials learned from last, one trial of each setting; nothing where none is kept. */
const completionsOf = (report: FigureReport): Markup => {
  const shown = shownTrials(report);
  if (shown.length === 0) return html``;
  return html`<h3>Completions</h3>
    <p>
      What each setting learned from, of its lowest seed: in the last step whose tokens were inspected, else in the
      last.
    </p>
    ${completionTables(
      shown.map(({ name, completions }) => ({
        heading: html`<h4>${name}</h4>`,
        of: `figure ${report.name}, ${name}`,
        completions,
      })),
    )}`;
};

const besideOf = (report: FigureReport): BesidePaper | undefined =>
  report.compared === undefined
    ? undefined
    : { agreement: (i) => besideVerdict(report, i), effect: (i, k) => paperEffect(report, i, k) };

/** Where the paper's numbers are from, and whether settings stand in its order. */
const comparedWith = ({ compared }: FigureReport): Markup =>
  compared === undefined
    ? html``
    : html`<p>${sourceText(compared)}</p>
        <p>${ranksText(compared)}</p>`;

/** The section of a figure, one of `figures`. */
export const figureSection = (report: FigureReport, figures: readonly FigureReport[]): Markup => {
  const { name, paper, results, claims, made } = report;
  const { question, trials, planned, scale, engine } = results;
  const facts: FigureReport["made"] = [
    ["scale", scale],
    ["trials", `${trials.length} of ${planned}`],
    ["engine", engine],
    ...made,
  ];
  return html`<section id="${anchorOf(report)}" aria-labelledby="${anchorOf(report)}-title">
    <h2 id="${anchorOf(report)}-title">Figure ${name}</h2>
    <p>${question}${paper === undefined ? "" : html` <span class="quiet">(${paper})</span>`}</p>
    ${looksTexts(report, figures).map((text) => html`<p>${text}</p>`)} ${mixedNote(mixedOf(trials))}
    ${
      claims.length === 0
        ? html`<p>This figure makes no claims.</p>`
        : html`<h3>Claims</h3>
            ${claimsTable(`figure ${name}`, claims, besideOf(report))}`
    }${discussed(report)}
    ${
      trials.length === 0
        ? html`<p>No trial is done.</p>`
        : html`<h3>Plots</h3>
            ${figurePlots(report).map(plotFigure)}
            <h3>Means</h3>
            ${meansTable(`Figure ${name}`, anchorOf(report), report.means, report.metrics, paperOf(report))}
            ${comparedWith(report)} ${report.ends.map((ends) => endsTable(`Figure ${name}`, ends))}
            ${axisMeansTable(`Figure ${name}`, axisMeans(trials, report.means, report.metrics), report.metrics)}`
    }
    ${completionsOf(report)}
    <h3>Made with</h3>
    ${factList(facts)}
  </section> `;
};
