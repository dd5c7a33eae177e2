/** Tests of the paper's values: against its tables, and as trials of our settings. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Trial } from "../../src/evaluation/claims/trial.ts";
import { readExperiment } from "../../src/experiments/file/extended-source.ts";
import { followedFigure } from "../../src/reproduction/follow-up.ts";
import { figuresOf } from "../../src/reproduction/figures.ts";
import { checkTrials } from "../../src/sweeps/planning/sweep-plan.ts";
import { paperTrials, readPaperValues, type PaperValues } from "../../src/reproduction/paper-values.ts";

const figures = new Map(figuresOf("small").map((figure) => [figure.name, figure]));
const valuesOf = (name: string): PaperValues => readPaperValues(figures.get(name)!)!;
const tablesOf = (name: string): PaperValues["tables"] => valuesOf(name).tables;
const transposed = (rows: readonly (readonly number[])[]): number[][] => rows[0]!.map((_, i) => rows.map((row) => row[i]!));

/** The numbers of a heading's table by line, without its labels. */
const printed = (heading: string): number[][] => {
  const text = readFileSync("test/fixtures/paper_numbers.md", "utf8");
  const section = text.split(/^## /mu).find((part) => part.startsWith(`${heading}\n`))!;
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1)
      .filter((cell) => /^ *\*{0,2}[-+]?[\d.]/u.test(cell) && !/\d%|^ *alpha/u.test(cell))
      .flatMap((cell) => cell.match(/[-+]?(?:\d+\.\d+|\.\d+|\d+)/gu)!.map(Number)),
  );
};

const trial = (run: string, axes: Trial["axes"]): Trial => ({ run, axes, initial: {}, final: { accuracy: 0.5 } });

test("figure 1 is the paper's", () => {
  const ours = ["1a", "1b", "1c"].flatMap((name) => {
    const [table] = tablesOf(name);
    return [[...table!.start!, table!.teacher!], ...table!.values];
  });
  // The text has another teacher than the drawing.
  expect(printed("Figure 1").map((line) => line.slice(0, 4))).toEqual(ours);
});

test("figures 2, 3, 8, 9, A.10, A.11 and A.15 are the paper's", () => {
  expect(transposed(tablesOf("2")[0]!.values)).toEqual(printed("Figure 2"));
  expect(tablesOf("3")[0]!.values).toEqual(printed("Figure 3"));
  expect(tablesOf("8")[0]!.values).toEqual(printed("Figure 8"));
  expect(transposed(tablesOf("9")[0]!.values)).toEqual(printed("Figure 9").map((line) => line.slice(0, 6)));
  expect(transposed(tablesOf("A.10")[0]!.values)).toEqual(printed("Figure A.10"));
  expect(transposed(tablesOf("A.11")[0]!.values)[0]).toEqual([-0.49, -0.25, 0.31, 1.3, 1.97]);
  expect(printed("Figure A.11")[0]).toEqual([-0.49, -0.25, 0.31, 1.3, 1.97]);
  expect(transposed(tablesOf("A.15")[0]!.values)).toEqual(printed("Figure A.15"));
});

test("figures 4 and 5 are the paper's", () => {
  const tables = tablesOf("4");
  const pairs = [0, 2, 4, 6].map((i) => tables[i]!.values[0]!.flatMap((bleu, k) => [bleu, tables[i + 1]!.values[0]![k]!]));
  expect(printed("Figure 4").map((line) => line.slice(1))).toEqual(pairs);
  expect(tables.map(({ metric }) => metric).filter((_, i) => i % 2 === 1)).toEqual(
    ["0.1", "0.3", "0.5", "1"].map((at) => `at-${at}/rouge-2`),
  );
  const [rouge, entailment] = tablesOf("5");
  const points = rouge!.values.map(([value], i) => [value, entailment!.values[i]![0]]);
  const [reference, a, b, c, d, teacher] = printed("Figure 5");
  expect(points).toEqual([a, b, c, d, reference, teacher]);
});

test.each([
  ["6", "Figure 6"],
  ["7", "Figures 7 and A.14"],
  ["A.12", "Figure A.12"],
  ["A.13", "Figure A.13"],
])("the heatmaps of figure %s are the paper's", (name, heading) => {
  const tables = tablesOf(name);
  expect(tables.map(({ where }) => where)).toEqual([1, 0.5, 0].map((lambda) => ({ "/data/onPolicyFraction": [lambda] })));
  expect(tables.map(({ values }) => transposed(values).flat())).toEqual(printed(heading));
});

test("figure A.14 is figure 7's largest student", () => {
  expect(tablesOf("A.14").map(({ values }) => values.flat())).toEqual(printed("Figures 7 and A.14").map((line) => line.slice(10)));
});

test("every figure says where its numbers are from, and each of its settings that the paper has is found", () => {
  for (const [name, figure] of figures) {
    const values = readPaperValues(followedFigure(figure, "small") ?? figure)!;
    expect(values.source, name).toMatch(/^Figures? /u);
    expect(values.precision !== undefined, name).toBe(values.reading === "plot");
    const { drafts } = checkTrials(readExperiment(figure.path), []);
    const trials = drafts.map(({ draft }) => trial(draft.name, draft.axes ?? {}));
    const settings = new Set(trials.map(({ run, axes }) => JSON.stringify([run, { ...axes, "/seed": 0 }])));
    // Ours ask for some that the paper has not.
    const known = name.startsWith("B.") ? paperTrials(values, trials).length : settings.size;
    expect(paperTrials(values, trials), name).toHaveLength(values.reading === "none" ? 0 : known);
    expect(known > 0 || values.reading === "none", name).toBe(true);
  }
});

test("the paper's numbers are one trial of each setting, in our unit, with the start and without a seed", () => {
  const small = { stage: "small" };
  const of7 = (lambda: number, seed: number): Trial =>
    trial("trial", { "/data/onPolicyFraction": lambda, "/objective/divergence": { type: "forward-kl" }, "/student": small, "/seed": seed });
  const [first, ...others] = paperTrials(valuesOf("7"), [of7(1, 0), of7(1, 1), of7(0.3, 0)]);
  expect(others).toEqual([]);
  expect(first!.axes).toEqual({ "/data/onPolicyFraction": 1, "/objective/divergence": { type: "forward-kl" }, "/student": small });
  expect(first!.initial["accuracy"]).toBeCloseTo(0.04585, 12);
  expect(first!.final["accuracy"]).toBeCloseTo(0.11185, 12);
  // Gains over a start that the paper does not give; RL without a teacher is one point for all alphas.
  const rl = paperTrials(valuesOf("5"), [trial("rl", { "/objective/alpha": 0.05 }), trial("rl", { "/objective/alpha": 0.5 })]);
  expect(rl.map(({ initial, final }) => [initial, final])).toEqual(
    Array.from({ length: 2 }, () => [
      { "rouge-2": 0, entailment: 0 },
      { "rouge-2": 3.17, entailment: expect.closeTo(0.448, 12) as number },
    ]),
  );
});

const folder = mkdtempSync(join(tmpdir(), "retort-paper-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a figure without a file has none; one of another form, or with a table that is not whole, is refused by its name", () => {
  mkdirSync(join(folder, "reference"));
  const path = join(folder, "figure-5.json");
  const written = (value: unknown): void => writeFileSync(join(folder, "reference", "figure-5.json"), JSON.stringify(value));
  expect(readPaperValues({ path })).toBeUndefined();
  const table = { metric: "accuracy", rows: [{}], columns: [{}, {}], values: [[1, 2]] };
  const values = { source: "Figure 5", reading: "plot", tables: [table] };
  written(values);
  expect(readPaperValues({ path })!.tables[0]).toMatchObject({ unit: 1, gains: false, values: [[1, 2]] });
  const several = { ...values, tables: [{ ...table, columns: [{ run: ["a"] }, { run: ["a", "b"] }] }] } as unknown;
  written(several);
  expect(paperTrials(readPaperValues({ path })!, [trial("b", {})])[0]!.final).toEqual({ accuracy: 2 });
  expect(() => paperTrials(readPaperValues({ path })!, [trial("a", {})])).toThrow("got several of one");
  written(values);
  // A full figure has the values of the small one, unless it has its own.
  expect(readPaperValues({ path: join(folder, "full", "figure-5.json") })!.source).toBe("Figure 5");
  written({ ...values, reading: "guessed" });
  expect(() => readPaperValues({ path })).toThrow("reference/figure-5.json/reading");
  written({ ...values, tables: [{ ...table, values: [[1]] }] });
  expect(() => readPaperValues({ path })).toThrow("expected 1 rows of 2 numbers of accuracy, got others");
  written({ ...values, tables: [{ ...table, start: [1] }] });
  expect(() => readPaperValues({ path })).toThrow("expected 1 rows of 2 numbers of accuracy, got others");
});
