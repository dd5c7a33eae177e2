/** Tests of what equations say of numbers alone. */
import { expect, test } from "vitest";
import { claimsOf, placesOf } from "../../../src/rewards/math/claims.ts";
import { tokensOf } from "../../../src/rewards/math/tokens.ts";

const tokens = (text: string): NonNullable<ReturnType<typeof tokensOf>> => tokensOf(text)!;

test("sides of numbers are claimed to be the same, to the places that are written", () => {
  expect(claimsOf(["8", "7"].map(tokens))).toEqual({ gap: "abs((8) - (7))", places: 0 });
  expect(claimsOf(["1", "50\\%", "2.25"].map(tokens))).toEqual({
    gap: "abs((1) - (2.25)) + abs(((50) / 100) - (2.25))",
    places: 2,
  });
});

test("a side with a variable, a matrix, or none that is read claims nothing", () => {
  for (const other of ["x", "\\begin{matrix}1\\end{matrix}", "?"]) expect(claimsOf(["8", other].map(tokens))).toBeUndefined();
});

test("places are those of the longest decimal", () => {
  expect(["12", "1.50+2.5", "x"].map((text) => placesOf(tokens(text)))).toEqual([0, 2, 0]);
});
