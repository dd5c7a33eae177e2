/** What a figure's file says by itself, before its models and its data are read or downloaded. */
import { dirname } from "node:path";
import { readExperiment } from "../experiments/file/extended-source.ts";
import { hubNames } from "../experiments/inputs/inputs.ts";
import { givenOverrides } from "../experiments/file/overrides.ts";
import { checkTrials } from "../sweeps/planning/sweep-plan.ts";
import type { Figure, Scale } from "./figures.ts";
import { scaleOverrides } from "./scale.ts";

/** A figure by its file alone. */
export interface FigureOutline {
  readonly figure: Figure;
  readonly trials: number;
  readonly claims: number;
  /** Models and datasets of the Hub that its trials start from, as `owner/name@revision`. */
  readonly hub: readonly string[];
}

/** Reads a figure's file. `ExperimentError` with what is wrong with it. */
export const outlineFigure = (figure: Figure, scale: Scale, seeds: number): FigureOutline => {
  const { path } = figure;
  const { drafts, claims } = checkTrials(readExperiment(path), givenOverrides(scaleOverrides(path, scale, seeds)));
  return { figure, trials: drafts.length, claims: claims.length, hub: hubNames(drafts, dirname(path)) };
};
