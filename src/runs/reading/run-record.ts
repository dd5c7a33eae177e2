/**
 * What a run's folder says of the run: parameters and results. It may come from a stranger, so every field is checked
 * before it is believed.
 */
import { runStatuses, type RunStatus } from "../folder/manifest.ts";
import { isObject, parsePointer, type Json, type JsonObject } from "../../files/json.ts";
import { quoted } from "../../files/quoted.ts";

/** Texts by name. */
type Texts = Readonly<Record<string, string>>;

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
  /** Of this package, as it ran; `unknown` where the folder does not say. */
  readonly version: string;
  /** sha256 of files that decide the result, by their path from the experiment file; nothing in older folders. */
  readonly files: Texts | undefined;
  /** sha256 of the contents of the checkpoints that it names, by name. */
  readonly checkpoints: Texts;
  /** Ids of the stages that it starts from, by name. */
  readonly stages: Texts;
  /** sha256 of all but seeds that decides each of these stages, by name; nothing in older folders. */
  readonly stageSettings: Texts | undefined;
  /** sha256 of all but seeds that its id is made of; nothing in older folders. */
  readonly setting: string | undefined;
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
  throw new TypeError(`${field}: expected ${expected}, got ${quoted(got)}`);
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

const optional = <T>(check: (value: Json, field: string) => T, value: Json | undefined, field: string): T | undefined =>
  value === undefined || value === null ? undefined : check(value, field);

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

/** By pointers, which tables read the same values of other runs by. */
const pointed = (axes: JsonObject, field: string): JsonObject => {
  for (const pointer of Object.keys(axes)) {
    try {
      parsePointer(pointer);
    } catch {
      refuse(field, "pointers, such as /objective/alpha", pointer);
    }
  }
  return axes;
};

/** `read` gives the text of a value, which is the value itself when left out. */
const texts = (value: Json, field: string, read = (inner: Json): Json | undefined => inner): Texts => {
  // Has nothing of its own, so that a name such as `__proto__` is like the others.
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  if (!isObject(value)) return refuse(field, "an object", value);
  for (const name of Object.keys(value)) found[name] = text(read(value[name]!), `${field}/${name.slice(0, 60)}`);
  return found;
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
  version: text(given["version"], "version"),
  files: optional(texts, given["files"], "files"),
  checkpoints: texts(given["checkpoints"] ?? {}, "checkpoints"),
  stages: texts(given["stages"] ?? {}, "stages"),
  stageSettings: optional(texts, given["stageSettings"], "stageSettings"),
  setting: optional(text, given["setting"], "setting"),
  milliseconds: numberOf(given["milliseconds"]),
  values,
  axes: pointed(axes, "axes"),
  metrics,
});

/** The text under a key of an object; `unknown` where there is none. */
const known = (value: Json | undefined, key: string): string =>
  isObject(value) && isText(value[key]) ? value[key] : "unknown";

const hashOf = (checkpoint: Json): Json | undefined => (isObject(checkpoint) ? checkpoint["hash"] : undefined);

/**
 * The record of a `manifest.json`, and of the `summary.json` beside it when there is one. `TypeError` that names the
 * field for one of the wrong kind.
 */
export const recordOf = (manifest: Json, summary: Json = {}): RunRecord => {
  const whole = isObject(manifest) ? manifest : refuse("manifest", "an object", manifest);
  const results = isObject(summary) ? summary : refuse("summary", "an object", summary);
  const given = {
    ...whole,
    engine: known(whole["engine"], "name"),
    version: known(whole["versions"], "retort-rl"),
    checkpoints: { ...texts(whole["checkpoints"] ?? {}, "checkpoints", hashOf) },
    milliseconds: results["milliseconds"] ?? null,
  };
  return recordWith(given, {
    values: object(whole["values"], "values"),
    axes: object(whole["axes"] ?? {}, "axes"),
    metrics: metricsIn(results),
  });
};
