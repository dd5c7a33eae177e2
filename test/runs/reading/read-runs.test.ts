/** Tests of reading all runs, with the index and without. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { readRuns } from "../../../src/runs/reading/read-runs.ts";
import { writeRunFolder } from "../../fixtures/run-folders.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-read-"));
});

const many = 100;
const writeMany = (): string[] =>
  Array.from({ length: many }, (_, k) =>
    writeRunFolder(root, {
      values: { seed: k },
      axes: { "/seed": k },
      accuracy: k / many,
      metrics: { loss: k % 2 === 0 ? k : Number.NaN },
    }),
  );

describe("runs", () => {
  test("damaged folders are said to be so, and stop none of the others", () => {
    const good = writeRunFolder(root, { accuracy: 0.5 });
    const folder = (digit: string): string => join(root, "sweep", `trial-${digit.repeat(16)}`);
    const wrong = ["{", "[]", JSON.stringify({ name: "only" }), " ".repeat(2 ** 23 + 1)];
    wrong.forEach((text, i) => {
      mkdirSync(folder(String(i)));
      writeFileSync(join(folder(String(i)), "manifest.json"), text);
    });
    mkdirSync(folder("8"));
    mkdirSync(join(folder("9"), "manifest.json"), { recursive: true });
    // A folder that is listed, and is not there any more when it is read.
    symlinkSync(join(root, "gone"), folder("a"));
    const { runs, damaged } = readRuns(root);
    expect(runs.map((run) => run.folder)).toEqual([good]);
    expect(damaged.map(({ reason }) => reason)).toEqual([
      "manifest.json: expected JSON, got something else",
      "manifest: expected an object, got []",
      "values: expected an object, got nothing",
      expect.stringContaining("expected at most 8388608 bytes"),
      "no manifest.json",
      expect.stringContaining("expected a file, got a folder"),
      "removed while it was read",
    ]);
  });

  test("what is no folder is refused", () => {
    expect(() => readRuns(join(root, "nowhere"))).toThrow(/expected a folder, got ".*nowhere"/u);
  });
});

describe("the index", () => {
  const index = (): string => join(root, "sweep", "index.jsonl");

  test("is left for many, not for few, and says the same as the folders", () => {
    writeRunFolder(root);
    readRuns(root);
    expect(existsSync(index())).toBe(false);
    writeMany();
    const first = readRuns(root);
    expect(first.runs).toHaveLength(many);
    expect(JSON.parse(readFileSync(index(), "utf8").split("\n")[0]!)).toMatchObject({ key: "folder", places: { length: many } });
    expect(readRuns(root)).toEqual(first);
  });

  test("is what is read while the manifests are the same, and no longer", () => {
    const folders = writeMany();
    readRuns(root);
    const doctored = readFileSync(index(), "utf8").replaceAll('"What comes of it?"', '"From the index?"');
    writeFileSync(index(), doctored);
    expect(new Set(readRuns(root).runs.map(({ record }) => record.question))).toEqual(new Set(["From the index?"]));
    writeRunFolder(root, { values: { seed: 3 }, accuracy: 1, status: "failed" });
    rmSync(folders[4]!, { recursive: true });
    const { runs } = readRuns(root);
    expect(runs).toHaveLength(many - 1);
    expect(runs.find(({ folder }) => folder === folders[3])?.record).toMatchObject({ status: "failed", question: "What comes of it?" });
    expect(runs.some(({ folder }) => folder === folders[4])).toBe(false);
  });

  test("is written again from itself when most of its runs are gone", () => {
    const folders = Array.from({ length: 200 }, (_, k) => writeRunFolder(root, { values: { seed: k, task: { type: "sum" } } })).toSorted();
    const first = readRuns(root);
    const doctored = readFileSync(index(), "utf8").replace('{"type":"sum"}', '{"type":"from the index"}');
    writeFileSync(index(), doctored);
    for (const folder of folders.slice(0, 130)) rmSync(folder, { recursive: true });
    expect(readRuns(root).runs.map(({ record }) => record.values["task"])).toEqual(
      Array.from({ length: 70 }, () => ({ type: "from the index" })),
    );
    expect(JSON.parse(readFileSync(index(), "utf8").split("\n")[0]!)).toMatchObject({ key: "folder", places: { length: 70 } });
    writeFileSync(index(), readFileSync(index(), "utf8").replace("from the index", "sum"));
    expect(readRuns(root).runs).toEqual(first.runs.slice(130));
  });

  test("may be cut, damaged or written by a stranger", () => {
    writeMany();
    const first = readRuns(root);
    const whole = readFileSync(index());
    truncateSync(index(), Math.floor(whole.length / 3));
    expect(readRuns(root)).toEqual(first);
    appendFileSync(index(), `\n{"folder": 7}\n[]\nnull\n{"folder": "trial", "stamp": "1", "manifest": {"values": 3}}\n\u0000\n`);
    expect(readRuns(root)).toEqual(first);
    writeFileSync(index(), Buffer.alloc(1000, 0xff));
    expect(readRuns(root)).toEqual(first);
    expect(readFileSync(index()).equals(whole)).toBe(true);
  });

  test("does not hold runs at work", () => {
    writeMany();
    writeRunFolder(root, { values: { seed: 1000 }, status: "running" });
    expect(readRuns(root).runs).toHaveLength(many + 1);
    expect(readFileSync(index(), "utf8")).not.toContain('"running"');
  });
});
