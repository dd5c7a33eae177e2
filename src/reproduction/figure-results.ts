/**
 * What a figure's trials measured, as a file that is small, the same however often it is made, and without the weights.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Metrics, Trial } from "../evaluation/claims/trial.ts";
import { canonicalJson } from "../files/canonical-json.ts";
import { isObject, parseObject, type Json, type JsonObject } from "../files/json.ts";
import { defined } from "../optional/defined.ts";
import { writeWhole } from "../files/atomic-file.ts";
import { readBoundedText } from "../files/regular-file.ts";
import { completionOf, lineOf, type ShownCompletion } from "../runs/reading/completions.ts";
import { numbersIn } from "../runs/reading/run-record.ts";
import { scales, type Figure, type Scale } from "./figures.ts";
import { curveIn, curveJson, type CurvePoint } from "./trial-curve.ts";

/** A trial with what tells people which it is. */
export interface FigureTrial extends Trial {
  /** sha256 of everything that decides its result. */
  readonly id: string;
  readonly label: string;
  /** Its evaluations, the first and the last among them; only of a trial that was evaluated on the way. */
  readonly curve?: readonly CurvePoint[];
  /** Some that it learned from in its last inspected step; only of trials with a curve, one of each setting. */
  readonly completions?: readonly ShownCompletion[];
}

/** A figure's results. */
export interface FigureResults {
  readonly figure: string;
  readonly scale: Scale;
  readonly question: string;
  /** Name of the engine that computed them; several, joined, when trials differ. */
  readonly engine: string;
  /** Trials that the figure has at this scale, done or not. */
  readonly planned: number;
  /** Of how many looks this may be any: seeds were added until claims were decided. Not there where they were not. */
  readonly looks?: number;
  /** The hash by which the figure's settings and claims were frozen before they ran; see `freezeHash`. */
  readonly calibration?: string;
  /** Those that are done, in their order. */
  readonly trials: readonly FigureTrial[];
}

/** Largest file of results that is read, in bytes. */
const largest = 64_000_000;

const kind = "retort figure";

/** Where a figure's results are in a folder of them. */
export const resultsPath = (folder: string, { name }: Pick<Figure, "name">): string =>
  join(folder, `figure-${name.toLowerCase().replace(".", "")}.json`);

/** As it is written: a trial without a curve has its own keys and no others. */
const written = ({ curve, completions, ...trial }: FigureTrial): object => ({
  ...trial,
  ...defined({
    curve: curve === undefined ? undefined : curveJson(curve),
    completions: completions?.map(lineOf),
  }),
});

/** One trial a line, so that a change of one shows as one. */
const textOf = ({ trials, ...head }: FigureResults): string => {
  const lines = trials.map((trial) => `    ${canonicalJson(written(trial))}`).join(",\n");
  const start = canonicalJson({ kind, ...head }).slice(0, -1);
  return `${start},"trials":[\n${lines}\n]}\n`;
};

/**
 * Writes results, whole or not at all. The same results are the same bytes. `TypeError` for a metric that is not
 * finite.
 */
export const writeFigure = (folder: string, results: FigureResults): Promise<void> =>
  writeWhole(resultsPath(folder, { name: results.figure }), textOf(results));

const text = (value: Json | undefined, field: string): string => {
  if (typeof value !== "string" || value.length > 10_000)
    throw new TypeError(`${field}: expected a text, got ${typeof value}`);
  return value;
};

const metricsOf = (value: Json | undefined): Metrics => numbersIn(value);

/** Completions in a file: most of them, since a page shows them all. */
const mostCompletions = 100;

const completionsIn = (value: Json, field: string): readonly ShownCompletion[] => {
  if (!Array.isArray(value) || value.length > mostCompletions)
    throw new TypeError(`${field}: expected a list of at most ${mostCompletions} completions`);
  return (value as readonly Json[]).map((line, i) => {
    const step = isObject(line) ? line["step"] : undefined;
    if (!isObject(line) || typeof step !== "number") throw new TypeError(`${field}/${i}/step: expected a number`);
    return completionOf(line, step);
  });
};

const trialOf = (value: Json, i: number): FigureTrial => {
  const given: JsonObject = isObject(value) ? value : {};
  const { axes, others, curve, completions } = given;
  if (!isObject(axes)) throw new TypeError(`trials/${i}/axes: expected an object`);
  if (others !== undefined && !isObject(others)) throw new TypeError(`trials/${i}/others: expected an object`);
  return {
    run: text(given["run"], `trials/${i}/run`),
    id: text(given["id"], `trials/${i}/id`),
    label: text(given["label"], `trials/${i}/label`),
    axes,
    ...defined({ others }),
    initial: metricsOf(given["initial"]),
    final: metricsOf(given["final"]),
    ...defined({
      curve: curve === undefined ? undefined : curveIn(curve, `trials/${i}/curve`),
      completions: completions === undefined ? undefined : completionsIn(completions, `trials/${i}/completions`),
    }),
  };
};

const resultsOf = (given: JsonObject): FigureResults => {
  const { trials, planned, looks, calibration } = given;
  const scale = scales.find((known) => known === given["scale"]);
  if (given["kind"] !== kind || scale === undefined)
    throw new TypeError(`expected results of a figure, as retort reproduce writes them`);
  if (!Array.isArray(trials)) throw new TypeError("trials: expected a list");
  if (typeof planned !== "number") throw new TypeError("planned: expected a number");
  if (looks !== undefined && !(typeof looks === "number" && Number.isInteger(looks) && looks > 0))
    throw new TypeError("looks: expected a whole number from 1 on");
  if (calibration !== undefined && !(typeof calibration === "string" && /^[0-9a-f]{64}$/u.test(calibration)))
    throw new TypeError("calibration: expected 64 hexadecimal digits");
  return {
    figure: text(given["figure"], "figure"),
    scale,
    question: text(given["question"], "question"),
    engine: text(given["engine"], "engine"),
    planned,
    ...defined({ looks, calibration }),
    trials: (trials as readonly Json[]).map(trialOf),
  };
};

/**
 * Reads a figure's results from a folder; nothing when there are none. `Error` that names the file for one that is
 * damaged or too large.
 */
export const readFigure = (folder: string, figure: Pick<Figure, "name">): FigureResults | undefined => {
  const path = resultsPath(folder, figure);
  if (!existsSync(path)) return undefined;
  const given = parseObject(readBoundedText(path, largest));
  if (given === undefined)
    throw new TypeError(`${path}: expected a JSON object, got something else; run the figure again`);
  try {
    return resultsOf(given);
  } catch (cause) {
    throw new TypeError(`${path}: ${cause instanceof Error ? cause.message : String(cause)}; run the figure again`, {
      cause,
    });
  }
};
