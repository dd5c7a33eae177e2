/** How a trial's metrics came about: its evaluations, by what it had learned from until then. */
import type { Metrics } from "../evaluation/claims/trial.ts";
import { isObject, type Json, type JsonObject } from "../files/json.ts";
import { readHistory } from "../runs/reading/history.ts";
import type { FoundRun } from "../runs/reading/read-runs.ts";
import { numbersIn } from "../runs/reading/run-record.ts";

/** An evaluation of a trial. */
export interface CurvePoint {
  /** Steps done. */
  readonly step: number;
  /** Tokens of the sequences that these steps learned from. */
  readonly tokens: number;
  /** What the evaluation measured. Some may not be finite. */
  readonly metrics: Metrics;
}

/**
 * The evaluations of a run in their order; nothing of a run that was not evaluated on the way, for its first and its
 * last are results already, and of one whose steps do not say how many tokens they learned from.
 */
export const readTrialCurve = async (
  run: Pick<FoundRun, "folder" | "record">,
): Promise<readonly CurvePoint[] | undefined> => {
  const points: CurvePoint[] = [];
  let total = 0;
  for await (const { kind, step, metrics, tokens } of readHistory(run)) {
    if (kind === "evaluation") points.push({ step, tokens: total, metrics });
    else total += tokens ?? NaN;
  }
  return points.length > 2 && Number.isFinite(total) ? points : undefined;
};

/** JSON has no NaN and no infinities: they are kept as their names. */
const named = (metrics: Metrics): JsonObject =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, Number.isFinite(value) ? value : String(value)]),
  );

/** A curve as JSON, of which `curveIn` makes the same again. */
export const curveJson = (curve: readonly CurvePoint[]): readonly JsonObject[] =>
  curve.map(({ step, tokens, metrics }) => ({ step, tokens, metrics: named(metrics) }));

const count = (value: Json | undefined, field: string): number => {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new TypeError(`${field}: expected a whole number from 0 on, got ${JSON.stringify(value)}`);
  return value;
};

/** A curve in a file's value; `field` names it in errors. `TypeError` for what is none. */
export const curveIn = (value: Json, field: string): readonly CurvePoint[] => {
  if (!Array.isArray(value)) throw new TypeError(`${field}: expected a list`);
  return (value as readonly Json[]).map((point, i) => {
    if (!isObject(point)) throw new TypeError(`${field}/${i}: expected an object`);
    return {
      step: count(point["step"], `${field}/${i}/step`),
      tokens: count(point["tokens"], `${field}/${i}/tokens`),
      metrics: numbersIn(point["metrics"]),
    };
  });
};
