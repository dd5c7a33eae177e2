/** Tests of the list of figures. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chosenFigures, figureNames, figuresFolder, figuresOf } from "../../src/reproduction/figures.ts";

const folder = mkdtempSync(join(tmpdir(), "retort-figures-"));
beforeAll(() => {
  mkdirSync(join(folder, "full"));
  const files = ["figure-10.json", "figure-a12.json", "figure-1b.json", "figure-a2.json", "figure-9.json", "figure-1a.json"];
  for (const name of [...files, "figure-9.md", "notes.json", "full/figure-1.json"]) {
    writeFileSync(join(folder, name), "{}");
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("figures", () => {
  test("are the files named after them, in the paper's order", () => {
    expect(figuresOf("small", folder).map(({ name }) => name)).toEqual(["1a", "1b", "9", "10", "A.2", "A.12"]);
    expect(figuresOf("smoke", folder)).toEqual(figuresOf("small", folder));
    expect(figuresOf("full", folder)).toEqual([{ name: "1", path: join(folder, "full", "figure-1.json") }]);
  });

  test("are none where there is no folder", () => {
    expect(figuresOf("full", join(folder, "full"))).toEqual([]);
  });

  test("are chosen by name, however it is written, and stay in order", () => {
    const all = figuresOf("small", folder);
    expect(chosenFigures(all, ["a2", "9"]).map(({ name }) => name)).toEqual(["9", "A.2"]);
    expect(chosenFigures(all, ["A.2"]).map(({ name }) => name)).toEqual(["A.2"]);
    expect(chosenFigures(all, [])).toEqual(all);
    expect(chosenFigures(all, ["1"]).map(({ name }) => name)).toEqual(["1a", "1b"]);
    expect(chosenFigures(all, ["1B", "10"]).map(({ name }) => name)).toEqual(["1b", "10"]);
    expect(() => chosenFigures(all, ["7"])).toThrow('figure: expected one of 1a, 1b, 9, 10, A.2, A.12, got "7"');
  });

  test("have each name once, whatever the scale", () => {
    expect(figureNames(folder)).toEqual(["1", "1a", "1b", "9", "10", "A.2", "A.12"]);
    expect(figureNames()).toEqual(expect.arrayContaining(["1", "1a", "5", "A.16"]));
  });

  test("come with the package", () => {
    expect(figuresOf("small", figuresFolder).map(({ name }) => name)).toContain("8");
  });
});
