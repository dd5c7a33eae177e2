/** Tests of the calibration: its rules, and the hash that freezes a figure. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  brokenRules,
  calibrationPath,
  figureHash,
  freezeHash,
  frozenBy,
  readCalibration,
  type CalibratedTask,
} from "../../src/reproduction/calibration.ts";
import { figuresOf } from "../../src/reproduction/figures.ts";

const root = mkdtempSync(join(tmpdir(), "retort-calibration-"));
afterAll(() => rmSync(root, { recursive: true }));

const figure = { name: "8", path: join(root, "figure-8.json") };
const claim = { type: "order", metric: "accuracy" };
const document = {
  training: { steps: 5 },
  sweep: { axes: { "/objective/alpha": [0, 1], "/seed": [0, 1, 2] } },
  claims: [claim],
};
const hashOf = (changed: object): string => {
  writeFileSync(figure.path, JSON.stringify({ ...document, ...changed }));
  return figureHash(figure);
};

test("the hash of a figure is of its settings and claims, whatever its seeds and its layout", () => {
  const hash = hashOf({});
  writeFileSync(
    figure.path,
    `// A comment.\n${JSON.stringify({ claims: document.claims, sweep: document.sweep, training: document.training }, undefined, 4)}`,
  );
  expect(figureHash(figure)).toBe(hash);
  expect(hashOf({ $schema: "../schema.json" })).toBe(hash);
  expect(hashOf({ sweep: { axes: { "/objective/alpha": [0, 1], "/seed": [7] } } })).toBe(hash);
  expect(hashOf({ sweep: { axes: { "/objective/alpha": [0, 0.5] } } })).not.toBe(hash);
  expect(hashOf({ training: { steps: 6 } })).not.toBe(hash);
  expect(hashOf({ claims: [{ ...claim, least: 1 }] })).not.toBe(hash);
});

test("what a figure extends is part of it", () => {
  const base = join(root, "base.json");
  writeFileSync(base, JSON.stringify({ training: { batch: 8 } }));
  const hash = hashOf({ extends: "base.json" });
  writeFileSync(base, JSON.stringify({ training: { batch: 9 } }));
  expect(figureHash(figure)).not.toBe(hash);
});

const student = { stage: "small", start: 20, ceiling: 90, threeQuarters: 55, after: 60, twice: 62 };
const task: CalibratedTask = { task: "sums", metric: "accuracy", prompts: 100, steps: 5, teacher: 90, students: [student] };
const write = (changed: object): void =>
  writeFileSync(calibrationPath(root), JSON.stringify({ method: "one", tasks: [task], figures: {}, ...changed }));

test("a figure is frozen while its file is what it was, at small scale", () => {
  const hash = hashOf({});
  expect(frozenBy(figure, "small", root)).toBeUndefined();
  const frozen = "2026-01-02T03:04:05.678Z";
  write({ figures: { "8": { settings: hash, frozen } } });
  const by = frozenBy(figure, "small", root);
  expect(by).toMatch(/^[0-9a-f]{64}$/u);
  expect(by).toBe(freezeHash(readCalibration(root)!, figure));
  expect(frozenBy(figure, "full", root)).toBeUndefined();
  expect(frozenBy({ ...figure, name: "9" }, "small", root)).toBeUndefined();
  // Another figure that is frozen later changes nothing of it; another time or measure does.
  const others = { "9": { settings: hash, frozen: "2026-02-02T03:04:05.678Z" } };
  write({ figures: { "8": { settings: hash, frozen }, ...others } });
  expect(frozenBy(figure, "small", root)).toBe(by);
  write({ figures: { "8": { ...others["9"] } } });
  expect(frozenBy(figure, "small", root)).not.toBe(by);
  write({ figures: { "8": { settings: hash, frozen } }, tasks: [{ ...task, teacher: 91 }] });
  expect(frozenBy(figure, "small", root)).not.toBe(by);
  hashOf({ training: { steps: 6 } });
  expect(frozenBy(figure, "small", root)).toBeUndefined();
});

test("a calibration of another form is refused, and says where", () => {
  write({ figures: { "8": { settings: "0".repeat(64), frozen: "yesterday" } } });
  expect(() => readCalibration(root)).toThrow(/calibration\.json\/figures\/8\/frozen: /u);
  write({ figures: { "8": { settings: "abc", frozen: "2026-01-02T03:04:05.678Z" } } });
  expect(() => readCalibration(root)).toThrow(/calibration\.json\/figures\/8\/settings: /u);
  writeFileSync(calibrationPath(root), "[]");
  expect(() => readCalibration(root)).toThrow(TypeError);
});

test("each rule is broken by what it is about, and by nothing else", () => {
  const broken = (changed: object): readonly string[] => brokenRules({ ...task, students: [{ ...student, ...changed }] });
  expect(broken({})).toEqual([]);
  expect(broken({ start: 8.9 })).toEqual(["sums, small: not so that the start is at least a tenth of the teacher"]);
  expect(broken({ start: 9 })).toEqual([]);
  expect(broken({ start: 81.5, ceiling: 99, threeQuarters: 90, after: 90 })).toEqual([
    "sums, small: not so that the start is at most nine tenths of the teacher",
  ]);
  expect(broken({ ceiling: 28.9 })).toEqual(["sums, small: not so that the ceiling is above the start by at least a tenth of the teacher"]);
  expect(broken({ threeQuarters: 49.9 })).toEqual([
    "sums, small: not so that the last quarter of the steps has at most a quarter of what all of them bring",
  ]);
  // What does not rise at all is flat; what falls and comes back is not.
  expect(broken({ threeQuarters: 20, after: 20 })).toEqual([]);
  expect(broken({ threeQuarters: 10, after: 20 })).toHaveLength(1);
});

test("the paper's small figures are as they were frozen", () => {
  const calibration = JSON.parse(readFileSync("experiments/paper/calibration.json", "utf8")) as {
    figures: Record<string, { settings: string }>;
  };
  const now = Object.fromEntries(figuresOf("small").map((one) => [one.name, figureHash(one)]));
  // A claim that is seen must not change a setting: whoever changes one, calibrates anew and runs the figure again.
  const then = Object.fromEntries(Object.entries(calibration.figures).map(([name, { settings }]) => [name, settings]));
  expect(now).toEqual(then);
});
