/** Tests of available memory, with files as Linux has them for control groups. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { freemem, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { availableMemory, machineMemory } from "../../../src/sweeps/executors/available-memory.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "retort-groups-"));
  const group = (path: string, files: Readonly<Record<string, string>>): void => {
    mkdirSync(join(root, path), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, path, name), text);
  };
  group("outer", { "memory.max": "1000\n", "memory.current": "600\n", "memory.stat": "anon 500\ninactive_file 50\nfile 90\n" });
  group("outer/inner", { "memory.max": "max\n", "memory.current": "400\n" });
  group("outer/small", { "memory.max": "300\n", "memory.current": "400\n" });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("the limit of an outer group holds, less what is used and not idle", () => {
  expect(availableMemory(root, "/outer")).toBe(450);
  expect(availableMemory(root, "/outer/inner")).toBe(450);
});

test("the tightest limit counts, and nothing is less than nothing", () => {
  expect(availableMemory(root, "/outer/small")).toBe(0);
});

test("what the machine has at all is the least limit, whoever uses it", () => {
  expect(machineMemory(root, "/outer/inner")).toBe(1000);
  expect(machineMemory(root, "/outer/small")).toBe(300);
  expect(machineMemory(root, "/none")).toBe(totalmem());
});

test("without limits it is what the machine has free", () => {
  const left = availableMemory(root, "/none");
  expect(left).toBeGreaterThan(freemem() / 4);
  expect(left).toBeLessThan(totalmem());
  expect(availableMemory()).toBeLessThanOrEqual(totalmem());
});
