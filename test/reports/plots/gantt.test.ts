/** Tests of the Gantt chart as text. */
import { expect, test } from "vitest";
import { gantt } from "../../../src/reports/plots/gantt.ts";

const span = (lane: string, start: number, end: number, slot = 0) => ({ lane, slot, start, end, count: 1 });

test("a row for each slot of each lane, in the order in which lanes begin, with shares and scale", () => {
  const spans = [
    span("teacher", 120, 160),
    span("draw", 100, 140),
    span("draw", 110, 150, 1),
    span("reward", 150, 151),
    span("draw", 150, 170),
    span("update", 180, 200),
  ];
  expect(gantt(spans, 20).split("\n")).toEqual([
    "draw 1   ████████  ████            60 ms  60 %",
    "draw 2     ████████                40 ms  40 %",
    "teacher      ████████              40 ms  40 %",
    "reward             ▎              1.0 ms   1 %",
    "update                   ████      20 ms  20 %",
    "         0             100 ms",
    "1.61 at once in the mean",
  ]);
});

test("a part of a character where less of it is covered, and never nothing for something", () => {
  expect(gantt([span("a", 0, 100), span("b", 0, 2.5), span("c", 50, 50.001)], 10).split("\n")[1]).toContain("▎");
  expect(gantt([span("a", 0, 100), span("b", 0, 2.5), span("c", 50, 50.001)], 10).split("\n")[2]).toContain("     ▏    ");
});

test("refuses nothing at all; an instant has a width", () => {
  expect(() => gantt([])).toThrow("expected at least one span");
  expect(gantt([span("a", 5, 5)], 4)).toContain("a");
});
