/** How long trainings of the same kind took before: what the manifests of runs and stages say. */
import { basename, extname, join } from "node:path";
import jstat from "jstat";
import { canonicalJson } from "../../files/canonical-json.ts";
import { isObject, type Json, type JsonObject } from "../../files/json.ts";
import { entriesOf, readObject } from "../../files/object-file.ts";
import type { PlannedTraining } from "../planning/planned.ts";

/** What was measured. */
export interface EarlierTime {
  /** Trainings that were measured. */
  readonly trainings: number;
  /** Of a step, evaluations included: the median of the trainings. */
  readonly millisecondsPerStep: number;
}

/** What decides how long a step is, as far as values do. */
const kindOf = (values: Json): string | undefined => {
  if (!isObject(values) || !isObject(values["training"]) || !isObject(values["objective"])) return undefined;
  const { student, task, rollouts, data, objective, training, teacher } = values;
  const parts = [student, task, rollouts, data, objective["type"], training["batch"], teacher];
  return canonicalJson(parts.map((part) => part ?? null));
};

/** Where results are. */
export interface ResultFolders {
  /** The runs' folder. */
  readonly out: string;
  /** The stages' and unfinished trainings' folder. */
  readonly cache: string;
}

/** Milliseconds of a step of each training in these folders that is done, by kind. */
const timesIn = (folders: readonly string[]): ReadonlyMap<string, readonly number[]> => {
  const times = new Map<string, number[]>();
  for (const folder of folders) {
    const manifest = readObject(join(folder, "manifest.json"));
    const values = manifest?.["values"];
    const kind = values === undefined ? undefined : kindOf(values);
    if (manifest === undefined || kind === undefined) continue;
    if (manifest["status"] !== undefined && manifest["status"] !== "done") continue;
    const milliseconds = manifest["milliseconds"] ?? readObject(join(folder, "summary.json"))?.["milliseconds"];
    const steps = ((values as JsonObject)["training"] as JsonObject)["steps"];
    if (typeof milliseconds !== "number" || typeof steps !== "number" || steps <= 0 || milliseconds <= 0) continue;
    times.set(kind, [...(times.get(kind) ?? []), milliseconds / steps]);
  }
  return times;
};

/**
 * Times of the trainings that are done, of runs of the same file and of stages, which are read once: for a training,
 * that of those of its kind. Nothing when there are none; manifests that cannot be read are passed over.
 */
export const earlierTimes = (
  file: string,
  { out, cache }: ResultFolders,
): ((training: PlannedTraining) => EarlierTime | undefined) => {
  const times = timesIn([...entriesOf(join(out, basename(file, extname(file)))), ...entriesOf(join(cache, "stages"))]);
  return (training) => {
    const found = times.get(kindOf(JSON.parse(JSON.stringify(training.values)) as Json) ?? "");
    return found && { trainings: found.length, millisecondsPerStep: jstat.jStat.median([...found]) };
  };
};
