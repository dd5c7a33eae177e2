/** Tests that the table of equations is true: each symbol is exported by the file beside it, and no divergence, baseline, objective or optimizer is missing. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { baselines } from "../../src/objectives/baselines/index.ts";
import { divergences } from "../../src/objectives/divergences/index.ts";
import { objectives } from "../../src/objectives/index.ts";
import { optimizers } from "../../src/training/optimizers/index.ts";

const root = new URL("../..", import.meta.url);

const lines = readFileSync(new URL("docs/equations.md", root), "utf8").split("\n");

const rows = lines.flatMap((line) => {
  const match = /`(?<symbol>\w+)`\s*\|\s*`(?<file>src\/[\w./-]+)`\s*\|$/.exec(line);
  return match?.groups === undefined ? [] : [{ symbol: match.groups["symbol"]!, file: match.groups["file"]! }];
});

describe("the table of equations", () => {
  test.each(rows)("$symbol is exported by $file", async ({ symbol, file }) => {
    const module = (await import(new URL(file, root).href)) as Record<string, unknown>;
    expect(Object.keys(module)).toContain(symbol);
  });

  test("has a symbol and a file in every row", () => {
    const head = 2;
    expect(rows).toHaveLength(lines.filter((line) => line.startsWith("|")).length - head);
  });

  test("has a row for each divergence, baseline, objective and optimizer", () => {
    const files = rows.map(({ file }) => file);
    const plugins = [
      ...divergences.types.map((type) => `src/objectives/divergences/${type}.ts`),
      ...baselines.types.map((type) => `src/objectives/baselines/${type}.ts`),
      ...objectives.types.map((type) => `src/objectives/${type}.ts`),
      ...optimizers.types.map((type) => `src/training/optimizers/${type}.ts`),
    ];
    expect(plugins.filter((file) => !files.includes(file))).toEqual([]);
  });
});
