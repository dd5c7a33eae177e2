/**
 * Where XLA keeps what it has compiled: compiling a training's programs takes seconds, reading them a fraction of one.
 * What is in the folder is machine code that the library runs, like the library itself, beside which it is: only the
 * user may write there.
 */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { readBounded, readBoundedText } from "../../../files/regular-file.ts";
import { processorText } from "../../instruction-sets.ts";
import { enginesFolder, folderPaths, installedTensorFlow } from "./folder.ts";

/** Most bytes of compiled programs that are kept. */
const mostBytes = 2 ** 28;

/** Others than the user may not write: the mode's bits that let them. */
const writableByOthers = 0o022;

/** Folder with those of all libraries, processors and settings. */
export const compiledFolder = (): string => join(dirname(enginesFolder()), "compiled");

/** Variables of the library that decide nothing of the code: what it writes, and where it waits and takes memory. */
const harmless = ["TF_CPP_MIN_LOG_LEVEL", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_NUM_INTEROP_THREADS"];

/**
 * All that decides the code that XLA makes of a program: the library, this processor, the threads that loops are
 * divided among, and what the library is told by variables of the environment.
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
    told.toSorted(([one], [other]) => one.localeCompare(other)),
  ];
  return createHash("sha256").update(JSON.stringify(decides)).digest("hex").slice(0, 16);
};

const isOwn = (path: string): boolean => {
  const found = lstatSync(path);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & writableByOthers) === 0;
};

const size = (path: string): { readonly bytes: number; readonly mtimeMs: number } => {
  const { size: bytes, mtimeMs } = statSync(path);
  return { bytes, mtimeMs };
};

const ending = ".sha256";

const hashOf = (path: string): string => createHash("sha256").update(readBounded(path, mostBytes).bytes).digest("hex");

const recorded = (path: string): string | undefined => {
  try {
    return readBoundedText(path + ending, 64);
  } catch {
    return undefined;
  }
};

/** Whole programs; those that another process is writing have other names. */
const programsIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".pb"))
    .map((name) => join(folder, name));

const remove = (path: string): void => {
  for (const one of [path, path + ending]) rmSync(one, { force: true });
};

/** Removes programs that are not, byte for byte, what a process that ended as it should had seen there. */
const removeChanged = (folder: string): void => {
  for (const path of programsIn(folder)) {
    const sha256 = recorded(path);
    if (sha256 === undefined || sha256 !== hashOf(path)) remove(path);
  }
};

/** Records the hashes of new programs: the library writes each under another name, and renames it when it is whole. */
const recordNew = (folder: string): void => {
  for (const path of programsIn(folder)) if (recorded(path) === undefined) writeFileSync(path + ending, hashOf(path));
};

/** Removes the programs that were made first, where there are too many. */
const prune = (all: string, most: number): void => {
  const files = readdirSync(all)
    .flatMap((name) => programsIn(join(all, name)))
    .map((path) => ({ path, ...size(path) }))
    .toSorted((one, other) => other.mtimeMs - one.mtimeMs);
  let kept = 0;
  for (const { path, bytes } of files) {
    kept += bytes;
    if (kept > most) remove(path);
  }
};

const folders = new Set<string>();

/**
 * Records what XLA has compiled since: what a process that is killed has not recorded is compiled again. Does nothing
 * in a thread that has not asked for the folder.
 */
export const recordCompiled = (): void => {
  for (const folder of folders) {
    try {
      recordNew(folder);
    } catch {
      // Another process may remove files at the same time, or the disk be full: nothing depends on it but time.
    }
  }
};

/**
 * The folder for programs that XLA compiles in this process, made where it is not there; in it are only programs that
 * are as they were compiled. Nothing where it cannot be made, and where somebody else could have written there: then
 * all is compiled anew. `most` bytes are kept of all such folders together.
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
    removeChanged(folder);
    if (folders.size === 0) process.once("exit", recordCompiled);
    folders.add(folder);
    return folder;
  } catch {
    // Another process may remove files at the same time, or the disk be full: nothing depends on it but time.
    return undefined;
  }
};
