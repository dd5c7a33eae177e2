/** The trials of a figure whose completions were kept. */
import { axisOf } from "../../evaluation/claims/trial.ts";
import { valueText } from "../../evaluation/claims/value-text.ts";
import type { ShownCompletion } from "../../runs/reading/completions.ts";
import type { FigureReport } from "./figure-report.ts";

/** A trial, and what it learned from. */
export interface ShownTrial {
  /** Its setting: `run rl-gkd, alpha 0.5`. */
  readonly name: string;
  /** Not empty. */
  readonly completions: readonly ShownCompletion[];
}

/** Those of a figure, in the order of its trials. */
export const shownTrials = ({ results, means }: Pick<FigureReport, "results" | "means">): readonly ShownTrial[] =>
  results.trials.flatMap((trial): ShownTrial[] => {
    const { completions = [] } = trial;
    if (completions.length === 0) return [];
    const values = means.axes.map(({ pointer, name }) => [name, axisOf(trial, pointer)] as const);
    const said = values.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${valueText(value)}`]));
    return [{ name: said.join(", ") || "all", completions }];
  });
