/** Tests of axes on the command line. */
import { expect, test } from "vitest";
import { axisOverride } from "../../../src/cli/options/axis.ts";

test.each([
  ["alpha=0.2,0.5", "/sweep/axes/alpha=[0.2,0.5]"],
  ["/objective/alpha=[0.2]", "/sweep/axes/~1objective~1alpha=[0.2]"],
  ["engine=onnx, wasm", '/sweep/axes/engine=["onnx","wasm"]'],
  ['divergence=[{"type":"jsd","beta":0.5}]', '/sweep/axes/divergence=[{"type":"jsd","beta":0.5}]'],
  ["seed=3", "/sweep/axes/seed=[3]"],
])("%s", (axis, override) => {
  expect(axisOverride(axis)).toBe(override);
});

test.each(["alpha", "=1", "alpha="])("%j is no axis", (axis) => {
  expect(() => axisOverride(axis)).toThrow(/^--axis: expected name=values/u);
});
