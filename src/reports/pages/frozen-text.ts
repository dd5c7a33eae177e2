/** A figure beside the calibration that froze it, and what a report says of it. */
import type { Calibration } from "../../reproduction/calibration.ts";
import type { FigureResults } from "../../reproduction/figure-results.ts";

/** A figure beside the calibration. */
export interface FrozenFigure {
  readonly calibration: Calibration;
  /** The hash by which the calibration froze it; nothing where it did not. */
  readonly hash: string | undefined;
  /** Whether its file is as it was then. */
  readonly holds: boolean;
}

/** The first digits of a hash, as pages show it. */
const short = (hash: string): string => hash.slice(0, 16);

/** Whether a figure's results are of the settings and claims that the calibration froze. */
export const frozenText = (
  { calibration: of }: Pick<FigureResults, "calibration">,
  { calibration, hash, holds }: FrozenFigure,
  name: string,
): string => {
  if (of === undefined) return "of before the calibration";
  if (of !== hash) return `frozen by another calibration, ${short(of)}`;
  return holds ? `frozen at ${calibration.figures[name]!.frozen} by ${short(of)}` : "changed since these trials ran";
};
