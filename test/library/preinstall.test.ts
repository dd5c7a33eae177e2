/** What the package does to onnxruntime-node before that one's install script runs, which is the published one. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { run } from "../fixtures/packed-package.ts";

const root = join(import.meta.dirname, "../..");
const published = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
mkdirSync(join(root, "build"), { recursive: true });
/** Below this repository, so that the scripts find the libraries that are installed here. */
const folder = mkdtempSync(join(root, "build", "preinstall-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// With npm_package_json it takes itself for a checkout of its own.
const { npm_config_onnxruntime_node_install: _, npm_package_json: __, ...environment } = process.env;
const linux = { ...environment, npm_config_os: "linux", npm_config_cpu: "x64" };

/** A project with the package in `modules` and onnxruntime-node beside it, whose binaries are short texts. */
const project = (name: string, modules = "node_modules"): string => {
  const own = join(folder, name, modules, "retort-rl");
  mkdirSync(own, { recursive: true });
  cpSync(join(root, "package.json"), join(own, "package.json"));
  cpSync(join(root, "scripts/preinstall.js"), join(own, "scripts/preinstall.js"));
  const library = join(folder, name, "node_modules", "onnxruntime-node");
  for (const part of ["script", "node_modules"]) {
    if (existsSync(join(published, part))) cpSync(join(published, part), join(library, part), { recursive: true });
  }
  cpSync(join(published, "package.json"), join(library, "package.json"));
  for (const target of ["linux/x64", "linux/arm64", "darwin/arm64"]) {
    mkdirSync(join(library, "bin/napi-v6", target), { recursive: true });
    writeFileSync(join(library, "bin/napi-v6", target, "onnxruntime_binding.node"), target);
  }
  return own;
};

const binaries = (own: string): string => join(own, "../../node_modules/onnxruntime-node/bin/napi-v6");
const filesOf = (own: string): readonly string[] =>
  readdirSync(binaries(own), { recursive: true, encoding: "utf8" })
    .filter((name) => name.includes("."))
    .toSorted();
const all = ["darwin/arm64", "linux/arm64", "linux/x64"].map((target) => `${target}/onnxruntime_binding.node`);

test("its own platform's binaries stay, and the library's install script finds nothing to fetch", async () => {
  const own = project("installed");
  expect(await run(own, process.execPath, ["scripts/preinstall.js"], linux)).toBe("");
  const cuda = ["cuda", "shared", "tensorrt"].map((name) => `linux/x64/libonnxruntime_providers_${name}.so`);
  expect(filesOf(own)).toEqual([...cuda, "linux/x64/onnxruntime_binding.node"]);
  expect(readFileSync(join(binaries(own), "linux/x64/onnxruntime_binding.node"), "utf8")).toBe("linux/x64");
  // It decides by the machine that it runs on, and would fetch, or fail, where one of the files were missing.
  await run(join(own, "../onnxruntime-node"), process.execPath, ["script/install"], environment);
  expect(filesOf(own)).toHaveLength(4);
});

test("what a user asks of onnxruntime-node by its own setting is left to it", async () => {
  const own = project("asked");
  await run(own, process.execPath, ["scripts/preinstall.js"], { ...linux, npm_config_onnxruntime_node_install: "cuda12" });
  expect(filesOf(own)).toEqual(all);
});

test("a checkout keeps the binaries of all platforms", async () => {
  const own = project("checkout", "packages");
  await run(own, process.execPath, ["scripts/preinstall.js"], linux);
  expect(filesOf(own)).toEqual(all);
});

test("a platform without binaries loses none", async () => {
  const own = project("elsewhere");
  await run(own, process.execPath, ["scripts/preinstall.js"], { ...linux, npm_config_os: "freebsd" });
  expect(filesOf(own)).toEqual(all);
});

test("without the library it says so, and the installation goes on", async () => {
  const own = project("without");
  rmSync(join(own, "../onnxruntime-node/script"), { recursive: true });
  expect(await run(own, process.execPath, ["scripts/preinstall.js"], linux)).toMatch(/^retort-rl: onnxruntime-node stays as it is: /u);
  expect(existsSync(join(binaries(own), "darwin"))).toBe(true);
});
