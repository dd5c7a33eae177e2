/** The report of a reproduction: one HTML file that fetches nothing and runs nothing. */
import type { Outcome } from "../evaluation/claims/verdict.ts";
import { outcomeNames, tally, type JudgedClaim } from "../results/verdicts.ts";
import type { FigureReport } from "./figure-report.ts";
import { anchorOf } from "./figure-plots.ts";
import { figureSection } from "./figure-section.ts";
import { html, Markup, type Shown } from "./markup.ts";
import { style } from "./style.ts";

/** All that is in the page is in the page. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

const tallied = (claims: readonly JudgedClaim[]): Shown =>
  Object.entries(tally(claims)).map(
    ([outcome, count], i) =>
      html`${i === 0 ? "" : ", "}<span class="outcome ${outcome}">${count} ${outcomeNames[outcome as Outcome]}</span>`,
  );

/** The whole page. */
export const page = (figures: readonly FigureReport[]): string => {
  const claims = figures.flatMap((figure) => figure.claims);
  const summary =
    figures.length === 0
      ? html`<p>No figure has been run yet.</p>`
      : html`<p>${figures.length} figure${figures.length === 1 ? "" : "s"}, ${claims.length} claims: ${tallied(claims)}.</p>`;
  const links = figures.map((figure) => html`<li><a href="#${anchorOf(figure)}">Figure ${figure.name}</a></li>`);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <title>Reproduction of “On-Policy Distillation of Language Models”</title>
        <style>
          ${new Markup(style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#figures">Skip to the figures</a>
        <header>
          <h1>Reproduction of “On-Policy Distillation of Language Models”</h1>
          <p>
            The ablations of Agarwal et al. (2024), run by Retort, with each claim of the paper judged by what was measured here. Verdicts
            are computed; none is written by hand.
          </p>
          ${summary}
        </header>
        <nav aria-label="Figures">
          <ul>
            ${links}
          </ul>
        </nav>
        <main id="figures">${figures.map(figureSection)}</main>
        <footer class="quiet">Made by <code>retort report</code>.</footer>
      </body>
    </html> `.text;
};
