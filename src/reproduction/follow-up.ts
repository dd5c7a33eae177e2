/**
 * Follow-ups: figures of ours that take the last look at claims which a figure leaves undecided, with a better
 * measurement, such as more test prompts.
 */
import type { ClaimValues } from "../evaluation/claims/index.ts";
import { seedOf } from "../evaluation/claims/trial.ts";
import { readExperiment } from "../experiments/file/extended-source.ts";
import { canonicalJson } from "../files/canonical-json.ts";
import { checkTrials } from "../sweeps/planning/sweep-plan.ts";
import type { FigureResults } from "./figure-results.ts";
import { figuresOf, type Figure, type Scale } from "./figures.ts";
import { lookSeeds } from "./looks.ts";

const claimsIn = ({ path }: Figure): readonly ClaimValues[] => checkTrials(readExperiment(path), []).claims;

/** What a claim compares, in which words, and by which bounds. */
const said = ({ decides: _decides, explains: _explains, ...rest }: ClaimValues): string => canonicalJson(rest);

/** The name of the figure that a path such as `8/rises-with-lambda` begins with. */
const figureIn = (path: string): string => path.slice(0, path.indexOf("/"));

/**
 * The figure whose claims a figure decides; nothing where it decides none. `RangeError` unless all of its claims decide
 * claims of one figure, each being the same claim word for word: another question cannot answer that one. `claims` are
 * the figure's own, read from its file when left out.
 */
export const followedFigure = (
  figure: Figure,
  scale: Scale,
  claims: readonly ClaimValues[] = claimsIn(figure),
): Figure | undefined => {
  const names = new Set(claims.map(({ decides }) => (decides === undefined ? undefined : figureIn(decides))));
  if (claims.every(({ decides }) => decides === undefined)) return undefined;
  const followed = figuresOf(scale).find(({ name }) => names.size === 1 && names.has(name));
  if (followed === undefined)
    throw new RangeError(
      `${figure.path}: expected all claims to decide claims of one figure, got those of ` +
        `${[...names].map((name) => name ?? "none").join(" and ")}`,
    );
  const known = new Map(claimsIn(followed).map((claim) => [`${followed.name}/${claim.id}`, said(claim)]));
  const other = claims.find((claim) => known.get(claim.decides!) !== said(claim));
  if (other !== undefined)
    throw new RangeError(
      `${figure.path}: expected claim "${other.id}" to be ${other.decides!} word for word, but for "decides" and ` +
        `"explains", got another; copy it from ${followed.path}`,
    );
  return followed;
};

/** How many looks a figure's first is: of a follow-up the last, since the others are the followed figure's. */
export const firstLook = (figure: Figure, scale: Scale): number =>
  followedFigure(figure, scale) === undefined ? 1 : lookSeeds.length;

type Looked = Pick<FigureResults, "looks" | "planned" | "trials">;

const seedsOf = ({ trials }: Looked): number => new Set(trials.map(seedOf)).size;

/**
 * Whether a follow-up's results are the last of the looks that share one error: they are whole, with as many seeds as
 * the last look has, and the followed figure has had looks, but not that one.
 */
export const isLastLook = (followed: Looked, followUp: Looked): boolean =>
  [followed, followUp].every(({ looks }) => looks === lookSeeds.length) &&
  seedsOf(followed) < lookSeeds.at(-1)! &&
  seedsOf(followUp) === lookSeeds.at(-1) &&
  followUp.trials.length === followUp.planned;
