/** Where compiled programs are kept, and when they are not. */
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { compiledFolder, programsFolder } from "../../../../src/engine/tensorflow/library/compiled-programs.ts";
import { tensorFlowFolder } from "../../../../src/engine/tensorflow/library/folder.ts";
import { installationOf, ownEnginesCache } from "../../../fixtures/engines-cache.ts";

const cache = ownEnginesCache();

const install = (sha256: string): void => {
  mkdirSync(tensorFlowFolder("cpu"), { recursive: true });
  const record = installationOf("cpu");
  writeFileSync(join(tensorFlowFolder("cpu"), "installed.json"), JSON.stringify({ ...record, wheel: { ...record.wheel, sha256 } }));
};
beforeEach(() => install("a".repeat(64)));

test("each library and each setting of it has a folder, which only the user may write", () => {
  const folder = programsFolder()!;
  expect(dirname(folder)).toBe(join(cache(), "retort", "compiled"));
  expect(programsFolder()).toBe(folder);
  for (const path of [folder, compiledFolder()]) expect(statSync(path).mode & 0o777).toBe(0o700);
  vi.stubEnv("TF_NUM_INTRAOP_THREADS", "7");
  const other = programsFolder();
  vi.stubEnv("TF_NUM_INTRAOP_THREADS", undefined);
  install("b".repeat(64));
  expect(new Set([folder, other, programsFolder()]).size).toBe(3);
});

test("there is none without a library, and none where others could have written or that leads elsewhere", () => {
  const folder = programsFolder()!;
  chmodSync(folder, 0o777);
  expect(programsFolder()).toBeUndefined();
  rmSync(folder, { recursive: true });
  symlinkSync(cache(), folder);
  expect(programsFolder()).toBeUndefined();
  rmSync(compiledFolder(), { recursive: true });
  writeFileSync(compiledFolder(), "");
  expect(programsFolder()).toBeUndefined();
  rmSync(compiledFolder());
  rmSync(tensorFlowFolder("cpu"), { recursive: true });
  expect(programsFolder()).toBeUndefined();
});

test("there is none whose path the library would read as several flags", () => {
  vi.stubEnv("XDG_CACHE_HOME", join(cache(), "a b"));
  install("a".repeat(64));
  expect(programsFolder()).toBeUndefined();
});

test("the newest stay, as many as have room together", () => {
  const folder = programsFolder()!;
  const paths = ["old", "newer", "newest"].map((name, age) => {
    const path = join(folder, name);
    writeFileSync(path, Buffer.alloc(100));
    utimesSync(path, 1000 + age, 1000 + age);
    return path;
  });
  programsFolder(250);
  expect(paths.map((path) => existsSync(path))).toEqual([false, true, true]);
});
