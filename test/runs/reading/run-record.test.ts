/** Tests of what is believed of a run's folder. */
import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/files/json.ts";
import { numbersIn, recordOf } from "../../../src/runs/reading/run-record.ts";

const manifest = {
  name: "run",
  label: "RL + GKD",
  id: "ab",
  file: "a.json",
  question: "Why?",
  status: "done",
  started: "2026-01-01T00:00:00.000Z",
  engine: { name: "cpu" },
  values: { seed: 1 },
  attempt: 3,
};

test("a record holds what manifest and summary say", () => {
  const summary = { accuracy: 0.5, milliseconds: 12, metrics: { loss: "NaN", reward: 0.25, worst: "-Infinity", note: "text" } };
  const record = recordOf(manifest, summary);
  expect(record).toMatchObject({
    label: "RL + GKD",
    status: "done",
    engine: "cpu",
    values: { seed: 1 },
    axes: {},
    attempt: 3,
    milliseconds: 12,
  });
  expect({ ...record.metrics }).toEqual({ accuracy: 0.5, loss: Number.NaN, reward: 0.25, worst: Number.NEGATIVE_INFINITY });
  expect({ ...recordOf(manifest).metrics }).toEqual({});
});

test("what else decides the result is what the manifest says, and not known where it says nothing", () => {
  const made = {
    files: { "a.ts": "f0" },
    checkpoints: { base: { path: "b", hash: "f2" } },
    stages: { sft: "f3" },
    stageSettings: { sft: "f4" },
  };
  expect(recordOf({ ...manifest, ...made, setting: "f5", versions: { "retort-rl": "0.5.0" } })).toMatchObject({
    ...made,
    checkpoints: { base: "f2" },
    setting: "f5",
    version: "0.5.0",
  });
  const older = recordOf(manifest);
  expect([older.version, older.files, older.stageSettings, older.setting]).toEqual(["unknown", undefined, undefined, undefined]);
});

test("numbers keep names that mean something to objects", () => {
  expect(Object.keys(numbersIn(JSON.parse('{"__proto__": 1, "a": 2}') as Json))).toEqual(["__proto__", "a"]);
});

describe("what is of the wrong kind is named", () => {
  const deep = (levels: number): Json => (levels === 0 ? 1 : { in: deep(levels - 1) });
  const cases: readonly (readonly [string, Json, RegExp])[] = [
    ["no object", [], /manifest: expected an object/u],
    ["a status of its own", { ...manifest, status: "great" }, /status: expected one of .*done, got "great"/u],
    ["no name", { ...manifest, name: 7 }, /name: expected a text, got 7/u],
    ["a text without end", { ...manifest, label: "x".repeat(200_000) }, /label: expected a text, got "x+\.\.\./u],
    [
      "a name without bottom",
      { ...manifest, name: deep(5000) },
      /name: expected a text, got a value that is no JSON, or nested too deeply/u,
    ],
    [
      "axes that are no pointers",
      { ...manifest, axes: { "/seed": 1, seed: 2 } },
      /axes: expected pointers, such as \/objective\/alpha, got "seed"/u,
    ],
    ["no time", { ...manifest, started: "yesterday" }, /started: expected a time/u],
    ["no values", { ...manifest, values: null }, /values: expected an object, got null/u],
    ["files that are none", { ...manifest, files: { "a.ts": 3 } }, /files\/a\.ts: expected a text, got 3/u],
    [
      "a checkpoint without a hash",
      { ...manifest, checkpoints: { base: { path: "b" } } },
      /checkpoints\/base: expected a text, got nothing/u,
    ],
    ["values without bottom", { ...manifest, values: { deep: deep(1000) } }, /values: expected at most 64 levels/u],
  ];
  test.each(cases)("%s", (_name, wrong, message) => {
    expect(() => recordOf(wrong)).toThrow(message);
  });

  test("a summary that is none", () => {
    expect(() => recordOf(manifest, "fine")).toThrow(/summary: expected an object/u);
  });
});
