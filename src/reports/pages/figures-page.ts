/** The report of a reproduction. */
import type { Outcome } from "../../evaluation/claims/verdict.ts";
import { outcomeNames, tally, type JudgedClaim } from "../../results/verdicts.ts";
import { anchorOf } from "./figure-plots.ts";
import type { FigureReport } from "./figure-report.ts";
import { figureSection } from "./figure-section.ts";
import { html, type Shown } from "../html/markup.ts";
import { shell } from "../html/page-shell.ts";

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
      : html`<p>
          ${figures.length} figure${figures.length === 1 ? "" : "s"}, ${claims.length} claims: ${tallied(claims)}.
        </p>`;
  return shell({
    title: "Reproduction of “On-Policy Distillation of Language Models”",
    intro: html`<p>
        The ablations of Agarwal et al. (2024), run by Retort, with each claim of the paper judged by what was measured
        here. Verdicts are computed; none is written by hand.
      </p>
      ${summary}`,
    links: figures.map((figure) => [anchorOf(figure), `Figure ${figure.name}`]),
    linked: "Figures",
    main: figures.map(figureSection),
  });
};
