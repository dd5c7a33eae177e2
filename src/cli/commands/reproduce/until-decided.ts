/** `retort reproduce --until-decided`: adds seeds to the settings of claims that are undecided, look by look. */
import { jsonText } from "../../../files/json-file.ts";
import { claims as family, type ClaimValues } from "../../../evaluation/claims/index.ts";
import type { HubOptions } from "../../../policies/checkpoints/hub/hub.ts";
import { forecasts, type Forecast } from "../../../reproduction/forecast.ts";
import { firstLook } from "../../../reproduction/follow-up.ts";
import { isUndecided, lookSeeds, nextLook, type LookAhead } from "../../../reproduction/looks.ts";
import { inRunOrder } from "../../../reproduction/figure-plan.ts";
import { keptLooks } from "../../../reproduction/kept-trials.ts";
import type { Figure } from "../../../reproduction/figures.ts";
import type { JudgedClaim } from "../../../results/verdicts.ts";
import type { FrozenSweep, FrozenTrial } from "../../../sweeps/planning/frozen.ts";
import { duration } from "../../display/number-text.ts";
import type { Terminal } from "../../display/terminal.ts";
import {
  prepareFigure,
  resultsFolder,
  runFigure,
  type PreparedFigure,
  type RanFigure,
  type ReproduceFlags,
} from "./run-figure.ts";

/** Trials that a look adds: those of new seeds whose settings bear on a claim that is undecided. */
const addedTrials = (
  { trials }: FrozenSweep,
  known: ReadonlySet<string>,
  claims: readonly ClaimValues[],
  judged: readonly JudgedClaim[],
): readonly FrozenTrial[] => {
  const open = claims.filter((_, i) => isUndecided(judged[i]!)).map((values) => family.create(values));
  return trials.filter(
    ({ id, name, axes }) =>
      !known.has(id) && open.some((claim) => claim.concerns({ run: name, axes, initial: {}, final: {} })),
  );
};

/** What a look would run. */
interface NextLook {
  readonly prepared: PreparedFigure;
  /** Trials that it adds. */
  readonly added: number;
  /** Those of them that are to be run: not done yet, here or for another figure. */
  readonly left: number;
  /** What it and later looks are thought to decide, this one first. */
  readonly forecasts: readonly Forecast[];
}

/** A figure after a look. */
interface Looked {
  readonly figure: Figure;
  /** Looks that it has had. */
  readonly looks: number;
  /** The trials that it has so far. */
  readonly known: ReadonlySet<string>;
  readonly ran: RanFigure;
  /** What its next look would run; nothing after the last. */
  readonly next: NextLook | undefined;
}

/** What is the same for all figures. */
interface Setup {
  readonly flags: ReproduceFlags;
  readonly hub: HubOptions;
  readonly terminal: Terminal;
}

/** The next look of a figure that has had so many, without running it. */
const lookAhead = async (
  figure: Figure,
  looks: number,
  known: ReadonlySet<string>,
  { judged, results }: RanFigure,
  claims: readonly ClaimValues[],
  { flags, hub, terminal }: Setup,
): Promise<Looked["next"]> => {
  const seeds = lookSeeds[looks];
  if (seeds === undefined || !judged.some(isUndecided)) return undefined;
  let more: ReadonlySet<string> = new Set();
  const prepared = await prepareFigure(figure, { ...flags, seeds }, hub, terminal, (sweep) => {
    more = new Set(addedTrials(sweep, known, claims, judged).map(({ id }) => id));
    return { ...sweep, trials: sweep.trials.filter(({ id }) => known.has(id) || more.has(id)) };
  });
  const done = new Set([
    ...prepared.shared,
    ...prepared.progress.flatMap(({ trial, progress }) => (progress.status === "done" ? [trial.id] : [])),
  ]);
  const left = [...more].filter((id) => !done.has(id)).length;
  const open = claims.filter((_, i) => isUndecided(judged[i]!));
  return more.size === 0
    ? undefined
    : { prepared, added: more.size, left, forecasts: forecasts(open, results.trials, looks) };
};

const look = async (prepared: PreparedFigure, looks: number, setup: Setup): Promise<Looked> => {
  const { figure, sweep, claims } = prepared;
  const ran = await runFigure(prepared, setup.flags, setup.terminal, lookSeeds.length);
  const known = new Set(sweep.trials.map(({ id }) => id));
  return { figure, looks, known, ran, next: await lookAhead(figure, looks, known, ran, claims, setup) };
};

/** Milliseconds of so many trials more, as long as those before took on average. */
const timeOf = ({ ran, next }: Looked, trials: number): number | undefined => {
  if (next === undefined) return undefined;
  if (trials === 0) return 0;
  if (ran.trainingTime === 0) return undefined;
  return (trials * ran.trainingTime) / ran.results.trials.length / next.prepared.jobs;
};

/** Milliseconds of the next look. */
const timeOfNext = (looked: Looked): number | undefined => timeOf(looked, looked.next?.left ?? 0);

/** Whether a figure's own budget holds its next look. */
const holdsNext = (looked: Looked, { flags: { figureBudget = Infinity } }: Setup): boolean =>
  looked.ran.spent + (timeOfNext(looked) ?? 0) <= figureBudget;

const undecidedOf = ({ ran, next }: Looked): number => (next === undefined ? 0 : ran.judged.filter(isUndecided).length);

/** What is known of a figure's looks to come. Of its next what is left of it counts, and nothing of what is done. */
const aheadOf = (looked: Looked, setup: Setup): LookAhead => {
  const { ran, next } = looked;
  const { figureBudget = Infinity } = setup.flags;
  const [milliseconds, done] = [timeOfNext(looked), (next?.added ?? 0) - (next?.left ?? 0)];
  const ahead = (next?.forecasts ?? []).flatMap(({ decided, trials }) => {
    const time = timeOf(looked, Math.max(0, trials - done));
    return time === undefined || ran.spent + time > figureBudget ? [] : [{ decided, milliseconds: time }];
  });
  return { undecided: holdsNext(looked, setup) ? undecidedOf(looked) : 0, milliseconds, forecasts: ahead };
};

/** Says what comes next, and why. */
const tellNext = (looked: Looked, { flags, terminal }: Setup): void => {
  const { figure, looks, next } = looked;
  const [undecided, time, seeds] = [undecidedOf(looked), timeOfNext(looked), lookSeeds[looks]!];
  if (flags.json === true) {
    const told = { kind: "look", figure: figure.name, look: looks + 1, looks: lookSeeds.length, seeds, undecided };
    return void terminal.output.write(`${jsonText(told)}\n`);
  }
  if (flags.quiet === true) return;
  terminal.errors.write(
    `\nlook ${looks + 1} of ${lookSeeds.length} at figure ${figure.name}: ${undecided} undecided, ${next!.added} ` +
      `trials more for ${seeds} seeds${time === undefined ? "" : `, about ${duration(time)}`}\n`,
  );
};

/** Says how it ended. */
const tellEnd = (all: readonly Looked[], isOver: boolean, { flags, terminal }: Setup): void => {
  const claims = all.flatMap(({ ran }) => ran.judged);
  const undecided = claims.filter(isUndecided).length;
  if (flags.json === true) {
    const why = undecided === 0 ? "decided" : isOver ? "budget" : "seeds";
    return void terminal.output.write(`${jsonText({ kind: "looks", claims: claims.length, undecided, why })}\n`);
  }
  const why = isOver ? "; the budget holds no further look" : `; no further look after ${lookSeeds.at(-1)} seeds`;
  terminal.output.write(
    `\n${claims.length - undecided} of ${claims.length} claims decided${undecided === 0 ? "" : why}\n`,
  );
};

/** A figure that can be looked at, and how many looks it has had after that one. */
type LookReady = PreparedFigure & { readonly looks: number };

/**
 * Before a figure's first look, or at the last that results have had which are kept. Errors as of `keptLooks`,
 * `firstLook` and `prepareFigure`.
 */
export const prepareLook = async (figure: Figure, { flags, hub, terminal }: Setup): Promise<LookReady> => {
  const { looks, ids } = (flags.keepResults === true ? keptLooks(resultsFolder(flags), figure) : undefined) ?? {
    looks: firstLook(figure, flags.scale),
    ids: undefined,
  };
  const seeds = lookSeeds[looks - 1]!;
  const prepared = await prepareFigure(figure, { ...flags, seeds }, hub, terminal, (sweep) =>
    ids === undefined ? sweep : { ...sweep, trials: sweep.trials.filter(({ id }) => ids.has(id)) },
  );
  return { ...prepared, looks };
};

/**
 * Looks at each figure with the first number of seeds, and then, while time is left, at that figure next whose look
 * decides most for its time. The same command goes on where it was stopped: each look's trials follow from the verdicts
 * of the look before. Results that are kept stand for the looks that they have had. Errors as of `runFigure`
 * and `keptLooks`.
 */
export const untilDecided = async (figures: readonly Figure[], setup: Setup): Promise<void> => {
  const begun = performance.now();
  const left = (): number => (setup.flags.budget ?? Infinity) - (performance.now() - begun);
  const first: LookReady[] = [];
  for (const figure of figures) first.push(await prepareLook(figure, setup));
  const all: Looked[] = [];
  for (const prepared of inRunOrder(first)) all.push(await look(prepared, prepared.looks, setup));
  let open = true;
  while (open) {
    const at = nextLook(
      all.map((looked) => aheadOf(looked, setup)),
      left(),
    );
    open = at !== undefined;
    if (at === undefined) continue;
    const looked = all[at]!;
    tellNext(looked, setup);
    all[at] = await look(looked.next!.prepared, looked.looks + 1, setup);
  }
  tellEnd(
    all,
    all.some((looked) => undecidedOf(looked) > 0),
    setup,
  );
};
