/** Where runs are below a folder: `<root>/<file name>/<run>-<hash>`. */
import { existsSync, readdirSync, type Dirent } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** The runs of one experiment file, or of any folder that holds run folders. */
export interface RunGroup {
  /** The folder that holds them. */
  readonly parent: string;
  /** Names of the run folders in it, sorted. */
  readonly names: readonly string[];
}

/** As `retort run` names them; the number is of the same run done again. */
const runName = /-[0-9a-f]{16}(?:-\d{1,9})?$/u;

const holdsManifest = (folder: string): boolean => existsSync(join(folder, "manifest.json"));

const isFolder = (entry: Dirent): boolean =>
  (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith(".");

const subfolders = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(isFolder)
    .map(({ name }) => name);

const tried = (folder: string): string[] => {
  try {
    return subfolders(folder);
  } catch {
    // It may be unreadable, just have been removed, or be a link to nothing.
    return [];
  }
};

/** A folder that is named as a run is one, with or without a manifest; for any other the manifest decides. */
const isRun = (parent: string, name: string): boolean => runName.test(name) || holdsManifest(join(parent, name));

/**
 * Finds runs: `root` may be one run, the folder of one experiment file, or the root of several of these. Errors of the
 * system when `root` cannot be listed; what cannot be listed below it is left out.
 */
export const findRuns = (root: string): readonly RunGroup[] => {
  if (holdsManifest(root)) return [{ parent: dirname(resolve(root)), names: [basename(resolve(root))] }];
  const children = subfolders(root).toSorted();
  const own = children.filter((name) => isRun(root, name));
  const groups = own.length === 0 ? [] : [{ parent: root, names: own }];
  const known = new Set(own);
  for (const child of children) {
    if (known.has(child)) continue;
    const parent = join(root, child);
    const names = tried(parent).filter((name) => isRun(parent, name));
    if (names.length > 0) groups.push({ parent, names: names.toSorted() });
  }
  return groups;
};
