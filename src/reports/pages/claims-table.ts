/** The table of claims: what was compared, and the verdicts. */
import type { Finding } from "../../evaluation/claims/verdict.ts";
import { outcomeNames, type JudgedClaim } from "../../results/verdicts.ts";
import { intervalText } from "../html/number-text.ts";
import { html, type Markup } from "../html/markup.ts";

const findingCells = ({ what, effect, interval, settings, count }: Finding): Markup =>
  html`<td class="finding">${what}</td>
    <td class="number">${intervalText(effect, [interval.low, interval.high])}</td>
    <td class="number">${settings}</td>
    <td class="number">${count}</td>`;

const claimRows = ({ id, statement, paper, outcome, findings }: JudgedClaim): Markup => {
  const [first, ...rest] = findings;
  const rows = Math.max(1, findings.length);
  const cells =
    first === undefined
      ? html`<td colspan="4" class="quiet">trials that it compares are missing</td>`
      : findingCells(first);
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

/** The table; `of` is what the trials are of, such as `figure 8`. */
export const claimsTable = (of: string, claims: readonly JudgedClaim[]): Markup => {
  const table = html`<table>
    <caption>
      What the trials say of each claim. The interval covers 95 %; a claim is replicated where it excludes the opposite,
      and not replicated where it excludes what is claimed, or any effect of the size that the claim counts from.
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
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Claims of ${of}">${table}</div>`;
};
