/** Tests of which plot is drawn. */
import { expect, test } from "vitest";
import { plotShape } from "../../../src/reports/plots/plot-shape.ts";
import { settingMeans } from "../../../src/reports/means/setting-means.ts";

type Values = readonly (string | number)[];

const shapeOf = (axes: Readonly<Record<string, Values>>) => {
  const settings = Object.entries(axes).reduce<Record<string, string | number>[]>(
    (all, [pointer, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [pointer]: value }))),
    [{}],
  );
  const trials = settings.map((own, i) => ({ run: "trial", axes: own, initial: {}, final: { accuracy: i } }));
  return plotShape(settingMeans(trials, ["accuracy"]), "accuracy");
};

test("a numeric axis is drawn along, with a line for each value of the others", () => {
  const { kind, x, row, points } = shapeOf({ "/d": ["f", "r"], "/lambda": [1, 0, 0.5] });
  expect([kind, x, row]).toEqual(["lines", "lambda", "d"]);
  expect(new Set(points.map((point) => point.row))).toEqual(new Set(["f", "r"]));
});

test("too many lines become a heatmap with facets", () => {
  const { kind, x, row, facet, points } = shapeOf({ "/lambda": [0, 1], "/d": ["a", "b", "c", "e", "f"], "/size": ["s", "m"] });
  expect([kind, x, row, facet]).toEqual(["heatmap", "lambda", "d", "size"]);
  expect(points).toHaveLength(20);
});

test("names alone are points beside each other, two axes of names a heatmap", () => {
  expect(shapeOf({ "/method": ["sft", "gkd"] })).toMatchObject({ kind: "points", x: "method", row: "" });
  expect(shapeOf({ "/method": ["sft", "gkd"], "/size": ["s", "m", "l"] })).toMatchObject({ kind: "heatmap", x: "method", row: "size" });
});

test("trials without the axis are levels, and not lines", () => {
  const trial = (run: string, axes: object, accuracy: number) => ({ run, axes: { ...axes }, initial: {}, final: { accuracy } });
  const trials = [trial("gkd", { "/alpha": 0.5 }, 2), trial("gkd", { "/alpha": 0.25 }, 1), trial("teacher", {}, 3)];
  const { kind, x, ticks, points, levels } = plotShape(settingMeans(trials, ["accuracy"]), "accuracy");
  expect([kind, x, ticks]).toEqual(["lines", "alpha", [0.25, 0.5]]);
  expect(points.map((point) => point.x)).toEqual([0.5, 0.25]);
  expect(levels).toEqual([{ row: "teacher", mean: 3, interval: undefined }]);
});

test("one setting is one point", () => {
  expect(shapeOf({ "/lambda": [1] }).points).toEqual([{ x: "all", row: "", facet: "", mean: 0, interval: undefined }]);
});
