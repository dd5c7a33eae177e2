/** Tests of REINFORCE without a baseline. */
import { expect, test } from "vitest";
import { noBaseline } from "../../../src/objectives/baselines/none.ts";
import { baselineLaws } from "../../laws/baseline.laws.ts";

baselineLaws(noBaseline, { smallestGroup: 1 });

test("baselines are zero", () => {
  expect(noBaseline.estimate(Float32Array.of(1, 2, 3), 3, null)).toEqual({ baselines: new Float32Array(3), state: null });
});
