/** The table of claims: what was compared, and the verdicts. */
import type { Finding } from "../../evaluation/claims/verdict.ts";
import { outcomeNames, type JudgedClaim } from "../../results/verdicts.ts";
import { effectText } from "../html/number-text.ts";
import { html, type Markup } from "../html/markup.ts";

/** What the table says of the paper's numbers; the columns are left out where there are none. */
export interface BesidePaper {
  /** How far a claim agrees, by its index. */
  readonly agreement: (claim: number) => string;
  /** The paper's effect beside a finding of a claim, by their indices. */
  readonly effect: (claim: number, finding: number) => string;
}

const findingCells = ({ what, effect, interval, settings, count }: Finding, theirs: string | undefined): Markup =>
  html`<td class="finding">${what}</td>
    <td class="number">${effectText(effect, interval)}</td>
    ${theirs === undefined ? "" : html`<td class="number">${theirs}</td>`}
    <td class="number">${settings}</td>
    <td class="number">${count}</td>`;

const claimRows = (
  { id, statement, paper, outcome, findings }: JudgedClaim,
  index: number,
  beside: BesidePaper | undefined,
): Markup => {
  const [first, ...rest] = findings;
  const agreement = beside?.agreement(index) ?? "";
  const name = outcomeNames[outcome];
  const verdict = agreement === "" ? name : `${name} ${agreement}`;
  const rows = Math.max(1, findings.length);
  const cells =
    first === undefined
      ? html`<td colspan="${beside === undefined ? 4 : 5}" class="quiet">trials that it compares are missing</td>`
      : findingCells(first, beside?.effect(index, 0));
  return html`<tbody>
    <tr>
      <th scope="rowgroup" class="claim" rowspan="${rows}">${statement}<code>${id}</code></th>
      <td class="outcome ${outcome}" rowspan="${rows}">${verdict}</td>
      ${cells}
      <td rowspan="${rows}">${paper ?? ""}</td>
    </tr>
    ${rest.map(
      (finding, i) =>
        html`<tr>
          ${findingCells(finding, beside?.effect(index, i + 1))}
        </tr>`,
    )}
  </tbody>`;
};

/** The table; `of` is what the trials are of, such as `figure 8`. */
export const claimsTable = (of: string, claims: readonly JudgedClaim[], beside?: BesidePaper): Markup => {
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
        ${beside === undefined ? "" : html`<th scope="col">Paper's effect</th>`}
        <th scope="col">Settings</th>
        <th scope="col">Numbers</th>
        <th scope="col">Paper</th>
      </tr>
    </thead>
    ${claims.map((claim, i) => claimRows(claim, i, beside))}
  </table>`;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Claims of ${of}">${table}</div>`;
};
