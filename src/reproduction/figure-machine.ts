/** What a figure took, and where. It differs from machine to machine, so it is beside the results and not in them. */
import { fileURLToPath } from "node:url";
import { canonicalJson } from "../files/canonical-json.ts";
import { isObject, type Json, type JsonObject } from "../files/json.ts";
import { readObject } from "../files/object-file.ts";
import { provenance, type Provenance } from "../runs/folder/provenance.ts";
import { numbersIn } from "../runs/reading/run-record.ts";
import { readFigure, resultsPath } from "./figure-results.ts";
import type { Figure, Scale } from "./figures.ts";

/** A call that ran some of a figure's trials. */
export interface FigureCall {
  /** When it began: ISO 8601, UTC. */
  readonly began: string;
  /** Its milliseconds, those of stages among them. */
  readonly milliseconds: number;
  /** Trials that it ran, or took over from other figures. */
  readonly trials: number;
}

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
  /** The calls that ran trials of these results, oldest first. One that was killed has left none. */
  readonly calls?: readonly FigureCall[];
  /**
   * Milliseconds of a step, by the ids of the trials that have a curve: the median without the first step, in which
   * programs are compiled.
   */
  readonly steps: Readonly<Record<string, number>>;
  /**
   * Set where steps alone were run, to time them: how many of each trial's. Then nothing
   * else is of this machine: results are of those before, and `training` is 0.
   */
  readonly timed?: { readonly steps: number };
  /** The same of results that were kept from earlier calls, oldest first; none where there are none. */
  readonly earlier?: readonly JsonObject[];
}

/** Its path in a folder of results. */
export const machinePath = (folder: string, figure: Pick<Figure, "name">): string =>
  resultsPath(folder, figure).replace(/\.json$/u, ".machine.json");

/** The machine as it is, with what the figure took. */
export const machineOf = (
  took: Pick<FigureMachine, "jobs" | "training" | "elapsed" | "calls" | "steps" | "timed" | "earlier">,
): FigureMachine => ({
  ...provenance(),
  ...took,
});

/** The machines that a figure's results are of, in the order in which they ran; none where that is not recorded. */
export const machinesIn = (folder: string, figure: Pick<Figure, "name">): readonly JsonObject[] => {
  const { earlier, ...last } = readObject(machinePath(folder, figure)) ?? {};
  const before = Array.isArray(earlier) ? (earlier as readonly Json[]).filter(isObject) : [];
  return Object.keys(last).length === 0 ? before : [...before, last];
};

/** The calls that a record of a machine has; none of one that has another form. */
export const callsIn = ({ calls }: JsonObject): readonly FigureCall[] =>
  (Array.isArray(calls) ? (calls as readonly Json[]) : []).flatMap((call) => {
    if (!isObject(call)) return [];
    const { began, milliseconds, trials } = call;
    const isCall =
      typeof began === "string" &&
      !Number.isNaN(Date.parse(began)) &&
      typeof milliseconds === "number" &&
      typeof trials === "number";
    return isCall ? [{ began, milliseconds, trials }] : [];
  });

/**
 * Milliseconds of a step by the ids of trials, of all machines that timed a figure's steps; none where these are of
 * several kinds, since their minutes are not each other's.
 */
export const stepsIn = (machines: readonly JsonObject[]): Readonly<Record<string, number>> => {
  const timing = machines.filter(({ steps }) => Object.keys(numbersIn(steps)).length > 0);
  const kinds = new Set(timing.map(({ machine }) => canonicalJson(machine ?? null)));
  return kinds.size > 1 ? {} : Object.fromEntries(timing.flatMap(({ steps }) => Object.entries(numbersIn(steps))));
};

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
