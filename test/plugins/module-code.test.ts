/** Tests of modules as code: what their hash covers, and what is no module. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { moduleCode, moduleLimits } from "../../src/plugins/module-code.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-module-"));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const entry = write("entry.ts", `import { two } from "./two.ts"; import words from "./words.txt"; export default two + words.length;`);
write("two.ts", "export const two: number = 2;");
write("words.txt", "one two");

describe("the hash of a module", () => {
  test("covers the file, what it imports, and a text that it imports; it is the same again for the same bytes", () => {
    const hashes = [moduleCode(entry)];
    for (const [name, text] of [
      ["two.ts", "export const two: number = 3;"],
      ["words.txt", "one two three"],
      ["entry.ts", `import { two } from "./two.ts"; export default two;`],
    ] as const) {
      write(name, text);
      hashes.push(moduleCode(entry));
    }
    expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(4);
    expect(hashes.map(({ sources }) => Object.keys(sources).length)).toEqual([3, 3, 3, 2]);
    write("entry.ts", `import { two } from "./two.ts"; import words from "./words.txt"; export default two + words.length;`);
    write("two.ts", "export const two: number = 2;");
    write("words.txt", "one two");
    expect(moduleCode(entry).hash).toBe(hashes[0]!.hash);
  });

  test("does not cover a file beside it that it does not import, nor the folder that it is in", () => {
    const before = moduleCode(entry).hash;
    write("other.ts", "export default 1;");
    expect(moduleCode(entry).hash).toBe(before);
    const elsewhere = mkdtempSync(join(tmpdir(), "retort-module-"));
    for (const [path, { text }] of Object.entries(moduleCode(entry).sources)) writeFileSync(path.replace(folder, elsewhere), text);
    expect(moduleCode(join(elsewhere, "entry.ts")).hash).toBe(before);
    rmSync(elsewhere, { recursive: true });
  });

  test("covers the versions of packages, whose code is not part of it", () => {
    const file = write("packages.ts", `import { Type } from "@sinclair/typebox"; import fs from "node:fs"; export default [Type, fs];`);
    expect(moduleCode(file).packages).toEqual({ "@sinclair/typebox": expect.stringMatching(/^\d+\.\d+\.\d+$/u) as string });
    expect(moduleCode(file).script.length).toBeLessThan(20_000);
  });
});

test("a module is read where tsx has loaded esbuild already, whose thread is left as it is", () => {
  const url = new URL("../../src/plugins/module-code.ts", import.meta.url).href;
  const file = write(
    "reader.mts",
    `import { moduleCode } from ${JSON.stringify(url)}; console.log(moduleCode(${JSON.stringify(entry)}).hash);`,
  );
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--import", import.meta.resolve("tsx"), file], {
    encoding: "utf8",
    timeout: 120_000,
    env: { ...process.env, ESBUILD_WORKER_THREADS: undefined },
  });
  // One that waits without end has none.
  expect(status, stderr).toBe(0);
  expect(stdout.trim()).toBe(moduleCode(entry).hash);
});

describe("what is no module", () => {
  test("is refused with the file, the line and the reason", () => {
    expect(() => moduleCode(join(folder, "none.ts"))).toThrow(/expected a module at .*none\.ts, got nothing/u);
    expect(() => moduleCode(folder)).toThrow(/got something else/u);
    const broken = write("broken.ts", "export default 1;\nconst = 2;");
    expect(() => moduleCode(broken)).toThrow(/broken\.ts, got an error: broken\.ts:2:7: Expected identifier/u);
    const lost = write("lost.ts", `import "./nowhere.ts"; export default 1;`);
    expect(() => moduleCode(lost)).toThrow(/lost\.ts:1:8: Could not resolve "\.\/nowhere\.ts"/u);
    const waiting = write("waiting.ts", "await Promise.resolve(); export default 1;");
    expect(() => moduleCode(waiting)).toThrow(/Top-level await is/u);
  });

  test("is refused when it is too large", () => {
    write("large.txt", "x".repeat(moduleLimits.bytes));
    const file = write("heavy.ts", `import large from "./large.txt"; export default large;`);
    expect(() => moduleCode(file)).toThrow(/expected at most 10000000 bytes with its imports, got 1000\d+/u);
  });
});
