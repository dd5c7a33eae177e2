/** Tests of what a figure's file says by itself. */
import { expect, test } from "vitest";
import { figuresOf } from "../../src/reproduction/figures.ts";
import { outlineFigure } from "../../src/reproduction/outline.ts";

test("trials by the seeds, claims, and what comes from the Hub", () => {
  const five = figuresOf("full").find(({ name }) => name === "5")!;
  const { trials, claims, hub } = outlineFigure(five, "full", 2);
  // Four alphas with the teacher, four with the start, and the teacher alone.
  expect([trials, claims]).toEqual([9 * 2, 6]);
  expect(hub).toEqual(
    expect.arrayContaining([
      "google/t5-base-lm-adapt@refs/pr/2",
      "google/t5-xl-lm-adapt@refs/pr/1",
      "EdinburghNLP/xsum@refs/convert/parquet",
    ]),
  );
});

test("a figure of the small suite takes nothing from there", () => {
  const eight = figuresOf("small").find(({ name }) => name === "8")!;
  expect(outlineFigure(eight, "small", 3)).toMatchObject({ trials: 30, hub: [] });
});
