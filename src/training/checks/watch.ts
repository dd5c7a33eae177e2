/** Watches a run with checks: counts what they find, warns, and says when the run must stop. */
import type { Check, StepFacts } from "./check.ts";

/** What is remembered of one check, as plain data. */
interface Memory {
  /** Findings since the run began. */
  readonly count: number;
  /** Steps in a row with a finding, up to the last step. */
  readonly streak: number;
}

/** What is remembered from step to step, by check. */
export type WatchState = Readonly<Record<string, Memory>>;

/** What a watched step gives. */
export interface Watched {
  readonly state: WatchState;
  /** `checks/<name>`: findings since the run began. */
  readonly metrics: Readonly<Record<string, number>>;
  /** By check: what may be wrong. Given once in each streak. */
  readonly warnings: readonly { readonly check: string; readonly message: string }[];
  /** Why the run must stop. */
  readonly failure?: CheckError;
}

/** A check that was not passed: the run stops, and its last whole step is kept. */
export class CheckError extends Error {
  override readonly name = "CheckError";
}

/**
 * A tenth of the patience: soon enough to be of use, late enough for a run that has just begun. At once where the
 * check stops nothing.
 */
const warnsAt = (patience: number): number => (patience === Number.POSITIVE_INFINITY ? 1 : Math.ceil(patience / 10));

const since = (step: number, streak: number): string =>
  streak === 1 ? `step ${step}` : `steps ${step - streak + 1} to ${step}`;

/** Runs every check on a step. */
export const watch = (checks: readonly Check[], facts: StepFacts, before: WatchState): Watched => {
  const state: Record<string, Memory> = {};
  const warnings: { check: string; message: string }[] = [];
  const failures: string[] = [];
  for (const check of checks) {
    const { name, patience, remedy } = check;
    const { count, streak } = before[name] ?? { count: 0, streak: 0 };
    const finding = check.inspect(facts);
    const now = finding === undefined ? { count, streak: 0 } : { count: count + finding.count, streak: streak + 1 };
    state[name] = now;
    if (finding === undefined) continue;
    const message = `${since(facts.step, now.streak)}: ${finding.seen}; ${remedy}`;
    if (now.streak >= patience)
      failures.push(`${message}. Or give training.checks.${name} another value; 0 turns this check off`);
    else if (now.streak === warnsAt(patience)) {
      const ending = patience === Number.POSITIVE_INFINITY ? "This" : `After ${patience} such steps in a row the run`;
      const stops = patience === Number.POSITIVE_INFINITY ? "stops nothing" : "stops";
      warnings.push({ check: name, message: `${message}. ${ending} ${stops} (training.checks.${name})` });
    }
  }
  const metrics = Object.fromEntries(Object.entries(state).map(([name, { count }]) => [`checks/${name}`, count]));
  return {
    state,
    metrics,
    warnings,
    ...(failures.length === 0 ? {} : { failure: new CheckError(failures.join("\n")) }),
  };
};
