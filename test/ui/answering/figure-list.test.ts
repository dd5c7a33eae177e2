/** Tests of the figures of the paper on the page. */
import { cpSync, mkdirSync, mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packagedResults } from "../../../src/reproduction/figure-machine.ts";
import { FigureReader } from "../../../src/ui/answering/figure-list.ts";

const root = mkdtempSync(join(tmpdir(), "retort-figures-"));
const results = join(root, "reproduction", "small", "results");
mkdirSync(results, { recursive: true });
cpSync(join(packagedResults, "figure-8.json"), join(results, "figure-8.json"));

const readFigures = (folder: string) => new FigureReader(folder).read();

describe("figures", () => {
  test("are judged and drawn again only when their results have changed", () => {
    const reader = new FigureReader(root);
    const first = reader.read();
    expect(reader.read()).toBe(first);
    utimesSync(join(results, "figure-8.json"), 1, 1);
    expect(reader.read()).not.toBe(first);
  });

  test("are found where retort reproduce writes them, with their verdicts and plots", () => {
    const { figures } = readFigures(root);
    expect(figures.map(({ name }) => name)).toEqual(["8"]);
    expect(Object.values(figures[0]!.outcomes).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    expect(figures[0]!.section).toContain("<svg");
    expect(readFigures(results).figures).toHaveLength(1);
  });

  test("are none in other folders, and a damaged file is named", () => {
    expect(readFigures(mkdtempSync(join(tmpdir(), "retort-figures-"))).figures).toEqual([]);
    writeFileSync(join(results, "figure-9.json"), "{");
    expect(() => readFigures(root)).toThrow(/figure-9\.json/u);
  });
});
