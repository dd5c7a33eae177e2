/** Exact values of an expression at some points of its variables. */
import { exactValue, quotient, within, type Fraction } from "./exact.ts";

/** At each point the entries of a matrix, or one number. */
export type Points = readonly (readonly Fraction[])[];

const COUNT = 6;

const zero: Fraction = { n: 0n, d: 1n };
const one: Fraction = { n: 1n, d: 1n };

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let value = 2_166_136_261;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 16_777_619) >>> 0;
  return value;
};

/** What a variable is at a point: the same for every expression, thousandths, below 0 at every third point. */
const valueAt = (name: string, point: number): Fraction | undefined =>
  name.startsWith("v_")
    ? { n: BigInt((point % 3 === 2 ? -1 : 1) * (301 + (hash(`${name}/${point}`) % 2503))), d: 1009n }
    : undefined;

/** Undefined where the expression has no exact value at one of the points. */
export const pointsOf = (expression: string): Points | undefined => {
  const points: (readonly Fraction[])[] = [];
  for (let point = 0; point < COUNT; point += 1) {
    const values = exactValue(expression, (name) => valueAt(name, point));
    if (values === undefined) return undefined;
    points.push(values);
    if (!expression.includes("v_")) return Array.from({ length: COUNT }, () => values);
  }
  return points;
};

/** Half of the last of so many places. */
const halfOf = (places: number): Fraction => ({ n: 1n, d: 2n * 10n ** BigInt(places) });

const same = (a: Fraction, b: Fraction, decimals: number | undefined): boolean => {
  if (a.n === b.n && a.d === b.d) return true;
  if (decimals === undefined || !within(a, b, halfOf(decimals), one)) return false;
  // So small a number has no digit that agrees.
  const tenth = { n: 1n, d: 10n };
  return within(a, b, tenth, a) || within(a, b, tenth, b);
};

/** Whether two expressions have the same value at every point; with `decimals`, to so many places. */
export const samePoints = (a: Points, b: Points, decimals: number | undefined): boolean =>
  a.every((values, point) => {
    const others = b[point]!;
    return values.length === others.length && values.every((value, at) => same(value, others[at]!, decimals));
  });

/** Whether a number is 0, or rounds to 0 at so many places where there are any. */
export const isNear = (points: Points, places: number): boolean => {
  const [value] = points[0] ?? [];
  return value !== undefined && within(value, zero, places > 0 ? halfOf(places) : zero, one);
};

/** 1 or -1, the sign of the factor c with a = c b at every point; undefined where there is none. */
export const ratioOfPoints = (a: Points, b: Points): 1 | -1 | undefined => {
  let ratio: Fraction | undefined;
  for (let point = 0; point < COUNT; point += 1) {
    const [x, y] = [a[point]!, b[point]!];
    if (x.length !== 1 || y.length !== 1) return undefined;
    const [[left], [right]] = [x as [Fraction], y as [Fraction]];
    if (left.n === 0n && right.n === 0n) continue;
    const here = left.n === 0n ? undefined : quotient(left, right);
    if (here === undefined || (ratio !== undefined && (here.n !== ratio.n || here.d !== ratio.d))) return undefined;
    ratio = here;
  }
  return ratio === undefined ? undefined : ratio.n > 0n ? 1 : -1;
};
