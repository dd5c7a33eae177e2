/** What a report says of the paper's numbers, in words. */
import type { Finding } from "../../evaluation/claims/verdict.ts";
import {
  sizeFactor,
  type Agreement,
  type PaperComparison,
  type RankAgreement,
} from "../../reproduction/paper-agreement.ts";
import { isOwnFigure } from "../../reproduction/figures.ts";
import { outcomeNames, type JudgedClaim } from "../../results/verdicts.ts";
import { effectText, intervalText, numberText } from "../html/number-text.ts";
import { anchorOf } from "./figure-plots.ts";
import type { FigureReport } from "./figure-report.ts";
import { decidedClaims, lastVerdict } from "./follow-ups.ts";
import { reasonsOf, type TestedReason } from "./reasons.ts";

const agreementNames: Readonly<Record<Agreement, string>> = {
  "direction-and-size": "in direction and size",
  direction: "in direction only",
  none: "not at all",
  undecided: "",
  unknown: "",
};

/** How far a claim agrees with the paper's numbers; empty while it is undecided, or where the paper has none. */
const agreementText = (report: FigureReport, claim: number): string =>
  agreementNames[report.compared?.claims[claim]?.agreement ?? "unknown"];

/** The same beside a verdict, which says already what is not replicated. */
export const besideVerdict = (report: FigureReport, claim: number): string =>
  report.claims[claim]?.outcome === "replicated" ? agreementText(report, claim) : "";

/** The paper's effect beside our finding; empty where the paper has none. */
export const paperEffect = (report: FigureReport, claim: number, finding: number): string => {
  const found = report.compared?.claims[claim]?.findings[finding];
  return found === undefined ? "" : numberText(found.effect);
};

const readings: Readonly<Record<PaperComparison["values"]["reading"], string>> = {
  printed: "as they are printed",
  plot: "read off the plot",
  none: "",
};

/** Where the paper's numbers are from. */
export const sourceText = ({ values, trials }: PaperComparison): string => {
  const { source, reading, precision } = values;
  if (reading === "none") return `The paper has no numbers to compare with. ${source}.`;
  const good = precision === undefined ? "" : `, good to ${numberText(precision)} of its unit`;
  return (
    `The paper's numbers are ${readings[reading]}${good}, of ${trials.length} of these settings, in our unit. ` +
    `${source}.`
  );
};

const rankText = ({ metric, settings, tau, interval, within }: RankAgreement): string => {
  const inside =
    within === undefined
      ? ""
      : `; within each of ${within.students} students, on average, ` +
        intervalText(within.tau, [within.interval.low, within.interval.high]);
  return `${metric}: ${intervalText(tau, [interval.low, interval.high])} over ${settings} settings${inside}`;
};

/** Rank agreement in one sentence; empty where there is none. */
export const ranksText = ({ ranks }: PaperComparison): string =>
  ranks.length === 0
    ? ""
    : `Rank agreement with the paper (Kendall's tau, 95 % interval over our seeds). ${ranks.map(rankText).join(". ")}.`;

/** What the columns about the paper mean. */
const comparisonNote =
  "The paper's effect is computed from its numbers by the code that computes ours. A claim agrees in size where the " +
  `interval of our effect reaches what is half to ${sizeFactor} times the paper's, both as shares of what the ` +
  "figure's settings of one student span; ratios are compared as they are, and bounds in direction only.";

/** A claim in the table of all of them. */
export interface OverviewRow {
  readonly statement: string;
  /** Where the paper says so. */
  readonly claim: string;
  readonly paper: string;
  readonly ours: string;
  readonly verdict: string;
  readonly agreement: string;
  /** That whose claim it is, and the follow-up that speaks for it where there is one, with their sections. */
  readonly figures: readonly { readonly figure: string; readonly anchor: string }[];
  /** The experiments that test why it is not replicated. */
  readonly reasons: readonly TestedReason[];
}

/** Of an order of several all of its parts; of a trend the slope. */
const shown = (findings: readonly Finding[], type: string): readonly Finding[] =>
  type === "trend" ? findings.slice(0, 1) : findings;

/** All claims of all figures. */
export const overviewRows = (figures: readonly FigureReport[]): readonly OverviewRow[] =>
  decidedClaims(figures).map((claim) => {
    const { report, followUp } = claim;
    const last = followUp ?? claim;
    const { id, statement, paper = "", type, outcome, findings } = lastVerdict(claim);
    const own = shown(findings, type);
    const tested = reasonsOf(report, figures).filter((reason) => reason.claim === id);
    return {
      statement,
      claim: paper,
      paper: own
        .map((_, k) => paperEffect(last.report, last.index, k))
        .filter((text) => text !== "")
        .join("; "),
      ours: own.map(({ effect, interval }) => effectText(effect, interval)).join("; "),
      verdict: outcomeNames[outcome],
      agreement: agreementText(last.report, last.index),
      figures: [report, ...(followUp === undefined ? [] : [followUp.report])].map((figure) => ({
        figure: figure.name,
        anchor: anchorOf(figure),
      })),
      reasons: outcome === "replicated" ? [] : tested,
    };
  });

/** What is last said of the claims of the paper's figures, or of ours. */
export interface ClaimTally {
  readonly of: string;
  readonly claims: readonly JudgedClaim[];
}

/** The claims of the paper's figures, and those of ours where there are any. */
export const talliesOf = (figures: readonly FigureReport[]): readonly ClaimTally[] => {
  const claimsOf = (isOwn: boolean): readonly JudgedClaim[] =>
    decidedClaims(figures)
      .filter(({ report }) => isOwnFigure(report.name) === isOwn)
      .map(lastVerdict);
  const [theirs, own] = [claimsOf(false), claimsOf(true)];
  return own.length === 0
    ? [{ of: `${theirs.length} claims`, claims: theirs }]
    : [
        { of: `${theirs.length} claims of the paper's figures`, claims: theirs },
        { of: `${own.length} of ours`, claims: own },
      ];
};

/** The table of all claims: its note, its columns, and each row's texts with the figure that it is of. */
export interface Overview {
  readonly note: string;
  readonly head: readonly string[];
  readonly rows: readonly (Pick<OverviewRow, "figures" | "reasons"> & {
    readonly cells: readonly string[];
  })[];
}

/** The table of all claims; what is about the paper's numbers is left out where no figure has any. */
export const overviewOf = (figures: readonly FigureReport[]): Overview => {
  const compared = figures.some((report) => report.compared !== undefined);
  const some = (text: string): readonly string[] => (compared ? [text] : []);
  const rows = overviewRows(figures);
  // The last columns are links.
  const last = rows.some(({ reasons }) => reasons.length > 0) ? ["figure", "its reason tested in"] : ["figure"];
  return {
    note: compared ? comparisonNote : "Effects with their 95 % intervals.",
    head: ["claim", "of the paper", ...some("paper's effect"), "ours [95 %]", "verdict", ...some("agrees"), ...last],
    rows: rows.map(({ statement, claim, paper, ours, verdict, agreement, figures: own, reasons }) => ({
      cells: [statement, claim, ...some(paper), ours, verdict, ...some(agreement)],
      figures: own,
      reasons,
    })),
  };
};
