/** Reasons why claims are not replicated, as far as a claim of another figure tests them (`explains`). */
import type { Outcome } from "../../evaluation/claims/verdict.ts";
import { anchorOf } from "./figure-plots.ts";
import type { FigureReport } from "./figure-report.ts";

/** A claim that tests a reason of another's verdict. */
export interface TestedReason {
  /** Id of the claim that is explained, in its own figure. */
  readonly claim: string;
  /** The figure that tests it, and its section. */
  readonly figure: string;
  readonly anchor: string;
  readonly statement: string;
  readonly outcome: Outcome;
}

const words: Readonly<Record<Outcome, string>> = {
  replicated: "holds",
  "not-replicated": "does not hold",
  inconclusive: "undecided",
  "not-run": "not run",
};

/** What the test of a reason came to, in a word or two. */
export const reasonOutcome = ({ outcome }: Pick<TestedReason, "outcome">): string => words[outcome];

/** The tests of reasons for what is said of a figure's claims, in the order of the figures that have them. */
export const reasonsOf = ({ name }: FigureReport, figures: readonly FigureReport[]): readonly TestedReason[] =>
  figures.flatMap((other) =>
    other.claims.flatMap(({ explains = [], statement, outcome }) =>
      explains
        .filter((path) => path.startsWith(`${name}/`))
        .map((path) => ({
          claim: path.slice(name.length + 1),
          figure: other.name,
          anchor: anchorOf(other),
          statement,
          outcome,
        })),
    ),
  );
