/** Tests of the index by itself; test/runs/reading/read-runs.test.ts has those of what it is for. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/files/json.ts";
import { readIndex, writeIndex, type IndexedRun } from "../../../src/runs/reading/run-index.ts";
import { recordOf } from "../../../src/runs/reading/run-record.ts";

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

test("runs come back as records, and what is not asked for is left out", () => {
  const parent = folder();
  writeIndex(parent, [
    ["b", run("2-2")],
    ["a", run("3-3", manifest.values, { accuracy: 1 })],
  ]);
  const index = readIndex(parent);
  expect([...index].map(([name, { stamp }]) => [name, stamp])).toEqual([
    ["b", "2-2"],
    ["a", "3-3"],
  ]);
  expect(index.get("a")?.record).toMatchObject({ values: { alpha: 0.5 }, metrics: { accuracy: 1 } });
  expect(index.get("b")?.record.metrics["accuracy"]).toBeUndefined();
  expect(readFileSync(join(parent, "index.jsonl"), "utf8")).not.toContain("versions");
  expect(readdirSync(parent)).toEqual(["index.jsonl"]);
});

test("what else decides a result comes back too; an index of before it was written is as good as none", () => {
  const parent = folder();
  const made = JSON.parse(
    '{ "files": { "a.ts": "f0", "__proto__": "f1" }, "checkpoints": { "base": { "path": "b", "hash": "f2" } } }',
  ) as JsonObject;
  const known = {
    ...manifest,
    ...made,
    stages: { sft: "f3" },
    stageSettings: { sft: "f4" },
    setting: "f5",
    versions: { "retort-rl": "0.5.0" },
  };
  const runs = [known, manifest].map((each, i) => [`run${i}`, { stamp: "1-1", record: recordOf(each) }] as const);
  writeIndex(parent, runs);
  expect([...readIndex(parent)]).toEqual(runs);
  const older = linesIn(parent).filter((line) => !line.includes('"key":"version"'));
  writeFileSync(join(parent, "index.jsonl"), older.join("\n"));
  expect(readIndex(parent).size).toBe(0);
});

const valuesOf = (k: number): JsonObject => {
  const text = `{"task": {"type": "sum"}, "list": [1, {"k": ${k % 2}}], "__proto__": {"odd": true}, "none": null, "seed": ${k}}`;
  return JSON.parse(text) as JsonObject;
};

test("what runs have in common is written once, is shared when it is read, and every record is as it was", () => {
  const parent = folder();
  const runs = Array.from({ length: 6 }, (_, k) => [`run${k}`, run(`${k}-1`, valuesOf(k), { metrics: { loss: Number.NaN } })] as const);
  writeIndex(parent, runs);
  const index = readIndex(parent);
  expect([...index]).toEqual(runs);
  for (const [name, { record }] of runs) expect(JSON.stringify(index.get(name)!.record)).toBe(JSON.stringify(record));
  expect(readFileSync(join(parent, "index.jsonl"), "utf8").split('"sum"')).toHaveLength(2);
  const [first, , third] = [...index.values()].map(({ record }) => record.values);
  expect(third!["list"]).toBe(first!["list"]);
  const whole = readFileSync(join(parent, "index.jsonl"));
  writeIndex(parent, [...index]);
  expect(readFileSync(join(parent, "index.jsonl")).equals(whole)).toBe(true);
});

test("runs may have other values, axes and metrics than the first, and say nothing of some", () => {
  const parent = folder();
  const records = [
    recordOf({ ...manifest, values: { task: 1, alpha: 0.5 }, axes: { "/alpha": 0.5 } }, { metrics: { loss: 1 } }),
    recordOf({ ...manifest, values: { task: 1, beta: [1] }, axes: { "/beta": [1] }, error: "stopped", attempt: 2 }, { metrics: { kl: 3 } }),
    recordOf({ ...manifest, values: { beta: [1], constructor: { a: 1 } }, finished: manifest.started }, { milliseconds: 5 }),
    recordOf({ ...manifest, values: { text: '{"a":1}', object: { a: 1 } } }),
  ];
  writeIndex(
    parent,
    records.map((record, k) => [`run${k}`, { stamp: "1", record }]),
  );
  expect([...readIndex(parent).values()].map(({ record }) => record)).toEqual(records);
});

describe("an index that is damaged or a stranger's is none", () => {
  const good = (): { parent: string; lines: string[] } => {
    const parent = folder();
    const runs = Array.from({ length: 3 }, (_, k) => [`run${k}`, run(`${k}-1`, { k }, { accuracy: k })] as const);
    writeIndex(parent, runs);
    return { parent, lines: linesIn(parent) };
  };
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const cases: readonly (readonly [string, (line: string) => string | undefined])[] = [
    ["cut", (line) => line.slice(0, -9)],
    ["no column", () => "[]"],
    ["nothing", () => "null"],
    ["a value without bottom", (line) => (line.includes('"values"') ? line.replace('"distinct":[0', `"distinct":[${deep}`) : undefined)],
    ["an index that is not there", (line) => line.replace(/"places":\[\d/u, '"places":[3')],
    ["an index before the first", (line) => line.replace(/"places":\[\d/u, '"places":[-2')],
    ["an index between two", (line) => line.replace(/"places":\[\d/u, '"places":[0.5')],
    ["a run too many", (line) => line.replace('"places":[', '"places":[0,')],
    ["a run without a folder", (line) => (line.includes('"folder"') ? line.replace(/"places":\[\d/u, '"places":[-1') : undefined)],
    ["a folder that is no text", (line) => line.replace('"run0"', "7")],
    ["a status of its own", (line) => line.replace('"done"', '"great"')],
    ["a metric that is no number", (line) => (line.includes('"accuracy"') ? line.replace('"distinct":[0', '"distinct":["x"') : undefined)],
  ];
  test.each(cases)("%s", (_name, wrong) => {
    const { parent, lines } = good();
    expect(readIndex(parent).size).toBe(3);
    const at = lines.findIndex((line) => (wrong(line) ?? line) !== line);
    writeFileSync(join(parent, "index.jsonl"), lines.with(at, wrong(lines[at]!)!).join("\n"));
    expect(readIndex(parent).size).toBe(0);
  });
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
