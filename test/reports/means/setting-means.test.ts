/** Tests of means over seeds. */
import { expect, test } from "vitest";
import { settingMeans } from "../../../src/reports/means/setting-means.ts";

const trial = (axes: object, accuracy: number) => ({ run: "trial", axes: { ...axes }, initial: {}, final: { accuracy } });

test("trials that differ in the seed alone are one setting", () => {
  const { axes, settings } = settingMeans(
    [
      trial({ "/a/alpha": 1, "/seed": 0 }, 0.25),
      trial({ "/seed": 1, "/a/alpha": 1 }, 0.75),
      trial({ "/a/alpha": 0, "/seed": 0 }, 1),
      trial({ "/a/alpha": 0, "/seed": 1 }, NaN),
    ],
    ["accuracy", "reward"],
  );
  expect(axes).toEqual([{ pointer: "/a/alpha", name: "alpha", values: [0, 1] }]);
  expect(settings.map(({ texts }) => texts)).toEqual([["1"], ["0"]]);
  expect(settings[0]!.means.get("accuracy")).toEqual({ n: 2, mean: 0.5, interval: [0.25, 0.75] });
  expect(settings[1]!.means.get("accuracy")).toEqual({ n: 1, mean: 1, interval: undefined });
  expect(settings[0]!.means.has("reward")).toBe(false);
});

test("axes that end alike are named whole", () => {
  const { axes } = settingMeans([trial({ "/a/type": "x", "/b/type": 1 }, 0), trial({ "/a/type": "y", "/b/type": 2 }, 0)], []);
  expect(axes.map(({ name }) => name)).toEqual(["/a/type", "/b/type"]);
});
