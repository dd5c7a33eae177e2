/** Tests of what is said of a training's outcome. */
import { expect, test } from "vitest";
import { outcomeColumns, outcomeText } from "../../../src/cli/display/outcome-text.ts";

test("a line has the accuracy, or without one the held-out reward", () => {
  expect(outcomeText({ accuracy: 0.5, reward: 3 })).toEqual(["accuracy 50.0%"]);
  expect(outcomeText({ reward: -0.25 })).toEqual(["held-out reward -0.250"]);
  expect(outcomeText({})).toEqual([]);
});

test("a table has the columns that say something", () => {
  const [right, rewarded, nothing] = [{ accuracy: 0.5, reward: 3 }, { reward: 1.5 }, {}];
  const shown = (...all: Parameters<typeof outcomeColumns>[0][number][]): unknown => {
    const { head, cells } = outcomeColumns(all);
    return [head, ...all.map(cells)];
  };
  expect(shown(right, nothing)).toEqual([["accuracy"], ["50.0%"], [undefined]]);
  expect(shown(rewarded, nothing)).toEqual([["held-out reward"], ["1.50"], [undefined]]);
  expect(shown(right, rewarded)).toEqual([
    ["accuracy", "held-out reward"],
    ["50.0%", "3.00"],
    [undefined, "1.50"],
  ]);
  expect(shown(nothing)).toEqual([["accuracy"], [undefined]]);
});
