/** Tests of the calibration's section, by results that are committed, as if they were of one. */
import { expect, test } from "vitest";
import type { CalibratedTask, Calibration } from "../../../src/reproduction/calibration.ts";
import { calibrationText } from "../../../src/reports/pages/calibration-text.ts";
import { readFigureReports, type FigureReport } from "../../../src/reports/pages/figure-report.ts";
import { figuresMarkdown } from "../../../src/reports/pages/figures-markdown.ts";
import { page } from "../../../src/reports/pages/figures-page.ts";

const [first, second] = readFigureReports("docs/results/paper") as [FigureReport, FigureReport];
const student = { stage: "small", start: 20, ceiling: 90, threeQuarters: 55, after: 60, twice: 62.25 };
const task: CalibratedTask = { task: "sums", metric: "accuracy", prompts: 100, steps: 500, teacher: 90, students: [student] };
const frozen = "2026-01-02T03:04:05.678Z";
const calibration: Calibration = {
  method: "supervised KD",
  tasks: [task],
  figures: { [first.name]: { settings: "0".repeat(64), frozen } },
};
const hash = "1".repeat(64);
const of = (report: FigureReport, more: Partial<FigureReport> = {}): FigureReport => ({
  ...report,
  results: { ...report.results, calibration: hash },
  frozen: { calibration, hash, holds: true },
  began: "2026-01-02T04:00:00.000Z",
  ...more,
});

test("there is none where no figure is of it", () => {
  const before = { ...first, results: { ...first.results } };
  delete (before.results as { calibration?: string }).calibration;
  expect(calibrationText([before])).toBeUndefined();
  expect(figuresMarkdown([before])).not.toContain("## Calibration");
  expect(page([before])).not.toContain('id="calibration"');
});

test("it says when settings were frozen, when the first trial began, and what was measured", () => {
  const { note, head, rows } = calibrationText([of(first)])!;
  expect(note).toContain(`the first at ${frozen}, while the first trial began at 2026-01-02T04:00:00.000Z`);
  expect(note).toContain("is of one method, supervised KD.");
  expect(note).not.toMatch(/Not of it|Changed|Begun|Broken/u);
  expect(rows).toEqual([["sums", "accuracy", "90", "small", "20", "90", "55", "60", "62.3", "500"]]);
  expect(rows[0]).toHaveLength(head.length);
  expect(figuresMarkdown([of(first)])).toContain("| sums | accuracy | 90 | small | 20 | 90 | 55 | 60 | 62.3 | 500 |");
  expect(page([of(first)])).toContain('<section id="calibration"');
});

test("it names figures that are not of it, that changed, and that began before; and rules that are broken", () => {
  const other = { ...second, results: { ...second.results, calibration: "2".repeat(64) } };
  const noteOf = (figure: FigureReport): string => calibrationText([figure, other])!.note;
  expect(noteOf(of(first))).toContain(`Not of it: ${second.name}.`);
  expect(noteOf(of(first, { frozen: { calibration, hash, holds: false } }))).toContain(`Changed since they ran: ${first.name}.`);
  expect(noteOf(of(first, { began: "2026-01-02T03:00:00.000Z" }))).toContain(`Begun before they were frozen: ${first.name}.`);
  const broken = { ...calibration, tasks: [{ ...task, students: [{ ...student, start: 1 }] }] };
  expect(noteOf(of(first, { frozen: { calibration: broken, hash, holds: true } }))).toContain(
    "Broken: sums, small: not so that the start is at least a tenth of the teacher.",
  );
});
