/** What a figure took, and where. It differs from machine to machine, so it is beside the results and not in them. */
import { fileURLToPath } from "node:url";
import { readObject } from "../files/object-file.ts";
import { provenance, type Provenance } from "../runs/folder/provenance.ts";
import { readFigure, resultsPath } from "./figure-results.ts";
import type { Figure, Scale } from "./figures.ts";

/** The machine, and the times. */
export interface FigureMachine extends Provenance {
  /** Trials at once. */
  readonly jobs: number;
  /** Milliseconds of the trials' trainings, one after another, without those of shared stages. */
  readonly training: number;
  /**
   * Milliseconds from start to end, stages among them; undefined of a figure that has not run as a whole in one call.
   */
  readonly elapsed: number | undefined;
  /**
   * Milliseconds of a step, by the ids of the trials that have a curve: the median without the first step, in which
   * programs are compiled.
   */
  readonly steps: Readonly<Record<string, number>>;
}

/** Its path in a folder of results. */
export const machinePath = (folder: string, figure: Pick<Figure, "name">): string =>
  resultsPath(folder, figure).replace(/\.json$/u, ".machine.json");

/** The machine as it is, with what the figure took. */
export const machineOf = (took: Pick<FigureMachine, "jobs" | "training" | "elapsed" | "steps">): FigureMachine => ({
  ...provenance(),
  ...took,
});

const packaged = (folder: string): string => fileURLToPath(new URL(`../../docs/results/${folder}/`, import.meta.url));

/** The results that come with the package: those at small scale. */
export const packagedResults = packaged("paper");

/**
 * Milliseconds that a trial of a figure took one job, stages and all, where the results that come with the package were
 * made; nothing when they have no such figure.
 */
export const timeTaken = (
  figure: Figure,
  scale: Scale,
  folder = scale === "pretrained" ? packaged("smollm2") : packagedResults,
): number | undefined => {
  const results = readFigure(folder, figure);
  const { jobs, elapsed } = readObject(machinePath(folder, figure)) ?? {};
  if (results?.scale !== scale || typeof jobs !== "number" || typeof elapsed !== "number") return undefined;
  return (jobs * elapsed) / results.planned;
};
