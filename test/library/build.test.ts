/** `npm run build` in a small project of its own: what a running process has of `dist` is there at any moment. */
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isBuilt } from "../../scripts/build.ts";
import { run } from "../fixtures/packed-package.ts";

const root = join(import.meta.dirname, "../..");
mkdirSync(join(root, "build"), { recursive: true });
/** Below this repository, so that it finds the compiler. */
const folder = mkdtempSync(join(root, "build", "build-"));
const dist = join(folder, "dist");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const build = (...options: readonly string[]): Promise<string> =>
  run(folder, process.execPath, ["--import", import.meta.resolve("tsx"), join(root, "scripts/build.ts"), ...options]);
const write = (name: string, text: string): void => writeFileSync(join(folder, "src", name), text);
const textOf = (name: string): string => readFileSync(join(dist, name), "utf8");
const inode = (name: string): number => statSync(join(dist, name)).ino;

beforeAll(async () => {
  for (const name of ["package.json", "tsconfig.json", "tsconfig.build.json"]) cpSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, "src"));
  write("same.ts", 'import * as tf from "@tensorflow/tfjs";\nexport const one = tf.scalar(1);\n');
  write("changed.ts", "export const value = 1;\n");
  mkdirSync(join(folder, "src", "cli"));
  write(
    "cli/retort.ts",
    '#!/usr/bin/env node\nimport { one } from "../same.ts";\nimport { threadUrl } from "./started.ts";\nprocess.stdout.write(`${one.add(one).dataSync()[0]} ${new URL(threadUrl).pathname}`);\n',
  );
  write("cli/started.ts", 'export const threadUrl = new URL("./own-thread.ts", import.meta.url).href;\n');
  write("cli/own-thread.ts", "export const started = true;\n");
  mkdirSync(join(folder, "src", "ui", "page"), { recursive: true });
  write("ui/page/main.tsx", 'document.title = "page";\n');
  write("ui/page/tsconfig.json", '{ "extends": "../../../tsconfig.json" }\n');
  write("gone.ts", "export const gone = true;\n");
  await build();
});

test("compiles the source, with TensorFlow.js as Node's require gives it", () => {
  expect(textOf("same.js")).toContain('import tf from "./tensorflow.js"');
  expect(textOf("changed.js")).toContain("value = 1");
  expect(isBuilt(folder)).toBe(true);
});

test("the page is bundled for browsers, apart from what Node runs", () => {
  expect(textOf("ui/page/page.js")).toContain('document.title="page"');
  expect(existsSync(join(dist, "ui", "page", "main.js"))).toBe(false);
});

test("what starts is bundled, knows where its files are, and can be called as it is, whatever it was before", async () => {
  const command = join(dist, "cli", "retort.js");
  const said = `2 ${join(dist, "cli", "own-thread.ts")}`;
  expect(await run(folder, command, [])).toContain(said);
  expect(textOf("cli/retort.js")).not.toMatch(/from "\.\.?\/[^"]*same/u);
  expect(textOf("cli/own-thread.js")).toContain("// cli/own-thread.js");
  chmodSync(command, 0o644);
  await build();
  expect(await run(folder, command, [])).toContain(said);
  expect(textOf("licenses.txt")).toContain("Parts of these libraries");
});

test("where it is only needed and the source is the same, nothing is touched", async () => {
  rmSync(join(dist, "gone.js"));
  await build("--needed");
  expect(existsSync(join(dist, "gone.js"))).toBe(false);
  await build();
  expect(existsSync(join(dist, "gone.js"))).toBe(true);
});

test("another source: what differs is replaced, the rest stays the same file, and nothing is removed before packing", async () => {
  const before = ["same.js", "tensorflow.js"].map(inode);
  write("changed.ts", "export const value = 2;\n");
  rmSync(join(folder, "src", "gone.ts"));
  expect(isBuilt(folder)).toBe(false);
  await build("--needed");
  expect(textOf("changed.js")).toContain("value = 2");
  expect(["same.js", "tensorflow.js"].map(inode)).toEqual(before);
  expect(existsSync(join(dist, "gone.js"))).toBe(true);
  await build("--exact");
  expect(readdirSync(dist).filter((name) => name.startsWith("gone"))).toEqual([]);
  expect(readdirSync(join(folder, "build"))).toEqual([]);
});

test("a source that does not compile leaves what was there", async () => {
  write("changed.ts", 'export const value: number = "three";\n');
  await expect(build()).rejects.toThrow("TS2322");
  expect(textOf("changed.js")).toContain("value = 2");
  expect(isBuilt(folder)).toBe(false);
});
