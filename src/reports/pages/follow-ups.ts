/** Verdicts of a figure's undecided claims by a follow-up, which takes the last look at them. */
import { isLastLook } from "../../reproduction/follow-up.ts";
import { isUndecided, lookLevel, looksText } from "../../reproduction/looks.ts";
import { outcomeNames, type JudgedClaim } from "../../results/verdicts.ts";
import type { FigureReport } from "./figure-report.ts";

/** A claim as a figure measured it. */
export interface MeasuredClaim {
  readonly report: FigureReport;
  /** Of the claim, in that figure. */
  readonly index: number;
}

/** The measurement of a claim by a follow-up; nothing where the figure decides it itself, or no follow-up may. */
const followUpOf = ({ report, index }: MeasuredClaim, figures: readonly FigureReport[]): MeasuredClaim | undefined => {
  const claim = report.claims[index]!;
  if (!isUndecided(claim)) return undefined;
  for (const other of figures) {
    const at = other.claims.findIndex(({ decides }) => decides === `${report.name}/${claim.id}`);
    if (at >= 0 && isLastLook(report.results, other.results)) return { report: other, index: at };
  }
  return undefined;
};

/** A claim with what is last said of it. */
export interface DecidedClaim extends MeasuredClaim {
  /** By whom it is said, where that is a follow-up. */
  readonly followUp: MeasuredClaim | undefined;
}

/** The claims of all figures, in their order, each once: not those of follow-ups that speak for another. */
export const decidedClaims = (figures: readonly FigureReport[]): readonly DecidedClaim[] => {
  const all = figures.flatMap((report) =>
    report.claims.map((_, index) => ({ report, index, followUp: followUpOf({ report, index }, figures) })),
  );
  const speaks = ({ report, index }: MeasuredClaim): boolean =>
    all.some(({ followUp }) => followUp?.report === report && followUp.index === index);
  return all.filter((claim) => !speaks(claim));
};

/** What is last said of a claim. */
export const lastVerdict = ({ report, index, followUp }: DecidedClaim): JudgedClaim =>
  (followUp ?? { report, index }).report.claims[followUp?.index ?? index]!;

/** What follow-ups say of a figure's claims; empty where there are none. */
const followedText = (report: FigureReport, figures: readonly FigureReport[]): string => {
  const said = report.claims.flatMap(({ id }, index) => {
    const found = followUpOf({ report, index }, figures);
    return found === undefined
      ? []
      : [`${id} in figure ${found.report.name}: ${outcomeNames[found.report.claims[found.index]!.outcome]}`];
  });
  return said.length === 0 ? "" : `The last look was taken with a better measurement: ${said.join("; ")}.`;
};

/** How a figure's seeds were chosen, and which looks another figure took: sentences, if any. */
export const looksTexts = (report: FigureReport, figures: readonly FigureReport[]): readonly string[] => {
  const { follows, results } = report;
  const own =
    follows === undefined || results.looks === undefined
      ? looksText(results)
      : `This is the last look at claims that figure ${follows} left undecided, with a better measurement. Its ` +
        `intervals of ${100 * lookLevel(results.looks)} % are one of the ${results.looks} of that figure.`;
  return [own, followedText(report, figures)].filter((text) => text !== "");
};
