/** Tests of the numbers of a completion. */
import { expect, test } from "vitest";
import { numbersAt, type Coordinates } from "../../../src/rollouts/sampling/coordinates.ts";

test("each coordinate has numbers of its own, the same every time", () => {
  const first = (coordinates: Coordinates): string => {
    const next = numbersAt(coordinates);
    return [next(), next()].join();
  };
  const all: Coordinates[] = [
    [1, 2, 3, 4],
    [2, 2, 3, 4],
    [1, 3, 3, 4],
    [1, "evaluation", 3, 4],
    [1, 2, 4, 4],
    [1, 2, 3, 5],
  ];
  expect(new Set(all.map(first)).size).toBe(all.length);
  expect(all.map(first)).toEqual(all.map(first));
});
