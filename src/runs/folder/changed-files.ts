/** A run that was asked for before, with other bytes in the files that decide it. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { canonicalJson } from "../../files/canonical-json.ts";
import { isObject, type Json, type JsonObject } from "../../files/json.ts";
import { withoutCode } from "../../plugins/modules-in.ts";
import { manifestIn, type RunFacts } from "./manifest.ts";

/** A file with its sha256 in an earlier run and now; nothing where it was not part of it. */
export interface ChangedFile {
  readonly path: string;
  readonly before: string | undefined;
  readonly now: string | undefined;
}

/** What changed between the files of two runs, by their paths. */
export const changedFiles = (before: Json | undefined, now: RunFacts["files"]): readonly ChangedFile[] => {
  const known = isObject(before) ? before : {};
  const paths = [...new Set([...Object.keys(known), ...Object.keys(now)])].toSorted();
  return paths.flatMap((path) => {
    const [was, is] = [known[path], now[path]];
    return was === is ? [] : [{ path, before: typeof was === "string" ? was : undefined, now: is }];
  });
};

/** Said of one: `reward.ts (sha256 0123456789ab then, fedcba987654 now)`. */
export const changeText = ({ path, before, now }: ChangedFile): string => {
  const short = (hash: string | undefined): string => (hash === undefined ? "not part of it" : hash.slice(0, 12));
  return `${path} (sha256 ${short(before)} then, ${short(now)} now)`;
};

/** Whether the manifest is of the same run but for its files. */
const isSame = (manifest: JsonObject, run: RunFacts): boolean =>
  manifest["name"] === run.name &&
  canonicalJson(withoutCode(manifest["values"])) === canonicalJson(withoutCode(JSON.parse(JSON.stringify(run.values))));

/** A run that is not done, and whose files have changed since. */
export interface Unfinished {
  readonly folder: string;
  readonly changes: readonly ChangedFile[];
}

/** The first folder beside `folder` with the same run, begun with other files and not done; nothing when none has. */
export const unfinishedBefore = (folder: string, run: RunFacts): Unfinished | undefined => {
  const parent = dirname(folder);
  const names = existsSync(parent) ? readdirSync(parent).filter((name) => name.startsWith(`${run.name}-`)) : [];
  for (const name of names.toSorted()) {
    const other = join(parent, name);
    const manifest = manifestIn(other);
    if (manifest === undefined || manifest["status"] === "done" || manifest["id"] === run.id) continue;
    const changes = changedFiles(manifest["files"], run.files);
    if (changes.length > 0 && isSame(manifest, run)) return { folder: other, changes };
  }
  return undefined;
};
