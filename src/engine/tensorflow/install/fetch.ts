/** Fetches wheels with pip and packages with npm, so that mirrors and proxies are those of the user's own settings. */
import { createHash } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileBytes, fileHash } from "../../../files/regular-file.ts";
import type { FetchedFile } from "../library/folder.ts";
import type { PinnedPackage, PinnedWheel } from "./pinned.ts";
import { runTool, ToolFailure } from "./tools.ts";

/** Where a fetch works. */
export interface FetchOptions {
  /** Folder of its own, which the caller removes. */
  readonly work: string;
  readonly signal: AbortSignal;
}

/** Wheels that run on any Linux of the pinned one, whatever Python pip itself runs on. */
const pipFlags = [
  "--no-deps",
  "--only-binary=:all:",
  "--implementation=cp",
  "--python-version=3.11",
  "--platform=manylinux_2_27_x86_64",
  "--platform=manylinux_2_17_x86_64",
  "--platform=manylinux2014_x86_64",
  "--disable-pip-version-check",
  "--no-input",
  "--retries=2",
  "--progress-bar=off",
];

const fetching = async (what: string, remedy: string, fetch: Promise<string>): Promise<string> => {
  try {
    return await fetch;
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    throw new Error(`engines: ${what} could not be fetched: ${error.said}; ${remedy}`, { cause: error });
  }
};

/** Fetches wheels with pip into a folder, and gives their paths. */
export const fetchWheels = async (
  requirements: readonly string[],
  folder: string,
  { work, signal }: FetchOptions,
): Promise<readonly string[]> => {
  await mkdir(folder, { recursive: true });
  await fetching(
    requirements.join(", "),
    "look at the network and at pip's index and proxy (python3 -m pip config list), or fetch the wheel elsewhere " +
      "and name it with --wheel",
    runTool("python3", ["-m", "pip", "download", ...pipFlags, "--dest", folder, ...requirements], {
      signal,
      // What pip has half fetched goes with the folder.
      environment: { TMPDIR: work },
    }),
  );
  return (await readdir(folder)).filter((name) => name.endsWith(".whl")).map((name) => join(folder, name));
};

const hashOfWheel = async (path: string): Promise<string> => {
  try {
    return await fileHash(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new RangeError(`engines: expected TensorFlow's wheel at ${path}, got no file`, { cause });
  }
};

/** The file and its hash. `RangeError` where it is not there, or not the pinned wheel. */
export const checkWheel = async (path: string, { file, sha256 }: PinnedWheel): Promise<FetchedFile> => {
  const found = await hashOfWheel(path);
  if (found === sha256) return { name: file, sha256 };
  throw new RangeError(
    `engines: expected ${path} to be ${file} with the sha256 ${sha256}, got ${found}; fetch it anew`,
  );
};

const integrityOf = async (path: string): Promise<string> => {
  const hash = createHash("sha512");
  for await (const piece of fileBytes(path)) hash.update(piece);
  return `sha512-${hash.digest("base64")}`;
};

/** Fetches a package with npm, without running its scripts. Gives the path of its tarball once that is as pinned. */
export const fetchPackage = async (
  { spec, integrity }: PinnedPackage,
  { work, signal }: FetchOptions,
): Promise<string> => {
  const args = ["pack", "--ignore-scripts", "--silent", "--fetch-retries=1", "--pack-destination", work, spec];
  const output = await fetching(
    spec,
    "look at the network and at npm's registry and proxy (npm config list)",
    runTool("npm", args, { signal }),
  );
  const path = join(work, output.trim().split("\n").at(-1)!);
  const found = await integrityOf(path);
  if (found === integrity) return path;
  throw new RangeError(
    `engines: expected ${spec} with the integrity ${integrity}, got ${found}; look at npm's registry (npm config list)`,
  );
};
