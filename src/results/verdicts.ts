/** An experiment's claims, judged by its finished trials. */
import { claims as family, type ClaimValues } from "../evaluation/claims/index.ts";
import type { Trial } from "../evaluation/claims/trial.ts";
import type { Outcome, Verdict } from "../evaluation/claims/verdict.ts";

/** A claim with what the trials say of it. */
export interface JudgedClaim extends Verdict {
  readonly id: string;
  readonly statement: string;
  readonly paper: string | undefined;
}

/** The verdicts in the order of the claims. */
export const judge = (claims: readonly ClaimValues[], trials: readonly Trial[]): readonly JudgedClaim[] =>
  claims.map((values) => {
    const { id, statement, paper } = values;
    return { id, statement, paper, ...family.create(values).judge(trials) };
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
