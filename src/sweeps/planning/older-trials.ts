/** Trials in a sweep's folder that were made with other code or data than the files hold now. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../../files/canonical-json.ts";
import type { JsonObject } from "../../files/json.ts";
import { changedFiles, type ChangedFile } from "../../runs/folder/changed-files.ts";
import { manifestIn } from "../../runs/folder/manifest.ts";
import type { PreparedSweep } from "./prepare-sweep.ts";

/** What is there besides the plan's own trials. */
export interface OlderTrials {
  /** How many folders. */
  readonly count: number;
  /** The files that differ, each once for each of its earlier contents. */
  readonly changes: readonly ChangedFile[];
}

const setBy = (manifest: { readonly name?: unknown; readonly axes?: unknown }): string =>
  canonicalJson([manifest.name ?? null, manifest.axes ?? null]);

const manifestsIn = (folder: string): readonly JsonObject[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .map((name) => manifestIn(join(folder, name)))
    .filter((manifest) => manifest !== undefined);

/**
 * The trials in a sweep's folder that set what one of the plan's trials sets, and were made with other files. They are
 * no results of this plan.
 */
export const olderTrials = (
  folder: string,
  { trials, files }: Pick<PreparedSweep, "trials" | "files">,
): OlderTrials => {
  const [ids, asked] = [new Set(trials.map(({ id }) => id)), new Set(trials.map(setBy))];
  const older = manifestsIn(folder).flatMap((manifest) => {
    if (ids.has(manifest["id"] as string) || !asked.has(setBy(manifest))) return [];
    const changes = changedFiles(manifest["files"], files).filter(
      ({ before, now }) => before !== undefined && now !== undefined,
    );
    return changes.length === 0 ? [] : [changes];
  });
  const changes = new Map(older.flat().map((change) => [canonicalJson([change.path, change.before ?? null]), change]));
  return { count: older.length, changes: [...changes.values()] };
};
