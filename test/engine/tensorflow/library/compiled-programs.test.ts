/** Where compiled programs are kept, and when they are not. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
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

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test("a program stays while it is as it was recorded, and only then; what is being written is left alone", () => {
  const folder = programsFolder()!;
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const same = [write("same.pb", "code"), write("same.pb.sha256", sha256("code"))];
  const others = [write("changed.pb", "cobe"), write("changed.pb.sha256", sha256("code")), write("unrecorded.pb", "code")];
  const unfinished = write("other.pb.tmp123", "co");
  programsFolder();
  expect([...same, ...others, unfinished].map((path) => existsSync(path))).toEqual([true, true, false, false, false, true]);
});

test("a process that ends as it should records what was compiled", async () => {
  const folder = programsFolder()!;
  const script = `
    import { writeFileSync } from "node:fs";
    import { programsFolder } from ${JSON.stringify(new URL("../../../../src/engine/tensorflow/library/compiled-programs.ts", import.meta.url).href)};
    writeFileSync(programsFolder() + "/new.pb", "new code");`;
  await promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script]);
  expect(readFileSync(join(folder, "new.pb.sha256"), "utf8")).toBe(sha256("new code"));
  expect(existsSync(join(programsFolder()!, "new.pb"))).toBe(true);
});

test("the newest stay, as many as have room together", () => {
  const folder = programsFolder()!;
  const paths = ["old", "newer", "newest"].map((name, age) => {
    const path = join(folder, `${name}.pb`);
    writeFileSync(path, Buffer.alloc(100));
    writeFileSync(`${path}.sha256`, createHash("sha256").update(Buffer.alloc(100)).digest("hex"));
    utimesSync(path, 1000 + age, 1000 + age);
    return path;
  });
  programsFolder(250);
  expect(paths.map((path) => existsSync(path))).toEqual([false, true, true]);
});
