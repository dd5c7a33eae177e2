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
const write = (name: string, text: string): void => writeFileSync(join(folder, "src", "library", name), text);
const textOf = (name: string): string => readFileSync(join(dist, "library", name), "utf8");
const inode = (name: string): number => statSync(join(dist, "library", name)).ino;

beforeAll(async () => {
  for (const name of ["package.json", "tsconfig.json", "tsconfig.build.json"]) cpSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, "src", "library"), { recursive: true });
  write("same.ts", 'import * as tf from "@tensorflow/tfjs";\nexport const one = tf.scalar(1);\n');
  write("placed.ts", 'export { part } from "../part.ts";\nexport const place = import.meta.url;\n');
  writeFileSync(join(folder, "src", "part.ts"), 'export const part = "part of placed";\n');
  mkdirSync(join(folder, "src", "cli"));
  writeFileSync(join(folder, "src", "cli", "retort.ts"), '#!/usr/bin/env node\nprocess.stdout.write("called\\n");\n');
  write("changed.ts", "export const value = 1;\n");
  write("gone.ts", "export const gone = true;\n");
  await build();
});

test("bundles what others load, and declares its types", async () => {
  expect(textOf("changed.js")).toContain("value = 1");
  expect(textOf("changed.d.ts")).toBe("export declare const value = 1;\n");
  expect(isBuilt(folder)).toBe(true);
  const script = `
    const [{ one }, { place, part }] = await Promise.all(["same", "placed"].map((name) => import("./dist/library/" + name + ".js")));
    console.log(one.add(one).sub(1).dataSync()[0], new URL(place).pathname.endsWith("/dist/library/placed.js"), part);`;
  expect(await run(folder, process.execPath, ["--input-type=module", "--eval", script])).toMatch(/^1 true part of placed\n/u);
});

test("the command can be called as it is, whatever it was before", async () => {
  const command = join(dist, "cli", "retort.js");
  expect(await run(folder, command, [])).toBe("called\n");
  chmodSync(command, 0o644);
  await build();
  expect(await run(folder, command, [])).toBe("called\n");
});

test("where it is only needed and the source is the same, nothing is touched", async () => {
  rmSync(join(dist, "library", "gone.js"));
  await build("--needed");
  expect(existsSync(join(dist, "library", "gone.js"))).toBe(false);
  await build();
  expect(existsSync(join(dist, "library", "gone.js"))).toBe(true);
});

test("another source: what differs is replaced, the rest stays the same file, and nothing is removed before packing", async () => {
  const before = ["same.js", "../tensorflow-additions.cjs"].map(inode);
  write("changed.ts", "export const value = 2;\n");
  rmSync(join(folder, "src", "library", "gone.ts"));
  expect(isBuilt(folder)).toBe(false);
  await build("--needed");
  expect(textOf("changed.js")).toContain("value = 2");
  expect(["same.js", "../tensorflow-additions.cjs"].map(inode)).toEqual(before);
  expect(existsSync(join(dist, "library", "gone.js"))).toBe(true);
  await build("--exact");
  expect(readdirSync(join(dist, "library")).filter((name) => name.startsWith("gone"))).toEqual([]);
  expect(readdirSync(join(folder, "build"))).toEqual([]);
});

test("a source that does not compile leaves what was there", async () => {
  write("changed.ts", 'export const value: number = "three";\n');
  await expect(build()).rejects.toThrow("TS2322");
  expect(textOf("changed.js")).toContain("value = 2");
  expect(isBuilt(folder)).toBe(false);
});
