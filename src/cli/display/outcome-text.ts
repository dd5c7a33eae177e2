/** What came of trainings, in a line and in tables: the accuracy, or without references the held-out reward. */
import type { Outcome } from "../../training/recipe/headline.ts";
import { figure, percent } from "./number-text.ts";
import type { Cell } from "./table.ts";

/** `accuracy 50.0%` or `held-out reward 0.500`; nothing where neither is known. */
export const outcomeText = ({ accuracy, reward }: Outcome): string[] => {
  if (accuracy !== undefined) return [`accuracy ${percent(accuracy)}`];
  return reward === undefined ? [] : [`held-out reward ${figure(reward)}`];
};

/** Columns of a table of trainings. */
export interface OutcomeColumns {
  readonly head: readonly string[];
  readonly cells: (outcome: Outcome) => readonly Cell[];
}

/** The accuracy, and where some of them have none, but a held-out reward, that too or instead. */
export const outcomeColumns = (all: readonly Outcome[]): OutcomeColumns => {
  const rewarded = all.some(({ accuracy, reward }) => accuracy === undefined && reward !== undefined);
  const counted = !rewarded || all.some(({ accuracy }) => accuracy !== undefined);
  return {
    head: [...(counted ? ["accuracy"] : []), ...(rewarded ? ["held-out reward"] : [])],
    cells: ({ accuracy, reward }) => [
      ...(counted ? [accuracy === undefined ? undefined : percent(accuracy)] : []),
      ...(rewarded ? [reward === undefined ? undefined : figure(reward)] : []),
    ],
  };
};
