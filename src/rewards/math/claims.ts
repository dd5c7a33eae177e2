/** Equations of numbers alone, which are true or not. */
import { withoutUnits } from "./answer-tokens.ts";
import { expressionOf } from "./expression.ts";
import type { Token } from "./tokens.ts";

/** An equation of numbers: it is true where `gap` is 0, to so many `places` where there are any. */
export interface Claims {
  readonly gap: string;
  readonly places: number;
}

/** Most places behind the point of a number; 0 where none has a point. */
export const placesOf = (tokens: readonly Token[]): number =>
  Math.max(0, ...tokens.map(({ kind, text }) => (kind === "number" ? (text.split(".")[1]?.length ?? 0) : 0)));

/** What is said of numbers alone, that all sides are the same; undefined where one has a variable or is no number. */
export const claimsOf = (sides: readonly (readonly Token[])[]): Claims | undefined => {
  const expressions = sides.map((side) => {
    const { tokens, percent } = withoutUnits(side);
    const expression = expressionOf(tokens);
    return percent && expression !== undefined ? `(${expression}) / 100` : expression;
  });
  if (expressions.some((expression) => expression === undefined || /v_|\[/.test(expression))) return undefined;
  const gaps = expressions.slice(0, -1).map((expression) => `abs((${expression}) - (${expressions.at(-1)}))`);
  return { gap: gaps.join(" + "), places: Math.max(...sides.map(placesOf)) };
};
