/** The report of a reproduction. */
import type { Outcome } from "../../evaluation/claims/verdict.ts";
import { outcomeNames, tally, type JudgedClaim } from "../../results/verdicts.ts";
import { calibrationText } from "./calibration-text.ts";
import { anchorOf } from "./figure-plots.ts";
import type { FigureReport } from "./figure-report.ts";
import { figureSection } from "./figure-section.ts";
import type { Discussion } from "./discussion.ts";
import { html, type Markup, type Shown } from "../html/markup.ts";
import { scrolledTable, section, shell } from "../html/page-shell.ts";
import { overviewOf, talliesOf } from "./paper-text.ts";
import { pageTitle } from "./page-title.ts";
import { prose } from "../html/prose.ts";
import { reasonOutcome } from "./reasons.ts";

const tallied = (claims: readonly JudgedClaim[]): Shown =>
  Object.entries(tally(claims)).map(
    ([outcome, count], i) =>
      html`${i === 0 ? "" : ", "}<span class="outcome ${outcome}">${count} ${outcomeNames[outcome as Outcome]}</span>`,
  );

/** A section of a discussion that is about no one figure. */
const general = ({ title, anchor, text }: Discussion): Markup => section(anchor, title, prose(text));

/** All claims in one table. */
const overview = (figures: readonly FigureReport[]): readonly Markup[] => {
  const { note, head, rows } = overviewOf(figures);
  const drawn = rows.map(
    ({ cells: [statement, ...others], figures: own, reasons }) =>
      html`<tr>
        <th scope="row">${statement}</th>
        ${others.map((text) => html`<td>${text}</td>`)}
        <td>${own.map(({ figure, anchor }, i) => html`${i === 0 ? "" : ", "}<a href="#${anchor}">${figure}</a>`)}</td>
        ${
          head.length > others.length + 2
            ? html`<td>
                ${reasons.map(
                  (one, i) =>
                    html`${i === 0 ? "" : "; "}<a href="#${one.anchor}">${one.figure}</a>: ${reasonOutcome(one)}`,
                )}
              </td>`
            : ""
        }
      </tr>`,
  );
  return rows.length === 0 ? [] : [section("claims", "All claims", [scrolledTable("All claims", note, head, drawn)])];
};

/** How settings were chosen and frozen. */
const calibrated = (figures: readonly FigureReport[]): readonly Markup[] => {
  const text = calibrationText(figures);
  if (text === undefined) return [];
  const rows = text.rows.map(
    (cells) =>
      html`<tr>
        ${cells.map((cell) => html`<td>${cell}</td>`)}
      </tr>`,
  );
  return [section("calibration", "Calibration", [scrolledTable("Calibration", text.note, text.head, rows)])];
};

/** The whole page; `sections` are of no one figure, and come before all of them. */
export const page = (figures: readonly FigureReport[], sections: readonly Discussion[] = []): string => {
  const summary =
    figures.length === 0
      ? html`<p>No figure has been run yet.</p>`
      : html`<p>
          ${figures.length} figure${figures.length === 1 ? "" : "s"},
          ${talliesOf(figures).map(({ of, claims }, i) => html`${i === 0 ? "" : "; "}${of}: ${tallied(claims)}`)}.
        </p>`;
  const scale = figures[0]?.results.scale;
  const { title, models } = pageTitle(scale ?? "small");
  return shell({
    title: models === undefined ? "Reproduction of “On-Policy Distillation of Language Models”" : title,
    intro: html`<p>
        The ablations of Agarwal et al. (2024), run by Retort, with each claim of the paper judged by what was measured
        here. Verdicts are computed; none is written by hand.
      </p>
      ${models === undefined ? "" : html`<p>${models}</p>`} ${summary}`,
    links: [
      ...(figures.some(({ claims }) => claims.length > 0) ? [["claims", "All claims"] as const] : []),
      ...(calibrationText(figures) === undefined ? [] : [["calibration", "Calibration"] as const]),
      ...sections.map(({ anchor, title: text }) => [anchor, text] as const),
      ...figures.map((figure) => [anchorOf(figure), `Figure ${figure.name}`] as const),
    ],
    linked: sections.length === 0 ? "Figures" : "Parts",
    main: [
      ...sections.map(general),
      ...overview(figures),
      ...calibrated(figures),
      ...figures.map((figure) => figureSection(figure, figures)),
    ],
  });
};
