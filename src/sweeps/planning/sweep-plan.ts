/** From an experiment file with a sweep to its trials: each checked as a run is, with the id that names its result. */
import { dirname } from "node:path";
import type { ClaimValues } from "../../evaluation/claims/index.ts";
import { isSeed } from "../../evaluation/claims/seeds.ts";
import { checker, type Mistake } from "../../experiments/schema/check.ts";
import { axisMistakes, claimMistakes, comparisonMistakes } from "../../experiments/rules/claim-rules.ts";
import { expand, type Draft } from "../../experiments/file/drafts.ts";
import { isObject, omit, parsePointer, type Json, type JsonObject } from "../../files/json.ts";
import { givenOverrides, parseOverrides, type Override } from "../../experiments/file/overrides.ts";
import { planDraft } from "../../experiments/planning/run-plan.ts";
import type { PlannedRun } from "../../experiments/planning/planned.ts";
import { byLocation, checkValues, checkVariants, located, type Found } from "../../experiments/planning/sound-file.ts";
import { ExperimentError, type Problem } from "../../experiments/file/problem.ts";
import { experimentSchema, type ExperimentValues } from "../../experiments/schema/experiment-schema.ts";
import { semanticMistakes } from "../../experiments/rules/all-rules.ts";
import { FileContext } from "../../experiments/inputs/file-context.ts";
import type { Source } from "../../experiments/file/file-source.ts";
import { assignments } from "./assignments.ts";
import { rungMistakes, type HalvingValues } from "../../experiments/schema/halving.ts";
import { axesOf, sweepMistakes } from "./sweep-rules.ts";
import type { SweepValues } from "../../experiments/schema/sweep-schema.ts";
import { withNamedAxes } from "./named-axes.ts";
import { axisNames, trialDraft } from "./trial-drafts.ts";

/** Problems that are told of one sweep; what is wrong with one trial is mostly wrong with many. */
const mostProblems = 20;

/** A sweep whose every trial has the right schema. */
export interface SoundSweep {
  readonly path: string;
  readonly overrides: readonly Override[];
  /** The file's runs at its own values, without the sweep, before the trials' values are set. */
  readonly bases: Readonly<Record<string, Json>>;
  readonly drafts: readonly { readonly draft: Draft; readonly values: ExperimentValues }[];
  /** What the trials are to show. */
  readonly claims: readonly ClaimValues[];
  /** Which of them stop early. */
  readonly halving: HalvingValues | undefined;
}

const checkSweep = checker<SweepValues>((experimentSchema["properties"] as JsonObject)["sweep"] as JsonObject);

/** True when the file has a sweep, or the command line gives it one. Errors as of `expand`. */
export const hasSweep = (source: Source, overrides: readonly string[] = []): boolean =>
  expand(source, givenOverrides(overrides)).drafts.some(({ value }) => isObject(value) && value["sweep"] !== undefined);

/** What is kept of each trial's plan: a sweep may have many. */
export interface PlannedTrial extends Pick<PlannedRun, "id" | "name" | "label"> {
  /** What it sets, by pointer. */
  readonly axes: Readonly<Record<string, Json>>;
  readonly steps: number;
}

/** What is kept of a plan. */
export const trialOf = ({ id, name, label, axes = {}, values }: PlannedRun): PlannedTrial => ({
  id,
  name,
  label,
  axes,
  steps: values.training.steps,
});

type Order = ReturnType<typeof byLocation>;

const refuse = (problems: readonly Problem[], path: string): void => {
  if (problems.length === 0) return;
  const more = problems.length - mostProblems;
  const rest =
    more <= 0
      ? []
      : [{ location: { file: path }, pointer: "/sweep", message: `${more} more problems of trials like these` }];
  throw new ExperimentError([...problems.slice(0, mostProblems), ...rest]);
};

const sweepOf = (drafts: readonly Draft[], whole: Draft, overrides: readonly Override[], order: Order): SweepValues => {
  const { value } = drafts[0] ?? whole;
  const given = isObject(value) ? value["sweep"] : undefined;
  if (given === undefined) {
    const message = 'the file has no sweep; add one, such as "sweep": { "axes": { "/seed": [0, 1, 2] } }';
    throw new ExperimentError([{ ...whole.locate(""), message }]);
  }
  const checked = checkSweep(given);
  const mistakes =
    "mistakes" in checked
      ? checked.mistakes.map((mistake) => ({ ...mistake, pointer: `/sweep${mistake.pointer}` }))
      : sweepMistakes(
          checked.values,
          overrides.map(({ pointer }) => pointer),
        );
  const problems = located([{ draft: drafts[0] ?? whole, mistakes }], 1, order);
  if (problems.length > 0) throw new ExperimentError(problems);
  if ("mistakes" in checked) throw new Error("a sweep with mistakes was not refused");
  return checked.values;
};

/** The trials' drafts; a value that has no location in the file is a problem of the sweep. */
const draftTrials = (
  bases: readonly Draft[],
  sweep: SweepValues,
  ofVariants: boolean,
): { drafts: Draft[]; refused: Found[] } => {
  const drafts: Draft[] = [];
  const refused: Found[] = [];
  for (const base of bases) {
    const trials = assignments(sweep, base.value);
    const names = axisNames([...new Set(trials.flatMap((settings) => settings.map(({ pointer }) => pointer)))]);
    for (const settings of trials) {
      try {
        drafts.push(trialDraft(base, settings, names, ofVariants));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        refused.push({ draft: base, mistakes: [{ pointer: settings[0]?.at ?? "/sweep", message: error.message }] });
      }
    }
  }
  return { drafts, refused };
};

/** Whether an override at this pointer may leave a part of the sweep: other seeds leave each setting where it is. */
const isPart = (pointer: string): boolean => {
  const [first, section, axis] = parsePointer(pointer);
  return first === "sweep" && !(section === "axes" && axis !== undefined && isSeed(axis));
};

/** What is wrong with claims, the first kind that is; `drafts` are all trials, or undefined of a part of them. */
const mistakesOfClaims = (
  claims: readonly ClaimValues[],
  axes: readonly string[],
  drafts: readonly Draft[] | undefined,
): readonly Mistake[] => {
  const alone = claimMistakes(claims);
  if (alone.length > 0) return alone;
  const unknown = axisMistakes(claims, axes);
  if (unknown.length > 0 || drafts === undefined) return unknown;
  return comparisonMistakes(
    claims,
    drafts.map(({ name, axes: set = {} }) => ({ run: name, axes: set })),
  );
};

/**
 * Checks a file's sweep, and each of its trials against the schema. `ExperimentError` with every problem, also when
 * there is no sweep.
 */
export const checkTrials = (source: Source, overrides: readonly Override[]): SoundSweep => {
  const order = byLocation(source.path, overrides);
  const { file, drafts: written, overrides: pointed } = expand(source, overrides);
  const { drafts, mistakes: wrongNames } = withNamedAxes(written);
  refuse(located([{ draft: written[0] ?? file, mistakes: wrongNames }], 1, order), source.path);
  const variants = file.variants === undefined ? { mistakes: [] } : checkVariants(file.variants);
  const inVariants =
    "mistakes" in variants ? variants.mistakes.map((one) => ({ ...one, pointer: `/variants${one.pointer}` })) : [];
  refuse(located([{ draft: file, mistakes: inVariants }], 1, order), source.path);
  const sweep = sweepOf(drafts, file, pointed, order);
  const bases = drafts.map((draft): Draft => ({
    ...draft,
    value: isObject(draft.value) ? omit(draft.value, "sweep") : draft.value,
  }));
  const trials = draftTrials(bases, sweep, file.variants !== undefined);
  const sound: { draft: Draft; values: ExperimentValues }[] = [];
  const found: Found[] = [...trials.refused];
  for (const draft of trials.drafts) {
    const result = checkValues(draft.value, dirname(source.path));
    if (!("values" in result)) {
      found.push({ draft, mistakes: result.mistakes });
      continue;
    }
    const { values } = result;
    sound.push({ draft, values });
    const rungs = rungMistakes(sweep.halving, { steps: values.training.steps, every: values.evaluation.every });
    if (rungs.length > 0) found.push({ draft: drafts[0] ?? file, mistakes: rungs });
  }
  refuse(located(found, trials.drafts.length, order), source.path);
  const claims = sound[0]?.values.claims ?? [];
  const mistakes = mistakesOfClaims(
    claims,
    axesOf(sweep).map(({ pointer }) => pointer),
    // Of a part of a sweep some claims cannot be judged, which is no mistake of the file.
    pointed.some(({ pointer }) => isPart(pointer)) ? undefined : trials.drafts,
  );
  refuse(located([{ draft: drafts[0] ?? file, mistakes }], 1, order), source.path);
  // Claims are of all trials and part of none.
  const named = bases.map(({ name, value }) => [name, isObject(value) ? omit(value, "claims") : value] as const);
  return {
    path: source.path,
    overrides,
    bases: Object.fromEntries(named),
    drafts: sound,
    claims,
    halving: sweep.halving,
  };
};

/**
 * The trials of a sound sweep, given what is known of the checkpoints that it names; those with the same id are one.
 * `keep` says what is kept of each, given the values of its file too, for sweeps of many. `ExperimentError` with every
 * problem between the parts of a trial, and what `beyond` finds in its plan.
 */
export const planTrials = <T>(
  { path, overrides, drafts }: SoundSweep,
  fileContext: FileContext,
  keep: (run: PlannedRun, values: ExperimentValues) => T,
  beyond: (run: PlannedRun, values: ExperimentValues) => readonly Mistake[] = () => [],
): readonly T[] => {
  const found: Found[] = [];
  const trials = new Map<string, T>();
  for (const { draft, values } of drafts) {
    const mistakes = semanticMistakes(values, path, fileContext);
    if (mistakes.length > 0) found.push({ draft, mistakes });
    if (found.length > 0) continue;
    const run = planDraft(draft, values, path, fileContext);
    if (trials.has(run.id)) continue;
    const more = beyond(run, values);
    if (more.length > 0) found.push({ draft, mistakes: more });
    else trials.set(run.id, keep(run, values));
  }
  refuse(located(found, drafts.length, byLocation(path, overrides)), path);
  return [...trials.values()];
};

/** The trials of a file that names no checkpoints. `ExperimentError` with every problem. */
export const planSweep = (source: Source, overrides: readonly string[] = []): readonly PlannedRun[] =>
  planTrials(checkTrials(source, parseOverrides(overrides)), new FileContext(dirname(source.path)), (run) => run);
