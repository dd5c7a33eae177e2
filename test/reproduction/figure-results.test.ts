/** Tests of the files of figures' results. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readFigure, resultsPath, writeFigure, type FigureResults } from "../../src/reproduction/figure-results.ts";
import { madeCurves } from "../reports/made-curves.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-figure-"));
afterAll(() => rmSync(folder, { recursive: true }));

const trial = (seed: number) => ({
  id: String(seed).repeat(64),
  run: "trial",
  label: `seed=${seed}`,
  axes: { "/seed": seed, "/objective/divergence": { type: "jsd", beta: 0.1 } },
  initial: { accuracy: 0.1 },
  final: { accuracy: 0.25, "sampled/accuracy": 1 / 3 },
});

const results: FigureResults = {
  figure: "A.12",
  scale: "small",
  question: "?",
  engine: "onnx",
  planned: 3,
  trials: [trial(0), trial(1)],
};

describe("results of a figure", () => {
  test("are read as they were written, and the same bytes each time", async () => {
    await writeFigure(folder, results);
    const path = resultsPath(folder, { name: "A.12" });
    const first = readFileSync(path);
    expect(path.endsWith("figure-a12.json")).toBe(true);
    expect(readFigure(folder, { name: "A.12" })).toEqual(results);
    // The order in which an object got its keys is no result.
    await writeFigure(folder, { ...results, trials: results.trials.map(({ final, ...rest }) => ({ final, ...rest })) });
    expect(readFileSync(path).equals(first)).toBe(true);
    expect(first.toString().split("\n")).toHaveLength(5);
  });

  test("keep curves and completions of the trials that have them, and no other key of those that have none", async () => {
    await writeFigure(folder, madeCurves);
    const path = resultsPath(folder, { name: "5" });
    const first = readFileSync(path);
    expect(readFigure(folder, { name: "5" })).toEqual(madeCurves);
    await writeFigure(folder, readFigure(folder, { name: "5" })!);
    expect(readFileSync(path).equals(first)).toBe(true);
    const kept = (JSON.parse(first.toString()) as { trials: object[] }).trials.map((one) => Object.keys(one).join(" "));
    expect(kept.slice(0, 2)).toEqual(["axes completions curve final id initial label run", "axes curve final id initial label run"]);
    expect(kept.at(-1)).toBe("axes final id initial label run");
  });

  test("are nothing before the figure was run", () => {
    expect(readFigure(folder, { name: "3" })).toBeUndefined();
  });

  test.each([
    ["no JSON", undefined, "a JSON object"],
    ["another file", { kind: "retort sweep" }, "results of a figure"],
    ["an unknown scale", { scale: "huge" }, "results of a figure"],
    ["no trials", { trials: {} }, "trials: expected a list"],
    ["a trial without axes", { trials: [{ run: "trial" }] }, "trials/0/axes"],
    ["a curve that is none", { trials: [{ ...trial(0), curve: 1 }] }, "trials/0/curve: expected a list"],
    ["completions that are none", { trials: [{ ...trial(0), completions: [{}] }] }, "trials/0/completions/0/step"],
    ["a name that is none", { trials: [{ run: 1, axes: {} }] }, "trials/0/run"],
  ] as const)("that are damaged are refused by the file's name: %s", (_what, change: object | undefined, message) => {
    const written = JSON.parse(readFileSync(resultsPath(folder, { name: "A.12" }), "utf8")) as object;
    writeFileSync(resultsPath(folder, { name: "2" }), change === undefined ? "{" : JSON.stringify({ ...written, ...change }));
    expect(() => readFigure(folder, { name: "2" })).toThrow(message);
    expect(() => readFigure(folder, { name: "2" })).toThrow("figure-2.json");
  });
});
