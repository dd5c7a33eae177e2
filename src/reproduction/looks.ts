/**
 * Looks at a figure's claims while seeds are added: what any look concludes may be kept, for the chance that one of
 * them is wrong is bounded over all of them together.
 *
 * A group-sequential design (Pocock, Biometrika 64, 1977; Lan and DeMets, Biometrika 70, 1983) whose error is spent
 * evenly by Bonferroni's bound: with K looks each has intervals of level 1 - 0.05 / K, so that the chance that any
 * interval of a number misses it is at most 0.05 wherever the looks end. That holds whatever the looks have in common,
 * at the price of intervals a little wider than Pocock's own.
 */
import type { ClaimValues } from "../evaluation/claims/index.ts";
import type { Trial } from "../evaluation/claims/trial.ts";
import { judge, type JudgedClaim } from "../results/verdicts.ts";
import type { FigureResults } from "./figure-results.ts";

/** Seeds of each setting at each look. */
export const lookSeeds = [3, 5, 8, 12, 20] as const;

/** The level of each look's intervals, of so many looks. */
export const lookLevel = (looks: number): number => 1 - 0.05 / looks;

const isVerdict = ({ outcome }: JudgedClaim): boolean => outcome === "replicated" || outcome === "not-replicated";

/**
 * Verdicts of a look, one of `looks`. Where the plain look at 95 % would say another thing, as of a trend one of whose
 * steps goes the other way for certain there alone, the claim is inconclusive.
 */
export const judgeAtLook = (
  claims: readonly ClaimValues[],
  trials: readonly Trial[],
  looks: number,
): readonly JudgedClaim[] => {
  const plain = judge(claims, trials);
  return judge(claims, trials, lookLevel(looks)).map((claim, i) =>
    isVerdict(claim) && plain[i]!.outcome !== claim.outcome ? { ...claim, outcome: "inconclusive" } : claim,
  );
};

/** The verdicts of a figure's results, whichever way their seeds were chosen. */
export const judgeResults = (
  claims: readonly ClaimValues[],
  { trials, looks }: Pick<FigureResults, "looks"> & { readonly trials: readonly Trial[] },
): readonly JudgedClaim[] => (looks === undefined ? judge(claims, trials) : judgeAtLook(claims, trials, looks));

/** How seeds were chosen, for people; empty where all settings have as many as was said. */
export const looksText = ({ looks }: Pick<FigureResults, "looks">): string =>
  looks === undefined
    ? ""
    : `Seeds were added where claims were undecided, at ${looks} looks at most; each has intervals of ` +
      `${100 * lookLevel(looks)} %, so that all together err as rarely as one of 95 %.`;

/** Whether seeds can change what is said of a claim. */
export const isUndecided = ({ outcome }: Pick<JudgedClaim, "outcome">): boolean => outcome === "inconclusive";

/** A figure that more seeds may decide. */
export interface LookAhead {
  /** Claims that are undecided. */
  readonly undecided: number;
  /** Milliseconds that its next look is thought to take, 0 of one that is done; undefined while nothing was timed. */
  readonly milliseconds: number | undefined;
  /** Of the looks that are left, the next first: claims that are decided by then, and milliseconds until then. */
  readonly forecasts: readonly { readonly decided: number; readonly milliseconds: number }[];
}

/** Claims that are decided a millisecond, where as many looks follow as decide most for their time. */
const promise = ({ forecasts }: LookAhead, left: number): number =>
  Math.max(
    0,
    ...forecasts.map(({ decided, milliseconds }) => (milliseconds > left ? 0 : decided / Math.max(milliseconds, 1))),
  );

/**
 * Index of the figure to look at next, of those whose next look ends within `left` milliseconds; undefined when there
 * is none. It is the one that is thought to decide most for its time, with this look or with later ones; where none is
 * thought to decide anything, the one with most undecided claims for its time. What was never timed comes last.
 */
export const nextLook = (figures: readonly LookAhead[], left: number): number | undefined => {
  const worth = (figure: LookAhead): readonly [number, number] => [
    promise(figure, left),
    figure.undecided / Math.max(figure.milliseconds ?? Math.max(left, 0), 1),
  ];
  const isBetter = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean =>
    a === c ? b > d : a > c;
  let best: number | undefined;
  for (const [i, figure] of figures.entries()) {
    const { undecided, milliseconds } = figure;
    if (undecided === 0 || (milliseconds === undefined ? left <= 0 : milliseconds > Math.max(left, 0))) continue;
    if (best === undefined || isBetter(worth(figure), worth(figures[best]!))) best = i;
  }
  return best;
};
