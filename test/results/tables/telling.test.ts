/** Tests of what tells runs apart. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { contentHash } from "../../../src/files/canonical-json.ts";
import { telling } from "../../../src/results/tables/telling.ts";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { mixedIn, writeMixedRuns } from "../../fixtures/mixed-runs.ts";
import { writeRunFolder, type RunFacts } from "../../fixtures/run-folders.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-telling-"));
});

/** What tells runs of these facts apart; each is a run of its own, though its values be those of another. */
const toldApart = (...all: readonly RunFacts[]): string[] => {
  all.forEach((facts, i) => writeRunFolder(root, { again: `-${i + 1}`, ...facts }));
  return telling(readRuns(root).runs);
};

const [one, other, third] = ["one", "other", "third"].map(contentHash) as [string, string, string];
const [zero, first] = [
  { seed: 0, taskSeed: 0 },
  { seed: 1, taskSeed: 1 },
];

test("values, seeds, and the contents of files of runs in one folder", () => {
  const names = telling(readRuns(writeMixedRuns(root)).runs);
  expect(names.toSorted()).toEqual([...Object.keys(mixedIn), "/seed", "/taskSeed"].toSorted());
});

test.each([
  ["version", { version: "0.5.0" }, { version: "0.6.0" }],
  ["engine", { engine: "cpu" }, { engine: "onnx" }],
  [
    "checkpoint base",
    { made: { checkpoints: { base: { path: "a", hash: one } } } },
    { made: { checkpoints: { base: { path: "a", hash: other } } } },
  ],
  ["file a.ts", { made: { files: { "a.ts": one } } }, { made: { files: { "a.ts": other } } }],
  // A folder of before files were recorded: nobody knows with which code.
  ["file a.ts", { made: { files: { "a.ts": one } } }, {}],
  ["stage sft", { made: { stages: { sft: one } } }, { made: { stages: { sft: other } } }],
] as const)("%s", (name, a, b) => {
  expect(toldApart({ ...a, values: zero }, { ...b, values: zero })).toEqual([name]);
  // Also of runs that differ in the seed, as far as a folder can say it: ids of stages come from seeds too.
  root = mkdtempSync(join(tmpdir(), "retort-telling-"));
  const seeds = toldApart({ ...a, values: zero }, { ...b, values: first });
  expect(seeds).toEqual(["/seed", "/taskSeed", ...(name === "stage sft" ? [] : [name])]);
});

test("stages of other ids are of other seeds, but where they are of the same, or say themselves what they are made of", () => {
  const made = (id: string, setting?: string) => ({
    made: { stages: { sft: id }, ...(setting === undefined ? {} : { stageSettings: { sft: setting }, setting: one }) },
  });
  expect(toldApart({ values: zero, ...made(one) }, { values: first, ...made(other) }, { values: zero, ...made(third) })).toContain(
    "stage sft",
  );
  root = mkdtempSync(join(tmpdir(), "retort-telling-"));
  expect(toldApart({ values: zero, ...made(one, one) }, { values: first, ...made(other, one) })).toEqual(["/seed", "/taskSeed"]);
  root = mkdtempSync(join(tmpdir(), "retort-telling-"));
  expect(toldApart({ values: zero, ...made(one, one) }, { values: first, ...made(other, third) })).toEqual([
    "/seed",
    "/taskSeed",
    "stage sft",
  ]);
});

test("what a value explains is no column of its own", () => {
  const reward = (name: string, hash: string) => ({ values: { rewards: [{ module: name }] }, made: { files: { [name]: hash } } });
  expect(toldApart(reward("a.ts", one), reward("b.ts", other))).toEqual(["/rewards/0/module"]);
  root = mkdtempSync(join(tmpdir(), "retort-telling-"));
  expect(toldApart({ values: { engine: "cpu" } }, { values: { engine: "onnx" }, engine: "onnx" })).toEqual(["/engine"]);
});

test("what no column says is still told apart, by what all of it is made of", () => {
  const made = (setting: string) => ({ values: zero, made: { stageSettings: {}, setting } });
  expect(toldApart(made(one), made(other))).toEqual(["setting"]);
});

test("the parts of a value that was swept are no columns, but where they differ beside it", () => {
  const run = (divergence: Readonly<Record<string, string>>, code?: string): RunFacts => ({
    axes: { "/divergence": divergence },
    values: { seed: 0, divergence: { ...divergence, ...(code === undefined ? {} : { code }), scale: String(divergence["type"]) } },
  });
  const [kl, mine] = [{ type: "kl" }, { module: "./own.ts" }];
  expect(toldApart(run(kl), run(mine, one))).toEqual(["/divergence"]);
  root = mkdtempSync(join(tmpdir(), "retort-telling-"));
  // An edit of the module between two trials.
  expect(toldApart(run(kl), run(mine, one), run(mine, other))).toEqual(["/divergence", "/divergence/code"]);
});
