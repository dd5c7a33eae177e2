/** How far what was measured here agrees with the paper's numbers: in the size of each effect, and in rank. */
import type { ClaimValues } from "../evaluation/claims/index.ts";
import { axisOf, sameValue, settingOf, type Trial } from "../evaluation/claims/trial.ts";
import type { Finding } from "../evaluation/claims/verdict.ts";
import { bootstrapInterval } from "../evaluation/statistics/bootstrap.ts";
import type { Interval } from "../evaluation/statistics/interval.ts";
import { kendallTau } from "../evaluation/statistics/kendall-tau.ts";
import { mean, type Strata } from "../evaluation/statistics/strata.ts";
import { judge, type JudgedClaim } from "../results/verdicts.ts";
import { paperTrials, type PaperValues } from "./paper-values.ts";

/**
 * direction-and-size: replicated, and of about the paper's size. direction: replicated, and not of that size, or of one
 * that cannot be compared. none: not replicated. undecided: neither, or not run. unknown: the paper has no numbers of
 * it.
 */
export type Agreement = "direction-and-size" | "direction" | "none" | "undecided" | "unknown";

/** A claim beside the paper's numbers. */
export interface ClaimAgreement {
  /** What the paper's numbers say of the claim, in the order of our findings; none where it has not all settings. */
  readonly findings: readonly Finding[];
  readonly agreement: Agreement;
}

/** Whether settings stand in the paper's order by a metric. */
export interface RankAgreement {
  readonly metric: string;
  /** Settings that both have. */
  readonly settings: number;
  /** Kendall's tau-b of our means and the paper's numbers. */
  readonly tau: number;
  /** By the bootstrap over our seeds; the paper's numbers are as they are. */
  readonly interval: Interval;
  /** The mean of tau within each student, where there are several: their order says nothing of methods. */
  readonly within: { readonly tau: number; readonly interval: Interval; readonly students: number } | undefined;
}

/** A figure beside the paper's numbers. */
export interface PaperComparison {
  readonly values: PaperValues;
  /** The paper's numbers of our settings. */
  readonly trials: readonly Trial[];
  /** In the order of the claims. */
  readonly claims: readonly ClaimAgreement[];
  /** By the metrics of which the paper has three settings or more. */
  readonly ranks: readonly RankAgreement[];
}

/** A setting that both have. */
interface Pair {
  readonly theirs: Trial;
  readonly ours: readonly Trial[];
}

/** The setting as the paper would have it: what else is not the same here is none of its axes. */
const plainSetting = (trial: Trial): string => settingOf({ ...trial, others: {} }, new Set());

const pairsOf = (trials: readonly Trial[], paper: readonly Trial[]): readonly Pair[] =>
  paper.map((theirs) => {
    const setting = plainSetting(theirs);
    return { theirs, ours: trials.filter((trial) => plainSetting(trial) === setting) };
  });

const finite = (values: readonly (number | undefined)[]): readonly number[] =>
  values.filter((value) => value !== undefined && Number.isFinite(value)) as readonly number[];

/** The settings in which both have a metric, with our numbers by seed and the paper's. */
const measuredBy = (all: readonly Pair[], metric: string) => {
  const pairs = all.filter(
    ({ theirs, ours }) =>
      theirs.final[metric] !== undefined && finite(ours.map(({ final }) => final[metric])).length > 0,
  );
  const strata: Strata = pairs.map(({ ours }) => finite(ours.map(({ final }) => final[metric])));
  return { pairs, strata, theirs: pairs.map(({ theirs }) => theirs.final[metric]!) };
};

/** Indices of the settings of each student; one group where they have no students. */
const studentsOf = (pairs: readonly Pair[]): readonly (readonly number[])[] => {
  const groups: { readonly student: unknown; readonly members: number[] }[] = [];
  for (const [i, { theirs }] of pairs.entries()) {
    const student = axisOf(theirs, "/student");
    const known = groups.find((group) => sameValue(group.student, student));
    if (known === undefined) groups.push({ student, members: [i] });
    else known.members.push(i);
  }
  return groups.map(({ members }) => members);
};

/**
 * Highest less lowest of each student's settings, the mean over students: what effects are shares of, since points of
 * one task are not another's, and students differ by more than methods do.
 */
const rangesOf = (all: readonly Pair[], metric: string): readonly [ours: number, theirs: number] | undefined => {
  const { pairs, strata, theirs } = measuredBy(all, metric);
  const groups = studentsOf(pairs).filter(({ length }) => length > 1);
  const range = (values: readonly number[]): number =>
    mean(
      groups.map((members) => {
        const own = members.map((i) => values[i]!);
        return Math.max(...own) - Math.min(...own);
      }),
    );
  const ranges = [range(strata.map(mean)), range(theirs)] as const;
  return ranges.every((width) => width > 0) ? ranges : undefined;
};

/** Sizes differ by less than this factor when they agree. */
export const sizeFactor = 2;

/** True where an effect is of the paper's size, undefined where the paper's goes the other way. */
const isAsLarge = (
  { interval }: Finding,
  theirs: Finding,
  [ours, paper]: readonly [number, number],
): boolean | undefined => {
  const share = theirs.effect / paper;
  if (!(share > 0)) return undefined;
  return interval.low / ours <= sizeFactor * share && interval.high / ours >= share / sizeFactor;
};

/** What a claim's effects are shares of; undefined where they are about a bound, of which no share is meant. */
const scaleOf = (claim: ClaimValues, pairs: readonly Pair[]): readonly [number, number] | undefined => {
  if (claim.type === "ratio") return [1, 1];
  const isBound = claim.type === "spread" ? claim.below !== undefined : claim.type === "order" && claim.by !== 0;
  return isBound ? undefined : rangesOf(pairs, claim.metric);
};

/** True where a verdict is of those settings alone that the paper has, too. */
const isOfBoth = ({ findings }: JudgedClaim, common: JudgedClaim, theirs: JudgedClaim): boolean =>
  theirs.findings.length === findings.length &&
  findings.every(({ settings, count, effect }, i) => {
    const same = common.findings[i];
    return same?.settings === settings && same.count === count && same.effect === effect;
  });

/** What is said of a claim: our trials, those of ours in settings that the paper has, and the paper's. */
interface Verdicts {
  readonly ours: JudgedClaim;
  readonly common: JudgedClaim;
  readonly theirs: JudgedClaim;
}

const agreementOf = (claim: ClaimValues, { ours, common, theirs }: Verdicts, pairs: readonly Pair[]): Agreement => {
  if (ours.outcome === "not-run") return "undecided";
  if (!isOfBoth(ours, common, theirs)) return "unknown";
  if (ours.outcome === "not-replicated") return "none";
  if (ours.outcome !== "replicated") return "undecided";
  const scale = scaleOf(claim, pairs);
  if (scale === undefined) return "direction";
  // Of a trend the slope is claimed, and its steps are none of them.
  const claimed = claim.type === "trend" ? ours.findings.slice(0, 1) : ours.findings;
  const sizes = claimed.map((finding, i) => isAsLarge(finding, theirs.findings[i]!, scale));
  return sizes.every((size) => size === true) ? "direction-and-size" : "direction";
};

/** Of lists that are tied throughout nothing agrees. */
const tauOf = (a: readonly number[], b: readonly number[]): number => {
  const tau = kendallTau(a, b);
  return Number.isNaN(tau) ? 0 : tau;
};

/** Settings from which on a rank says something. */
const fewest = 3;

const rankOf = (all: readonly Pair[], metric: string): RankAgreement[] => {
  const { pairs, strata, theirs } = measuredBy(all, metric);
  if (pairs.length < fewest) return [];
  const groups = studentsOf(pairs).filter(({ length }) => length >= fewest);
  const whole = (drawn: Strata): number => tauOf(drawn.map(mean), theirs);
  const inside = (drawn: Strata): number => {
    const means = drawn.map(mean);
    return mean(
      groups.map((members) =>
        tauOf(
          members.map((i) => means[i]!),
          members.map((i) => theirs[i]!),
        ),
      ),
    );
  };
  const within =
    groups.length < 2
      ? undefined
      : { tau: inside(strata), interval: bootstrapInterval(strata, inside), students: groups.length };
  return [{ metric, settings: pairs.length, tau: whole(strata), interval: bootstrapInterval(strata, whole), within }];
};

/** What was measured beside what the paper has. `judged` are the claims' verdicts, in their order. */
export const compareWithPaper = (
  values: PaperValues,
  claims: readonly ClaimValues[],
  judged: readonly JudgedClaim[],
  trials: readonly Trial[],
  metrics: readonly string[],
): PaperComparison => {
  const paper = paperTrials(values, trials);
  const pairs = pairsOf(trials, paper);
  const both = new Set(pairs.flatMap(({ ours }) => ours));
  const [common, theirs] = [trials.filter((trial) => both.has(trial)), paper].map((some) => judge(claims, some));
  return {
    values,
    trials: paper,
    claims: claims.map((claim, i) => {
      const verdicts = { ours: judged[i]!, common: common![i]!, theirs: theirs![i]! };
      const agreement = agreementOf(claim, verdicts, pairs);
      return { findings: agreement === "unknown" ? [] : verdicts.theirs.findings, agreement };
    }),
    ranks: metrics.flatMap((metric) => rankOf(pairs, metric)),
  };
};
