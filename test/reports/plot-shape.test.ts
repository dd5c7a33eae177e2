/** Tests of which plot is drawn. */
import { expect, test } from "vitest";
import { plotShape } from "../../src/reports/plot-shape.ts";
import { settingMeans } from "../../src/reports/setting-means.ts";

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

test("one setting is one point", () => {
  expect(shapeOf({ "/lambda": [1] }).points).toEqual([{ x: "all", row: "", facet: "", mean: 0, interval: undefined }]);
});
