/**
 * What a result depends on besides its values: the code's revision, versions, and the machine. Recorded in every
 * manifest.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";
import { packageVersion } from "./package-version.ts";

/** Plain data about the code and the machine of a run. */
export interface Provenance {
  /** Commit of the working folder, with `dirty` where files differ from it; undefined outside git. */
  readonly revision: { readonly commit: string; readonly dirty: boolean } | undefined;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: {
    readonly platform: string;
    readonly architecture: string;
    readonly processor: string;
    readonly cores: number;
    /** Bytes. */
    readonly memory: number;
  };
}

const git = (...words: readonly string[]): string | undefined => {
  try {
    return execFileSync("git", words, { encoding: "utf8", timeout: 5_000, stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
};

const revision = (): Provenance["revision"] => {
  const commit = git("rev-parse", "HEAD");
  return commit === undefined
    ? undefined
    : { commit, dirty: git("status", "--porcelain", "--untracked-files=no") !== "" };
};

const libraries = ["@tensorflow/tfjs", "onnxruntime-node", "rxjs", "seedrandom"] as const;

const installed = (library: string): string | undefined => {
  try {
    const path = createRequire(import.meta.url).resolve(`${library}/package.json`);
    return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  } catch {
    return undefined;
  }
};

/** Reads what a result depends on besides its values: git, package.json files, the operating system. */
export const provenance = (): Provenance => {
  const processors = cpus();
  const versions = libraries.flatMap((library) => {
    const version = installed(library);
    return version === undefined ? [] : [[library, version] as const];
  });
  return {
    revision: revision(),
    versions: { "retort-rl": packageVersion(), node: process.versions.node, ...Object.fromEntries(versions) },
    machine: {
      platform: process.platform,
      architecture: process.arch,
      processor: processors[0]?.model.trim() ?? "unknown",
      cores: processors.length,
      memory: totalmem(),
    },
  };
};
