/** What a file may be called, how long it may be, and that its behaviour has a test at the same place. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { exportsOf, readSources, root, visit, type SourceFile } from "./source.ts";

const longest = 300;
const vague = new Set(["util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"]);

/** Files of src with behaviour and without a test of the same name, each with the reason. */
const untested: Readonly<Record<string, string>> = {
  "src/cli/claim-text.ts": "test/cli/claims.test.ts reads what it says",
  "src/cli/report-kinds.ts": "test/cli/report.test.ts asks for each kind",
  "src/cli/sweep-driving.ts": "test/cli/sweep.test.ts drives sweeps with it",
  "src/tasks/translation-sentences.ts": "test/tasks/translation.test.ts says sentences in both languages by hand",
  "src/tasks/translation-words.ts": "test/tasks/translation.test.ts holds every form of a sentence against one written by hand",
  "src/reports/axis-means-table.ts": "test/cli/report.test.ts reads what it writes",
  "src/reports/claims-table.ts": "test/cli/report.test.ts reads what it writes",
  "src/reports/completion-section.ts": "test/reports/run-page.test.ts reads what it makes of a run",
  "src/reports/figure-plots.ts": "test/cli/report.test.ts reads what it writes",
  "src/reports/figure-report.ts": "test/cli/report.test.ts reads what it writes",
  "src/reports/figure-section.ts": "test/cli/report.test.ts reads what it writes",
  "src/reports/figures-markdown.ts": "test/cli/report.test.ts reads what it writes",
  "src/reports/gantt-plot.ts": "test/reports/run-page.test.ts reads what it makes of a run",
  "src/reports/learning-curves.ts": "test/reports/run-page.test.ts reads what it makes of a run",
  "src/reports/means-table.ts": "test/cli/report.test.ts reads what it writes",
  "src/reports/page.ts": "test/cli/report.test.ts reads what it writes",
  "src/reports/plot-drawing.ts": "the tests of plots and trade-offs draw with it",
  "src/reports/plot-figure.ts": "test/cli/report.test.ts reads what it writes",
  "src/reports/run-warnings.ts": "test/reports/run-page.test.ts reads what it makes of a run",
  "src/reports/shell.ts": "test/cli/report.test.ts reads what it writes",
  "src/reports/style.ts": "test/cli/report.test.ts reads what it writes",
  "src/reports/sweep-curves.ts": "test/reports/sweep-page.test.ts reads and draws them",
  "src/reports/sweep-report.ts": "test/reports/sweep-page.test.ts reads what it makes of a sweep",
  "src/reports/trade-off-plot.ts": "test/reports/trade-off.test.ts draws with it",
  "src/reproduction/collect.ts": "test/cli/reproduce.test.ts collects every figure",
  "src/engine/loop.ts": "test/laws/loop.laws.ts holds it for every engine",
  "src/engine/map-slices.ts": "test/laws/loop.laws.ts holds it for every engine",
  "src/engine/write-slot.ts": "test/laws/loop.laws.ts holds it for every engine",
  "src/engine/eager/backends.ts":
    "test/laws/engine.laws.ts opens every backend that is there, test/engine/choose.test.ts those that are not",
  "src/engine/onnx/record.ts": "test/engine/onnx/engine.test.ts records every operation of the laws, and what is refused",
  "src/engine/onnx/recorder.ts": "test/engine/onnx/engine.test.ts records every operation of the laws, and what is refused",
  "src/engine/onnx/kernels/elementwise.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/engine/onnx/kernels/indexing.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/engine/onnx/kernels/matrix.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/engine/onnx/kernels/reduction.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/engine/onnx/kernels/shape.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/engine/onnx/kernels/kernel.ts": "test/laws/engine.laws.ts checks each kernel's values and gradients",
  "src/evaluation/claims/difference.ts": "test/evaluation/claims/order.test.ts compares it with its parts, worked out there",
  "src/evaluation/claims/selection.ts": "the tests of order, trend, ratio and spread choose, pair and leave out with it",
  "src/evaluation/claims/trial.ts": "the tests of order choose by axes, seeds, and values with keys in another order",
  "src/evaluation/claims/verdict.ts": "the tests of each claim reach every outcome",
  "src/evaluation/measures/corpus.ts": "the tests of bleu and chrf compare what they make of it",
  "src/evaluation/statistics/interval.ts": "the tests of bootstrap and pooled-mean ask for levels that there are not",
  "src/evaluation/statistics/strata.ts": "the tests of each statistic compare its means, and are refused what it refuses",
  "src/experiments/student-files.ts": "test/experiments/execute.test.ts reads what it writes, adapters and padding included",
  "src/experiments/train-to-end.ts": "test/experiments/execute.test.ts interrupts, pauses and resumes it",
  "src/experiments/sweeps/run-sweep.ts": "test/library/package.test.ts runs the example that sweeps with it",
  "src/serving/open-policy.ts": "test/cli/serve-policy.test.ts serves with it",
  "src/tasks/report-events.ts": "test/tasks/reports.test.ts draws, says and checks them",
  "src/tasks/report-sentences.ts": "test/tasks/reports.test.ts reads every shape of sentence, and what is none",
  "src/training/evaluation-settings.ts": "test/training/settings.test.ts asks for its defaults and for what it refuses",
  "src/training/shaping-settings.ts": "test/training/settings.test.ts finds it in rollouts and evaluation",
  "src/training/scorers.ts": "test/training/crew.test.ts opens each of them, test/training/signals.test.ts looks at what they say",
  "src/rewards/sandbox/python-interpreter.mjs":
    "test/rewards/sandbox/python.test.ts runs it in the process that it is made for, with flags that a test's own process does not have",
  "src/plugins/definition.ts": "`define` returns its argument; what it is for is checked by the compiler",
};

const sources = readSources("src");
const everything = readSources("src", "test", "bench", "examples");

const testOf = (path: string): string => path.replace(/^src\//, "test/").replace(/\.ts$/, ".test.ts");

const isFunction = (node: ts.Node): boolean =>
  ts.isFunctionLike(node) && (ts.isArrowFunction(node) || ("body" in node && node.body !== undefined));

/** A family's index lists its plug-ins and holds no code of its own. */
const isList = (file: SourceFile): boolean => {
  if (!file.path.endsWith("/index.ts")) return false;
  let code = false;
  visit(file.tree, (node) => {
    code ||= isFunction(node);
  });
  return !code;
};

/** What users import holds no code: test/library/package.test.ts imports all of it. */
const isEntryPoint = ({ path }: SourceFile): boolean => path.startsWith("src/library/");

const needsTest = (file: SourceFile): boolean => !isEntryPoint(file) && exportsOf(file).some(({ value }) => value) && !isList(file);

describe("files", () => {
  test(`none is longer than ${longest} lines`, () => {
    const violations = everything.flatMap(({ path, text }) => {
      const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
      return lines > longest ? [`${path}: expected at most ${longest} lines, got ${lines}; split it by concept`] : [];
    });
    expect(violations).toEqual([]);
  });

  test("names say what is inside", () => {
    const violations = everything.flatMap(({ path }) => {
      const word = path.split(/[/.-]/).find((part) => vague.has(part.toLowerCase()));
      return word === undefined ? [] : [`${path}: expected the name of a concept, got "${word}"; name the file after what it holds`];
    });
    expect(violations).toEqual([]);
  });

  test("names are kebab-case", () => {
    const violations = everything
      .filter(({ path }) => !path.split("/").every((part) => /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(part)))
      .map(({ path }) => `${path}: expected small letters and hyphens; rename it`);
    expect(violations).toEqual([]);
  });

  test("each file with behaviour has a test at the same place", () => {
    const violations = sources
      .filter((file) => needsTest(file) && !existsSync(join(root, testOf(file.path))) && !(file.path in untested))
      .map(({ path }) => `${path}: expected ${testOf(path)}; write it, or list the file in \`untested\` of this test with the reason`);
    expect(violations).toEqual([]);
  });

  test("no exemption from that is stale", () => {
    const byPath = new Map(sources.map((file) => [file.path, file]));
    const violations = Object.keys(untested).flatMap((path) => {
      const file = byPath.get(path);
      if (file === undefined) return [`${path}: expected a file of src in \`untested\`, got none; remove the entry`];
      if (!needsTest(file)) return [`${path}: expected behaviour in an entry of \`untested\`, got types or a list only; remove the entry`];
      return existsSync(join(root, testOf(path)))
        ? [`${path}: expected no test, got ${testOf(path)}; remove the entry of \`untested\``]
        : [];
    });
    expect(violations).toEqual([]);
  });
});
