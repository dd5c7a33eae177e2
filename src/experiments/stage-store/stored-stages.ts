/** The stored stages: what each is, which runs started from it, and how it differs from what a file describes. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { decisive } from "../../training/recipe/training-settings.ts";
import { stageFiles, isStageFolder } from "./stage-store.ts";
import type { ResultFolders } from "./earlier-times.ts";
import type { Outcome } from "../../training/recipe/headline.ts";
import { formatPointer, isObject, omit, type Json, type JsonObject } from "../../files/json.ts";
import { entriesOf, readObject } from "../../files/object-file.ts";
import { packageVersion } from "../../runs/folder/package-version.ts";
import type { PlannedTraining } from "../planning/planned.ts";

/** One stored stage. */
export interface StoredStage extends Outcome {
  readonly folder: string;
  readonly name: string;
  readonly id: string;
  /** Of all files. */
  readonly bytes: number;
  /** ISO 8601, UTC. */
  readonly made: string;
  /** When a run found or started from it last, or when it was made; ISO 8601, UTC. */
  readonly used: string;
  /** Folders of the runs that started from it. */
  readonly usedBy: readonly string[];
  readonly manifest: JsonObject;
}

/** The runs that started from a stored stage, and when the last did, in milliseconds since 1970. */
interface Uses {
  readonly runs: string[];
  last: number;
}

/** What runs started from, by the id of the stage. */
const uses = (out: string): ReadonlyMap<string, Uses> => {
  const found = new Map<string, Uses>();
  for (const run of entriesOf(out).flatMap(entriesOf)) {
    const path = join(run, "manifest.json");
    const stages = readObject(path)?.["stages"];
    for (const id of isObject(stages) ? Object.values(stages) : []) {
      if (typeof id !== "string") continue;
      const use = found.get(id) ?? { runs: [], last: 0 };
      found.set(id, use);
      use.runs.push(run);
      use.last = Math.max(use.last, statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    }
  }
  return found;
};

const sizeOf = (path: string): number => {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  return stats.isDirectory() ? entriesOf(path).reduce((sum, inner) => sum + sizeOf(inner), 0) : stats.size;
};

/** All stored stages that are whole, the newest first. */
export const storedStages = ({ out, cache }: ResultFolders): readonly StoredStage[] => {
  const used = uses(out);
  const kept = entriesOf(join(cache, "stages")).flatMap((folder): StoredStage[] => {
    const manifest = readObject(join(folder, "manifest.json"));
    const { name, id, accuracy, reward } = manifest ?? {};
    if (manifest === undefined || typeof name !== "string" || typeof id !== "string" || !isStageFolder(folder, id))
      return [];
    if (stageFiles.some((file) => statSync(join(folder, file), { throwIfNoEntry: false }) === undefined)) return [];
    const made = statSync(join(folder, "manifest.json")).mtime;
    const { runs = [], last = 0 } = used.get(id) ?? {};
    const lastUse = new Date(Math.max(last, statSync(folder).mtimeMs, made.getTime()));
    const known = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
    const outcome = { accuracy: known(accuracy), reward: known(reward) };
    const times = { made: made.toISOString(), used: lastUse.toISOString() };
    return [{ folder, name, id, ...outcome, bytes: sizeOf(folder), ...times, usedBy: runs, manifest }];
  });
  return kept.toSorted((a, b) => (a.made < b.made ? 1 : -1));
};

/** One value that differs; nothing where it is not there. */
export interface Difference {
  readonly pointer: string;
  readonly kept: Json | undefined;
  readonly asked: Json | undefined;
}

const differences = (kept: Json | undefined, asked: Json | undefined, keys: readonly string[] = []): Difference[] => {
  if (JSON.stringify(kept) === JSON.stringify(asked)) return [];
  const isOpen = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null;
  if (!isOpen(kept) || !isOpen(asked)) return [{ pointer: formatPointer(keys), kept, asked }];
  const names = new Set([...Object.keys(kept), ...Object.keys(asked)]);
  return [...names].flatMap((name) => differences(kept[name], asked[name], [...keys, name]));
};

/** What decides a result, as plain data. How scorers are called and what is checked decides nothing. */
const identity = (values: Json | undefined, rest: JsonObject): Json => {
  const training = isObject(values) ? values["training"] : undefined;
  const decided = isObject(training) ? (decisive(training as never) as unknown as Json) : (training ?? null);
  const parts = isObject(values) ? { ...omit(values, "scoring"), training: decided } : {};
  return JSON.parse(JSON.stringify({ ...parts, ...rest })) as Json;
};

const hashes = (checkpoints: unknown): Json =>
  Object.fromEntries(
    Object.entries(isObject(checkpoints) ? checkpoints : {}).map(([name, one]) => [
      name,
      isObject(one) ? one["hash"]! : one,
    ]),
  );

/**
 * How a stored stage differs from what a training needs: values, stages that it starts from, contents of checkpoints,
 * the version of this package. Nothing when the files of its task alone differ.
 */
export const staleness = ({ manifest }: StoredStage, training: PlannedTraining): readonly Difference[] => {
  const versions = manifest["versions"];
  const before = identity(manifest["values"], {
    inputs: manifest["inputs"] ?? {},
    checkpoints: hashes(manifest["checkpoints"]),
    version: (isObject(versions) ? versions["retort-rl"] : undefined) ?? null,
  });
  const now = identity(JSON.parse(JSON.stringify(training.values)) as Json, {
    inputs: training.inputs,
    checkpoints: hashes(training.checkpoints),
    version: packageVersion(),
  });
  return differences(before, now);
};
