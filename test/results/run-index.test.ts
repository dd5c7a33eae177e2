/** Tests of the index by itself; test/results/runs.test.ts has those of what it is for. */
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { JsonObject } from "../../src/experiments/json.ts";
import { readIndex, writeIndex, type IndexedRun } from "../../src/results/run-index.ts";
import { recordOf } from "../../src/results/run-record.ts";

const manifest = {
  name: "run",
  label: "run",
  id: "ab",
  file: "a.json",
  question: "Why?",
  status: "done",
  started: "2026-01-01T00:00:00.000Z",
  values: { alpha: 0.5 },
  versions: { node: "20" },
};

const run = (stamp: string, values: JsonObject = manifest.values, summary: JsonObject = {}): IndexedRun => ({
  stamp,
  record: recordOf({ ...manifest, values }, summary),
});

const folder = (): string => mkdtempSync(join(tmpdir(), "retort-index-"));

const linesIn = (parent: string): string[] => readFileSync(join(parent, "index.jsonl"), "utf8").trimEnd().split("\n");

test("lines come back as records, the last of a folder counts, and what nobody asks for is left out", () => {
  const parent = folder();
  writeIndex(parent, [
    ["a", run("1-1")],
    ["b", run("2-2")],
    ["a", run("3-3", manifest.values, { accuracy: 1 })],
  ]);
  const index = readIndex(parent);
  expect([...index].map(([name, { stamp }]) => [name, stamp])).toEqual([
    ["a", "3-3"],
    ["b", "2-2"],
  ]);
  expect(index.get("a")?.record).toMatchObject({ values: { alpha: 0.5 }, metrics: { accuracy: 1 } });
  expect(readFileSync(join(parent, "index.jsonl"), "utf8")).not.toContain("versions");
  expect(readdirSync(parent)).toEqual(["index.jsonl"]);
});

const valuesOf = (k: number): JsonObject => {
  const text = `{"task": {"type": "sum"}, "list": [1, {"k": ${k % 2}}], "__proto__": {"odd": true}, "none": null, "seed": ${k}}`;
  return JSON.parse(text) as JsonObject;
};

test("what runs have in common stands once, is shared when it is read, and every record is as it was", () => {
  const parent = folder();
  const runs = Array.from({ length: 6 }, (_, k) => [`run${k}`, run(`${k}-1`, valuesOf(k), { metrics: { loss: Number.NaN } })] as const);
  writeIndex(parent, runs);
  const index = readIndex(parent);
  expect([...index]).toEqual(runs);
  for (const [name, { record }] of runs) expect(JSON.stringify(index.get(name)!.record)).toBe(JSON.stringify(record));
  expect(linesIn(parent).map((line) => line.split('"sum"').length - 1)).toEqual([1, 0, 0, 0, 0, 0]);
  const [first, , third] = [...index.values()].map(({ record }) => record.values);
  expect(third!["list"]).toBe(first!["list"]);
  const whole = readFileSync(join(parent, "index.jsonl"));
  writeIndex(parent, index);
  expect(readFileSync(join(parent, "index.jsonl")).equals(whole)).toBe(true);
});

test("a damaged line takes those with it that need what it had, and no others", () => {
  const parent = folder();
  writeIndex(
    parent,
    Array.from({ length: 6 }, (_, k) => [`run${k}`, run(`${k}-1`, { task: { kind: k % 2 } })] as const),
  );
  const [first, second, ...rest] = linesIn(parent);
  const write = (...lines: readonly (string | undefined)[]) => writeFileSync(join(parent, "index.jsonl"), lines.join("\n"));
  write(first, second!.slice(0, -9), ...rest);
  expect([...readIndex(parent).keys()]).toEqual(["run0", "run2", "run4"]);
  write(second, ...rest);
  expect(readIndex(parent).size).toBe(0);
});

test("strangers' lines are left out: parts that are not there, of the wrong kind or without bottom", () => {
  const parent = folder();
  writeIndex(parent, [["good", run("1-1")]]);
  const [good] = linesIn(parent);
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const { about, ...without } = JSON.parse(good!) as JsonObject;
  const wrong = [{ about, values: { a: [7] } }, { about, values: { a: { b: 1 } } }, { about, values: 3 }, { values: {} }, { about: 3 }]
    .map((change) => JSON.stringify({ ...without, folder: "wrong", ...change }))
    .concat(good!.replace('"good"', '"deep"').replace('"parts":{', `"parts":{"1":${deep},`))
    .concat(good!.replace('"good"', '"deep"').replace('"alpha":0.5', `"alpha":${deep}`))
    .concat(good!.replace('"good"', '"status"').replace('"done"', '"great"'));
  appendFileSync(join(parent, "index.jsonl"), wrong.map((line) => `${line}\n`).join(""));
  expect([...readIndex(parent).keys()]).toEqual(["good"]);
});

test("where it cannot be written nothing happens, and none is read", () => {
  const parent = folder();
  writeIndex(join(parent, "nowhere"), [["a", run("1-1")]]);
  mkdirSync(join(parent, "index.jsonl"));
  chmodSync(parent, 0o555);
  writeIndex(parent, [["a", run("1-1")]]);
  chmodSync(parent, 0o755);
  expect(readIndex(parent).size).toBe(0);
  expect(readdirSync(parent)).toEqual(["index.jsonl"]);
});
