/** What a run's folder says of the run: parameters and results. It may come from a stranger, so every field is checked before it is believed. */
import { isObject, type Json, type JsonObject } from "../experiments/json.ts";

/** How a run stands, as its manifest has it. */
export const runStatuses = ["running", "paused", "interrupted", "failed", "done"] as const;

/** How a run stands. */
export type RecordedStatus = (typeof runStatuses)[number];

/** A run: what was asked, how it stands, and what came out. */
export interface RunRecord {
  readonly name: string;
  readonly label: string;
  /** sha256 of everything that decides the result. */
  readonly id: string;
  /** The experiment file, as it was given. */
  readonly file: string;
  readonly question: string;
  readonly status: RecordedStatus;
  /** ISO 8601. */
  readonly started: string;
  readonly finished: string | undefined;
  readonly error: string | undefined;
  readonly attempt: number | undefined;
  readonly engine: string;
  /** All values of the experiment, defaults included. */
  readonly values: JsonObject;
  /** What a sweep varied: pointer to value. */
  readonly axes: JsonObject;
  readonly milliseconds: number | undefined;
  /** The last value of each metric, `accuracy` among them. A number that is not finite stays what it is. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Deepest nesting of an experiment's values. */
const DEEPEST = 64;

/** Longest text of a field. */
const LONGEST = 100_000;

const refuse = (field: string, expected: string, got: unknown): never => {
  const text = JSON.stringify(got) ?? "nothing";
  throw new TypeError(`${field}: expected ${expected}, got ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`);
};

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= LONGEST;

const text = (object: JsonObject, key: string): string => {
  const value = object[key];
  return isText(value) ? value : refuse(key, "a text", value);
};

const optionalText = (object: JsonObject, key: string): string | undefined =>
  object[key] === undefined || object[key] === null ? undefined : text(object, key);

const shallow = (value: Json, depth: number): boolean => {
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return (value as readonly Json[]).every((inner) => shallow(inner, depth - 1));
  // Objects of JSON.parse inherit nothing that is enumerable, and thousands are looked at.
  for (const key in value as JsonObject) if (!shallow((value as JsonObject)[key]!, depth - 1)) return false;
  return true;
};

/** `TypeError` for a value of too many levels. */
export const checkLevels = (value: Json, field: string): void => {
  if (!shallow(value, DEEPEST)) throw new TypeError(`${field}: expected at most ${DEEPEST} levels, got more`);
};

const object = (value: Json | undefined, field: string): JsonObject => {
  if (!isObject(value)) return refuse(field, "an object", value);
  checkLevels(value, field);
  return value;
};

/** A number, or the name of one that JSON does not have. */
const numberOf = (value: Json | undefined): number | undefined => {
  if (typeof value === "number") return value;
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : undefined;
};

/** Numbers of an object of metrics; whatever else it holds is left out. */
export const numbersIn = (value: Json | undefined): Record<string, number> => {
  const numbers: Record<string, number> = Object.create(null) as Record<string, number>;
  if (!isObject(value)) return numbers;
  for (const name in value) {
    const number = numberOf(value[name]);
    if (number !== undefined && name.length <= LONGEST) numbers[name] = number;
  }
  return numbers;
};

const metricsOf = (summary: JsonObject): Record<string, number> => {
  const metrics = numbersIn(summary["metrics"]);
  const accuracy = numberOf(summary["accuracy"]);
  if (accuracy !== undefined) metrics["accuracy"] = accuracy;
  return metrics;
};

const engineOf = (engine: Json | undefined): string => (isObject(engine) && isText(engine["name"]) ? engine["name"] : "unknown");

const time = (manifest: JsonObject, key: string): string | undefined => {
  const value = optionalText(manifest, key);
  return value === undefined || Number.isFinite(Date.parse(value)) ? value : refuse(key, "a time as in ISO 8601", value);
};

/** All of a record but the experiment's values. `TypeError` that names the field for one of the wrong kind. */
export const factsOf = (whole: JsonObject, summary: Json): Omit<RunRecord, "values"> => {
  const status =
    runStatuses.find((known) => known === whole["status"]) ?? refuse("status", `one of ${runStatuses.join(", ")}`, whole["status"]);
  const results = isObject(summary) ? summary : refuse("summary", "an object", summary);
  const { attempt, axes = {} } = whole;
  return {
    name: text(whole, "name"),
    label: text(whole, "label"),
    id: text(whole, "id"),
    file: text(whole, "file"),
    question: text(whole, "question"),
    status,
    started: time(whole, "started") ?? refuse("started", "a time as in ISO 8601", undefined),
    finished: time(whole, "finished"),
    error: optionalText(whole, "error"),
    attempt: typeof attempt === "number" ? attempt : undefined,
    engine: engineOf(whole["engine"]),
    axes: object(axes, "axes"),
    milliseconds: numberOf(results["milliseconds"]),
    metrics: metricsOf(results),
  };
};

/**
 * The record of a `manifest.json`, and of the `summary.json` beside it when there is one. `TypeError` that names the field for one of the wrong kind.
 */
export const recordOf = (manifest: Json, summary: Json = {}): RunRecord => {
  const whole = isObject(manifest) ? manifest : refuse("manifest", "an object", manifest);
  return { ...factsOf(whole, summary), values: object(whole["values"], "values") };
};
