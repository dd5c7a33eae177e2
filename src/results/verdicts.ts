/** An experiment's claims, judged by its finished trials. */
import { claims as family, type ClaimValues } from "../evaluation/claims/index.ts";
import type { Trial } from "../evaluation/claims/trial.ts";
import { defined } from "../optional/defined.ts";
import { valueText } from "../evaluation/claims/value-text.ts";
import { all, notRun, type Claim, type Outcome, type Verdict } from "../evaluation/claims/verdict.ts";

/** A claim with what the trials say of it. */
export interface JudgedClaim extends Verdict {
  readonly id: string;
  /** Of the family of claims: `order`, `trend`. */
  readonly type: ClaimValues["type"];
  readonly statement: string;
  readonly paper: string | undefined;
  /** Claims of figures whose verdict this one tests a reason of, as `figure/id`; none when left out. */
  readonly explains?: readonly string[];
  /** The claim of a figure, as `figure/id`, whose last look this is; none when left out. */
  readonly decides?: string;
}

/** Trials of one kind, and what they have in common that others have not, for people; empty where all are of one. */
interface TrialKind {
  readonly what: string;
  readonly trials: readonly Trial[];
}

/** Trials that differ in nothing but their seeds, their run, their axes and what a claim speaks of. */
const kindsOf = (trials: readonly Trial[], { axes }: Claim): readonly TrialKind[] => {
  const kinds = new Map<string, Trial[]>();
  for (const trial of trials) {
    const others = Object.entries(trial.others ?? {}).filter(([name]) => !axes.includes(name));
    const what = others.map(([name, value]) => `${name} ${valueText(value)}`).join(", ");
    kinds.set(what, [...(kinds.get(what) ?? []), trial]);
  }
  return [...kinds].map(([what, own]) => ({ what, trials: own }));
};

/** Each kind of trials by itself: the claim holds when it does of each that it can be judged by. */
const judgeApart = (claim: Claim, trials: readonly Trial[], level: number | undefined): Verdict => {
  const kinds = kindsOf(trials, claim);
  if (kinds.length < 2) return claim.judge(trials, level);
  const verdicts = kinds
    .map(({ what, trials: own }) => ({ what, verdict: claim.judge(own, level) }))
    .filter(({ verdict }) => verdict.outcome !== "not-run");
  if (verdicts.length === 0) return notRun;
  return {
    outcome: all(verdicts.map(({ verdict }) => verdict.outcome)),
    findings: verdicts.flatMap(({ what, verdict }) =>
      verdict.findings.map((finding) => ({ ...finding, what: `${finding.what} (${what || "the others"})` })),
    ),
  };
};

/**
 * The verdicts in the order of the claims. Trials that differ in more than their seeds, runs and axes are judged apart
 * and never compared: a claim holds when it does of each kind of them. `level` is that of the intervals; 0.95 when left
 * out.
 */
export const judge = (
  claims: readonly ClaimValues[],
  trials: readonly Trial[],
  level?: number,
): readonly JudgedClaim[] =>
  claims.map((values) => {
    const { id, type, statement, paper, explains, decides } = values;
    return {
      id,
      type,
      statement,
      paper,
      ...defined({ explains, decides }),
      ...judgeApart(family.create(values), trials, level),
    };
  });

/** What people call the outcomes. */
export const outcomeNames: Readonly<Record<Outcome, string>> = {
  replicated: "replicated",
  "not-replicated": "not replicated",
  inconclusive: "inconclusive",
  "not-run": "not run",
};

/** How many claims have each outcome, of those that any has. */
export const tally = (judged: readonly JudgedClaim[]): Readonly<Partial<Record<Outcome, number>>> => {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of judged) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

/** `3 replicated, 1 inconclusive`. */
export const outcomesText = (judged: readonly JudgedClaim[]): string =>
  Object.entries(tally(judged))
    .map(([outcome, count]) => `${count} ${outcomeNames[outcome as Outcome]}`)
    .join(", ");

/** `4 claims: 3 replicated, 1 inconclusive`. */
export const tallyText = (judged: readonly JudgedClaim[]): string =>
  `${judged.length} claim${judged.length === 1 ? "" : "s"}: ${outcomesText(judged)}`;
