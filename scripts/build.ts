/**
 * Compiles `src` to `dist`, bundles and declarations: `npm run build`. With `--needed`, as npm does it before it installs or links a checkout,
 * only where `dist` is of another source. With `--exact`, as before packing, what the source no longer makes is removed.
 *
 * A run or a sweep may be using `dist`, and starts its threads and trials from there. So it is compiled into a folder of
 * its own, each file that differs takes its place at once, and none is missing in between.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundleStarted } from "./bundle.ts";
import { bundlePage } from "./bundle-page.ts";
import { requireTensorflow } from "./require-tensorflow.ts";

/** In `dist`: the hash of what it was made of. */
const stamp = ".source";
const configuration = ["package.json", "tsconfig.json", "tsconfig.build.json"];

const filesBelow = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => statSync(join(folder, name)).isFile())
        .toSorted()
    : [];

const hashOfSource = (root: string): string => {
  const hash = createHash("sha256");
  const paths = [
    ...["build.ts", "bundle.ts", "bundle-page.ts", "require-tensorflow.ts"].map((name) =>
      join(import.meta.dirname, name),
    ),
    ...configuration.map((name) => join(root, name)),
    ...filesBelow(join(root, "src")).map((name) => join(root, "src", name)),
  ];
  for (const path of paths)
    hash
      .update(`${path.slice(root.length)}\0`)
      .update(readFileSync(path))
      .update("\0");
  return hash.digest("hex");
};

/** Whether `dist` in that folder was made of the source beside it as it is now. */
export const isBuilt = (root: string): boolean => {
  const path = join(root, "dist", stamp);
  return existsSync(path) && readFileSync(path, "utf8") === hashOfSource(root);
};

const isSame = (path: string, other: string): boolean =>
  existsSync(other) && statSync(path).mode === statSync(other).mode && readFileSync(path).equals(readFileSync(other));

/** Compiles the `src` of a folder into another folder: bundles and declarations. Rejects where it does not compile. */
export const compileSource = async (root: string, target: string): Promise<void> => {
  const compiler = createRequire(join(root, "package.json")).resolve("typescript/bin/tsc");
  const parameters = [compiler, "--project", "tsconfig.build.json", "--outDir", target];
  execFileSync(process.execPath, parameters, { cwd: root, stdio: "inherit" });
  await requireTensorflow(target);
  await bundleStarted(target);
  await bundlePage(root, join(target, "ui", "page"));
};

/** Days after which a bundle that the source no longer makes is removed: whatever was started with it has ended. */
const keptDays = 2;

/** Files of `dist` that the source no longer makes: all, or the old ones among parts of bundles. */
const staleIn = (dist: string, made: readonly string[], exact: boolean): readonly string[] => {
  const stale = filesBelow(dist).filter((name) => !made.includes(name));
  if (exact) return stale;
  const old = (name: string): boolean => Date.now() - statSync(join(dist, name)).mtimeMs > keptDays * 86_400_000;
  return stale.filter((name) => name.startsWith("chunks/") && old(name));
};

/** Compiles the `src` of a folder to its `dist`. */
const build = async (root: string, exact: boolean): Promise<void> => {
  const dist = join(root, "dist");
  const source = hashOfSource(root);
  mkdirSync(join(root, "build"), { recursive: true });
  const made = mkdtempSync(join(root, "build", "dist-"));
  try {
    await compileSource(root, made);
    writeFileSync(join(made, stamp), source);
    // The stamp is last: who is stopped on the way has built nothing yet.
    const names = [...filesBelow(made).filter((name) => name !== stamp), stamp];
    rmSync(join(dist, stamp), { force: true });
    for (const name of names) {
      if (isSame(join(made, name), join(dist, name))) continue;
      mkdirSync(dirname(join(dist, name)), { recursive: true });
      renameSync(join(made, name), join(dist, name));
    }
    for (const name of staleIn(dist, names, exact)) rmSync(join(dist, name));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
};

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  const options = { needed: { type: "boolean", default: false }, exact: { type: "boolean", default: false } } as const;
  const { needed, exact } = parseArgs({ options }).values;
  const root = process.cwd();
  if (!needed || !isBuilt(root)) await build(root, exact);
}
