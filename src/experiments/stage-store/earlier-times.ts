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

/**
 * Times of the trainings of the same kind that are done: of runs of the same file, and of stages. Nothing when there
 * are none; manifests that cannot be read are passed over.
 */
export const earlierTime = (
  training: PlannedTraining,
  file: string,
  { out, cache }: ResultFolders,
): EarlierTime | undefined => {
  const kind = kindOf(JSON.parse(JSON.stringify(training.values)) as Json);
  const folders = [...entriesOf(join(out, basename(file, extname(file)))), ...entriesOf(join(cache, "stages"))];
  const times = folders.flatMap((folder) => {
    const manifest = readObject(join(folder, "manifest.json"));
    const values = manifest?.["values"];
    if (manifest === undefined || values === undefined || kindOf(values) !== kind) return [];
    if (manifest["status"] !== undefined && manifest["status"] !== "done") return [];
    const milliseconds = manifest["milliseconds"] ?? readObject(join(folder, "summary.json"))?.["milliseconds"];
    const steps = ((values as JsonObject)["training"] as JsonObject)["steps"];
    return typeof milliseconds === "number" && typeof steps === "number" && steps > 0 && milliseconds > 0
      ? [milliseconds / steps]
      : [];
  });
  return times.length === 0 ? undefined : { trainings: times.length, millisecondsPerStep: jstat.jStat.median(times) };
};
