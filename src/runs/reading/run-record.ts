/**
 * What a run's folder says of the run: parameters and results. It may come from a stranger, so every field is checked
 * before it is believed.
 */
import { runStatuses, type RunStatus } from "../folder/manifest.ts";
import { isObject, type Json, type JsonObject } from "../../files/json.ts";

/** A run: its values, its status, and its results. */
export interface RunRecord {
  readonly name: string;
  readonly label: string;
  /** sha256 of everything that decides the result. */
  readonly id: string;
  /** The experiment file, as it was given. */
  readonly file: string;
  readonly question: string;
  readonly status: RunStatus;
  /** ISO 8601. */
  readonly started: string;
  readonly finished: string | undefined;
  readonly error: string | undefined;
  readonly attempt: number | undefined;
  readonly engine: string;
  readonly milliseconds: number | undefined;
  /** All values of the experiment, defaults included. */
  readonly values: JsonObject;
  /** What a sweep varied: pointer to value. */
  readonly axes: JsonObject;
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

const text = (value: Json | undefined, field: string): string =>
  isText(value) ? value : refuse(field, "a text", value);

const time = (value: Json | undefined, field: string): string => {
  const written = text(value, field);
  return Number.isFinite(Date.parse(written)) ? written : refuse(field, "a time as in ISO 8601", value);
};

const status = (value: Json | undefined, field: string): RunStatus =>
  runStatuses.find((known) => known === value) ?? refuse(field, `one of ${runStatuses.join(", ")}`, value);

const optional = (
  check: (value: Json, field: string) => string,
  value: Json | undefined,
  field: string,
): string | undefined => (value === undefined || value === null ? undefined : check(value, field));

const shallow = (value: Json, depth: number): boolean => {
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return (value as readonly Json[]).every((inner) => shallow(inner, depth - 1));
  // Objects of JSON.parse inherit nothing that is enumerable, and thousands are read.
  for (const key in value as JsonObject) if (!shallow((value as JsonObject)[key]!, depth - 1)) return false;
  return true;
};

/** A value of an experiment, as it is. `TypeError` for one of too many levels. */
export const checkedValue = (value: Json, field: string): Json => {
  if (!shallow(value, DEEPEST)) throw new TypeError(`${field}: expected at most ${DEEPEST} levels, got more`);
  return value;
};

const object = (value: Json | undefined, field: string): JsonObject => {
  if (!isObject(value)) return refuse(field, "an object", value);
  checkedValue(value, field);
  return value;
};

/** A number, or one that JSON does not have by its name; nothing for anything else. */
export const numberOf = (value: Json | undefined): number | undefined => {
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

/**
 * The metrics of `summary.json`, or of a line of `metrics.jsonl`, by name. Runs of before version 0.6 have the accuracy
 * beside the metrics and not among them.
 */
export const metricsIn = (written: JsonObject): Record<string, number> => {
  const metrics = numbersIn(written["metrics"]);
  const accuracy = numberOf(written["accuracy"]);
  if (accuracy !== undefined) metrics["accuracy"] = accuracy;
  return metrics;
};

/**
 * A record of facts under their names, and of what the run asked and measured. `TypeError` that names the field for a
 * fact of the wrong kind.
 */
export const recordWith = (
  given: JsonObject,
  { values, axes, metrics }: Pick<RunRecord, "values" | "axes" | "metrics">,
): RunRecord => ({
  name: text(given["name"], "name"),
  label: text(given["label"], "label"),
  id: text(given["id"], "id"),
  file: text(given["file"], "file"),
  question: text(given["question"], "question"),
  status: status(given["status"], "status"),
  started: time(given["started"], "started"),
  finished: optional(time, given["finished"], "finished"),
  error: optional(text, given["error"], "error"),
  attempt: numberOf(given["attempt"]),
  engine: text(given["engine"], "engine"),
  milliseconds: numberOf(given["milliseconds"]),
  values,
  axes,
  metrics,
});

const engineOf = (engine: Json | undefined): string =>
  isObject(engine) && isText(engine["name"]) ? engine["name"] : "unknown";

/**
 * The record of a `manifest.json`, and of the `summary.json` beside it when there is one. `TypeError` that names the
 * field for one of the wrong kind.
 */
export const recordOf = (manifest: Json, summary: Json = {}): RunRecord => {
  const whole = isObject(manifest) ? manifest : refuse("manifest", "an object", manifest);
  const results = isObject(summary) ? summary : refuse("summary", "an object", summary);
  const given = { ...whole, engine: engineOf(whole["engine"]), milliseconds: results["milliseconds"] ?? null };
  return recordWith(given, {
    values: object(whole["values"], "values"),
    axes: object(whole["axes"] ?? {}, "axes"),
    metrics: metricsIn(results),
  });
};
