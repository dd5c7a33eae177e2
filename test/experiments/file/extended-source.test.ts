/** Tests of experiment files that extend others. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readExperiment } from "../../../src/experiments/file/extended-source.ts";
import { planExperiment } from "../../../src/experiments/planning/run-plan.ts";
import { ExperimentError, type Location } from "../../../src/experiments/file/problem.ts";

const root = mkdtempSync(join(tmpdir(), "retort-extends-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let made = 0;
/** A new folder with these files. */
const folder = (files: Readonly<Record<string, string>>): string => {
  const path = join(root, String((made += 1)));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
};

const at = (path: string, location: Location | undefined): string => {
  if (location === undefined || "override" in location) return String(location?.override);
  return `${relative(path, location.file)}${"line" in location ? `:${location.line}:${location.column}` : ""}`;
};

/** What is wrong, with locations relative to the folder. */
const problems = (path: string, run: () => unknown): string[] => {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error;
    return error.problems.map(
      ({ location, pointer, message }) => `${at(path, location)} ${pointer}: ${message.replaceAll(`${path}/`, "")}`,
    );
  }
  throw new Error("expected an ExperimentError");
};

describe("a file that extends others", () => {
  const path = folder({
    "own.yaml": "extends: [base/one.json, two.yaml]\na: { b: 1, c: null }\nlist: [{ x: 1 }]\n",
    "base/one.json": '{\n  "extends": "deep.yaml", "a": { "c": 2, "d": 3 },\n  "list": [{ "x": 5, "y": 6 }, 7]\n}',
    "base/deep.yaml": "a: { d: 0, e: 9 }\nz: deep\n",
    "two.yaml": "a: { d: 4 }\n",
  });
  const source = readExperiment(join(path, "own.yaml"));

  test("is merged with them, later ones over earlier ones and the file over all", () => {
    expect(source.value).toEqual({ a: { b: 1, d: 4, e: 9 }, z: "deep", list: [{ x: 1 }] });
  });

  test.each([
    ["", "own.yaml:1:1"],
    ["/a/b", "own.yaml:2:9"],
    ["/a/c", "own.yaml:2:15"],
    ["/a/d", "two.yaml:1:9"],
    ["/a/e", "base/deep.yaml:1:15"],
    ["/z", "base/deep.yaml:2:4"],
    ["/list/0/x", "own.yaml:3:13"],
    // What a base had there was replaced with the list.
    ["/list/0/y", "undefined"],
    ["/list/1", "undefined"],
  ])("%s was written at %s", (pointer, expected) => {
    expect(at(path, source.find(pointer, "value"))).toBe(expected);
  });

  test("replaces variants of the same name, and takes them away", () => {
    const variants = folder({
      "own.yaml": "extends: base.yaml\nvariants: { a: { x: null }, b: null, d: { z: 1 } }\n",
      "base.yaml": "variants:\n  a: { x: 1, y: 2 }\n  b: {}\n  c: { x: null }\n",
    });
    const merged = readExperiment(join(variants, "own.yaml"));
    expect(merged.value).toEqual({ variants: { a: { x: null }, c: { x: null }, d: { z: 1 } } });
    expect(at(variants, merged.find("/variants/a/y", "value"))).toBe("undefined");
    expect(at(variants, merged.find("/variants/c/x", "value"))).toBe("base.yaml:4:11");
  });

  test("has the paths of a base count from the base", () => {
    const paths = folder({
      "sub/own.yaml": "extends: ../base/base.yaml\ntask: { path: mine.jsonl }\nother: { path: mine.jsonl }\n",
      "base/base.yaml":
        "task: { path: x.jsonl }\nother: { path: ./lines.jsonl }\nt: { scores: { folder: kept } }\nm: [{ checkpoint: ../there }, { checkpoint: there }, { checkpoint: owner/name }, { path: /elsewhere/x }]\n",
      "base/there/config.json": "{}",
    });
    expect(readExperiment(join(paths, "sub", "own.yaml")).value).toEqual({
      task: { path: "mine.jsonl" },
      other: { path: "mine.jsonl" },
      t: { scores: { folder: join("..", "base", "kept") } },
      m: [
        { checkpoint: join("..", "there") },
        { checkpoint: join("..", "base", "there") },
        { checkpoint: "owner/name" },
        { path: "/elsewhere/x" },
      ],
    });
  });
});

describe("what is wrong is said with the file where it was written", () => {
  const valid = (extra: string): string => `question: q
task: { type: arithmetic, numbers: [2, 2], range: [1, 4], train: 12, test: 4 }
student: { type: ngram, order: 2 }
objective: { type: sft }
training: { steps: 1, optimizer: { type: adamw, learningRate: 0.1 } }
data: { onPolicyFraction: 0 }
${extra}`;

  test("in one pass, the file's own mistakes first", () => {
    const path = folder({
      "own.yaml": "extends: base.yaml\ntraining: { steps: many }\nstudent: { ordr: 2 }\n",
      "base.yaml": valid("seed: -1\n"),
    });
    expect(problems(path, () => planExperiment(join(path, "own.yaml")))).toEqual([
      'own.yaml:2:20 /training/steps: expected a whole number of at least 1, such as 300, got "many"',
      'own.yaml:3:12 /student/ordr: unknown key "ordr"; did you mean "order"?',
      expect.stringMatching(/^base.yaml:7:7 \/seed: expected a whole number from 0/u),
    ]);
  });

  test("a file that is right runs, and the id does not tell files apart", () => {
    const path = folder({ "own.yaml": "extends: base.yaml\nseed: 3\n", "base.yaml": valid("seed: 1\n"), "whole.yaml": valid("seed: 3\n") });
    const [own, whole] = ["own.yaml", "whole.yaml"].map((name) => planExperiment(join(path, name))[0]);
    expect(own?.values.seed).toBe(3);
    expect(own?.id).toBe(whole?.id);
  });

  test("what cannot be read, all of it at once", () => {
    const path = folder({
      "own.yaml": "extends: [bad.json, none.yaml, 'bad\\0name', list.yaml]\n",
      "bad.json": '{ "a": }',
      "list.yaml": "extends: { x: 1 }\n",
    });
    expect(problems(path, () => readExperiment(join(path, "own.yaml")))).toEqual([
      expect.stringMatching(/^bad.json:1:8 : /u),
      expect.stringMatching(/^own.yaml:1:21 \/extends\/1: none.yaml: no such file; did you mean /u),
      expect.stringMatching(/^own.yaml:1:32 \/extends\/2: bad/u),
      "list.yaml:1:10 /extends: expected the path of a file or a list of paths, relative to list.yaml",
    ]);
  });

  test("circles, through links too", () => {
    const path = folder({ "a.yaml": "extends: b.yaml", "b.yaml": "extends: [link.yaml, b.yaml]" });
    symlinkSync(join(path, "a.yaml"), join(path, "link.yaml"));
    expect(problems(path, () => readExperiment(join(path, "a.yaml")))).toEqual([
      "b.yaml:1:11 /extends/0: a file cannot extend itself: a.yaml -> b.yaml -> link.yaml",
      "b.yaml:1:22 /extends/1: a file cannot extend itself: b.yaml -> b.yaml",
    ]);
  });

  test("chains too deep, files too many, and text too long", () => {
    const chain = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}.yaml`, `extends: ${i + 1}.yaml`]));
    const deep = folder({ ...chain, "20.yaml": "a: 1" });
    expect(problems(deep, () => readExperiment(join(deep, "0.yaml")))).toEqual([
      "16.yaml:1:10 /extends: expected at most 16 files that extend each other",
    ]);
    const twice = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}.yaml`, `extends: [${i + 1}.yaml, ${i + 1}.yaml]`]));
    const many = folder({ ...twice, "8.yaml": "a: 1" });
    expect(problems(many, () => readExperiment(join(many, "0.yaml")))).toEqual([
      expect.stringMatching(/^\d.yaml:1:\d+ \/extends\/[01]: expected at most 32 files in all$/u),
    ]);
    const long = folder({ "own.yaml": `extends: [${Array(5).fill("long.yaml").join(", ")}]`, "long.yaml": `a: 1 ${"#".repeat(900_000)}` });
    expect(problems(long, () => readExperiment(join(long, "own.yaml")))).toEqual([
      expect.stringMatching(/^own.yaml:1:\d+ \/extends\/4: expected at most 4000000 characters in all files together$/u),
    ]);
  });
});
