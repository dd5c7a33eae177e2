/** Tests of the checks for steps that teach nothing. */
import { expect, test } from "vitest";
import { noAdvantage, noGradient } from "../../../src/training/checks/stillness.ts";
import { healthyFacts } from "../../fixtures/facts.ts";

test("a gradient of zero is found, a small one is not", () => {
  const inspect = (norm: number) => noGradient(7).inspect({ ...healthyFacts(), metrics: { "gradient/norm": norm } });
  expect(noGradient(7).inspect(healthyFacts())).toBeUndefined();
  expect(inspect(1e-6)).toBeUndefined();
  expect(inspect(0)).toEqual({ count: 1, seen: "the gradient's norm is 0" });
  expect(inspect(1e-12)).toBeDefined();
  expect(noGradient(7).patience).toBe(7);
});

test("advantages that are all zero are found; one that is not, or none at all, passes", () => {
  const inspect = (...[change]: Parameters<typeof healthyFacts>) => noAdvantage(7).inspect(healthyFacts(change));
  expect(inspect()).toBeUndefined();
  expect(inspect(() => ({ advantage: 0 }))).toEqual({ count: 1, seen: "all 4 advantages are zero" });
  expect(inspect((_, index) => ({ advantage: index === 3 ? -1e-3 : 0 }))).toBeUndefined();
  expect(inspect(() => ({ advantage: 0, source: "data" }))).toBeUndefined();
  const { logged, ...facts } = healthyFacts();
  expect(noAdvantage(7).inspect({ ...facts, logged: logged.map(({ advantage: _advantage, ...rest }) => rest) })).toBeUndefined();
  expect(noAdvantage(7).patience).toBe(7);
});
