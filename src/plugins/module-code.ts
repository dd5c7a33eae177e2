/** A user's module as one piece of code: the file with all that it imports, and the hash that names what it does. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type * as Esbuild from "esbuild";
import type { BuildResult } from "esbuild";
import { contentHash } from "../files/canonical-json.ts";
import { nearPath } from "../files/near-name.ts";
import { readBounded } from "../files/regular-file.ts";

/** A module's code. Plain data, which crosses threads. */
export interface ModuleCode {
  /** The file that was named, absolute. */
  readonly file: string;
  /**
   * sha256, in hexadecimal, of the file and of every file that it imports, by their paths from its folder, and of the
   * names and versions of the packages that they import.
   */
  readonly hash: string;
  /** Those files by their absolute paths, each with its sha256 and its bytes. */
  readonly sources: Readonly<Record<string, { readonly sha256: string; readonly text: string }>>;
  /** Versions of the packages that they import, by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** All of it as one script in CommonJS, without those packages. */
  readonly script: string;
}

/** Limits of a module with all that it imports. */
export const moduleLimits = { files: 1000, bytes: 10_000_000 } as const;

/** Files that are imported as texts. */
const texts = [".txt", ".csv", ".jsonl", ".md"];

/** The folder of this package's library, as source or as built, and that of everything built with it. */
const library = fileURLToPath(new URL("../library", import.meta.url));
const own = dirname(library) + sep;

/** What a script in CommonJS has instead of what a module knows of itself. */
const meta = { url: "moduleUrl", dirname: "__dirname", filename: "__filename" } as const;

type Built = BuildResult<{ write: false; metafile: true }>;

const reasonOf = (cause: unknown): string => {
  const { errors } = cause as { readonly errors?: BuildResult["errors"] };
  const [first] = errors ?? [];
  if (first === undefined) return cause instanceof Error ? cause.message : String(cause);
  const { location, text } = first;
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
};

/** It is loaded when a module is: few experiments have one. */
const loadEsbuild = (): Pick<typeof Esbuild, "buildSync"> => {
  const { ESBUILD_WORKER_THREADS: before } = process.env;
  // Else it starts a thread that stays, for modules that are read once.
  process.env["ESBUILD_WORKER_THREADS"] = before ?? "0";
  try {
    return createRequire(import.meta.url)("esbuild") as typeof Esbuild;
  } finally {
    // Where another had loaded it, as tsx does, it has such a thread, which must not be told that there is none: it
    // would be waited for without end.
    if (before === undefined) delete process.env["ESBUILD_WORKER_THREADS"];
  }
};

const build = (file: string): Built => {
  process.env["ESBUILD_MAX_BUFFER"] ??= String(4 * moduleLimits.bytes);
  const { buildSync } = loadEsbuild();
  try {
    return buildSync({
      absWorkingDir: dirname(file),
      entryPoints: [file],
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      packages: "external",
      alias: { "retort-rl": library },
      loader: Object.fromEntries(texts.map((ending) => [ending, "text"] as const)),
      // What a folder's tsconfig.json says must not decide a result that it is no part of.
      tsconfigRaw: {},
      define: Object.fromEntries(Object.entries(meta).map(([key, name]) => [`import.meta.${key}`, name] as const)),
      banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
      sourcemap: "inline",
      sourcesContent: false,
      logLevel: "silent",
    });
  } catch (cause) {
    throw new RangeError(`expected a module in TypeScript or JavaScript at ${file}, got an error: ${reasonOf(cause)}`, {
      cause,
    });
  }
};

const scriptOf = ({ outputFiles }: Built): string => outputFiles[0]!.text;

/** Files of the user's: those of this package are covered by its version. */
const inputsOf = ({ metafile }: Built, folder: string): readonly string[] =>
  Object.keys(metafile.inputs)
    .map((path) => resolve(folder, path))
    .filter((path) => !path.startsWith(own))
    .toSorted();

const packageOf = (name: string): string =>
  name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");

/** What the nearest folder of packages says of this one's version; nothing where none has it. */
const versionOf = (name: string, from: string): string | undefined => {
  const path = join(from, "node_modules", name, "package.json");
  if (existsSync(path)) return String((JSON.parse(readFileSync(path, "utf8")) as { version?: unknown }).version);
  return dirname(from) === from ? undefined : versionOf(name, dirname(from));
};

const packagesOf = ({ metafile }: Built, folder: string): Readonly<Record<string, string>> => {
  const named = Object.entries(metafile.inputs)
    .filter(([path]) => !resolve(folder, path).startsWith(own))
    .flatMap(([, { imports }]) => imports.filter(({ external }) => external === true).map(({ path }) => path))
    .filter((path) => !isBuiltin(path));
  const names = [...new Set(named.map(packageOf))].toSorted();
  return Object.fromEntries(
    names.map((name) => [name, versionOf(name, folder) ?? versionOf(name, dirname(own)) ?? "unknown"]),
  );
};

const readSources = (paths: readonly string[]): ModuleCode["sources"] =>
  Object.fromEntries(
    paths.map((path) => {
      const { bytes } = readBounded(path, moduleLimits.bytes);
      return [path, { sha256: createHash("sha256").update(bytes).digest("hex"), text: bytes.toString("utf8") }];
    }),
  );

const checkSize = (file: string, paths: readonly string[]): void => {
  if (paths.length > moduleLimits.files)
    throw new RangeError(`${file}: expected to import at most ${moduleLimits.files} files, got ${paths.length}`);
  const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0);
  if (bytes > moduleLimits.bytes)
    throw new RangeError(`${file}: expected at most ${moduleLimits.bytes} bytes with its imports, got ${bytes}`);
};

/** What was read of a file when its module was made. */
const stamp = (path: string): string => {
  const facts = statSync(path, { throwIfNoEntry: false });
  return facts === undefined ? "none" : `${facts.mtimeMs} ${facts.size} ${facts.ino}`;
};

/** A module's code, with what its files looked like when they were read. */
interface Made {
  readonly stamps: Readonly<Record<string, string>>;
  readonly code: ModuleCode;
}

/** Modules that were made, each as long as none of its files is touched: each trial of a sweep asks for the same. */
const made = new Map<string, Made>();

/** Times that a module is read whose files are written meanwhile. */
const mostTries = 5;

const make = (file: string): Made => {
  const folder = dirname(file);
  let built = build(file);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const paths = inputsOf(built, folder);
    checkSize(file, paths);
    const stamps = Object.fromEntries(paths.map((path) => [path, stamp(path)]));
    const sources = readSources(paths);
    const packages = packagesOf(built, folder);
    const again = build(file);
    // Between two equal scripts: no file has the hash of one text and does what another says.
    if (scriptOf(again) === scriptOf(built)) {
      const files = Object.entries(sources).map(([path, { sha256 }]) => [
        relative(folder, path).replaceAll(sep, "/"),
        sha256,
      ]);
      const hash = contentHash({ file: basename(file), files, packages });
      return { stamps, code: { file, hash, sources, packages, script: scriptOf(built) } };
    }
    built = again;
  }
  throw new RangeError(`${file}: expected files that stay as they are while they are read, got changes; try again`);
};

/**
 * The code of the module in a file, which is read with all that it imports: TypeScript, JavaScript, JSON, and texts
 * (.txt, .csv, .jsonl, .md); `retort-rl/...` is this package. `RangeError` when there is none, when it cannot be read
 * as code, and when it is above `moduleLimits`.
 */
export const moduleCode = (file: string): ModuleCode => {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    const near = nearPath(file);
    throw new RangeError(
      `expected a module at ${file}, got ${existsSync(file) ? "something else" : "nothing"}` +
        (near === undefined || near === file ? "" : `; did you mean ${near}?`),
    );
  }
  const known = made.get(file);
  if (known !== undefined && Object.entries(known.stamps).every(([path, before]) => stamp(path) === before))
    return known.code;
  const read = make(file);
  made.set(file, read);
  return read.code;
};
