/**
 * Where XLA keeps what it has compiled: compiling a training's programs takes seconds, reading them a fraction of one.
 * What is in the folder is machine code that the library runs, like the library itself, beside which it is: only the
 * user may write there.
 */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { processorText } from "../../instruction-sets.ts";
import { enginesFolder, folderPaths, installedTensorFlow } from "./folder.ts";

/** Most bytes of compiled programs that are kept. */
const mostBytes = 2 ** 30;

/** Others than the user may not write: the mode's bits that let them. */
const writableByOthers = 0o022;

/** Folder with those of all libraries, processors and settings. */
export const compiledFolder = (): string => join(dirname(enginesFolder()), "compiled");

/** Variables of the library that decide nothing of the code: what it writes, and where it waits and takes memory. */
const harmless = ["TF_CPP_MIN_LOG_LEVEL", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_NUM_INTEROP_THREADS"];

/**
 * All that decides the code that XLA makes of a program: the library, this processor, the threads that loops are divided
 * among, and what the library is told by variables of the environment.
 */
const keyOf = (): string | undefined => {
  const installation = installedTensorFlow("cpu");
  if (installation === undefined) return undefined;
  const { version, wheel, files } = installation;
  const told = Object.entries(process.env).filter(([name]) => /^(?:TF|XLA)_/u.test(name) && !harmless.includes(name));
  const decides = [
    version,
    wheel.sha256,
    files[folderPaths.binding],
    processorText(),
    availableParallelism(),
    told.toSorted(),
  ];
  return createHash("sha256").update(JSON.stringify(decides)).digest("hex").slice(0, 16);
};

const isOwn = (path: string): boolean => {
  const found = lstatSync(path);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & writableByOthers) === 0;
};

/** Removes the programs that were made first, where there are too many. */
const prune = (folder: string, most: number): void => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(path);
      return { path, size, mtimeMs };
    })
    .toSorted((one, other) => other.mtimeMs - one.mtimeMs);
  let kept = 0;
  for (const { path, size } of files) {
    kept += size;
    if (kept > most) rmSync(path, { force: true });
  }
};

/**
 * The folder for programs that XLA compiles in this process, made where it is not there. Nothing where it cannot be
 * made, and where somebody else could have written there: then all is compiled anew. `most` bytes are kept of all such
 * folders together.
 */
export const programsFolder = (most = mostBytes): string | undefined => {
  try {
    const key = keyOf();
    if (key === undefined) return undefined;
    const all = compiledFolder();
    const folder = join(all, key);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // The library reads its flags as words.
    if (/\s|["']/u.test(folder) || !isOwn(all) || !isOwn(folder)) return undefined;
    prune(all, most);
    return folder;
  } catch {
    // Another process may prune at the same time, or the disk be full: nothing depends on it but time.
    return undefined;
  }
};
