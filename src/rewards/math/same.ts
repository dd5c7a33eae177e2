/** Whether two answers are the same. */
import type { Answer } from "./answer.ts";
import { ratioOf, sameValues, type Calculator, type Values } from "./calculator.ts";
import { isNear, pointsOf, ratioOfPoints, samePoints, type Points } from "./points.ts";

/** Relative difference of numbers that are no fractions that is put down to rounding. */
const ROUNDING = 1e-12;

type Of<Kind extends Answer["kind"]> = Extract<Answer, { kind: Kind }>;

/** Compares answers. */
export class Comparison {
  readonly #calculator: Calculator;
  readonly #decimals: number;
  readonly #exact = new Map<string, Points | undefined>();
  readonly #known = new Map<string, Values | undefined>();

  /** `decimals`: places to which a decimal must agree. */
  constructor(calculator: Calculator, decimals: number) {
    this.#calculator = calculator;
    this.#decimals = decimals;
  }

  #points(expression: string): Points | undefined {
    if (!this.#exact.has(expression)) this.#exact.set(expression, pointsOf(expression));
    return this.#exact.get(expression);
  }

  #values(expression: string): Values | undefined {
    if (!this.#known.has(expression)) this.#known.set(expression, this.#calculator.values(expression));
    return this.#known.get(expression);
  }

  same(a: Answer, b: Answer): boolean {
    if (a.kind === "text" || b.kind === "text") return a.text !== "" && a.text === b.text;
    if (a.kind === "list" && a.items.length === 1) return this.same(a.items[0]!, b);
    if (b.kind === "list" && b.items.length === 1) return this.same(a, b.items[0]!);
    if (a.kind === "relation") return this.#sameRelation(a, b);
    if (b.kind === "relation") return this.#sameRelation(b, a);
    if (a.kind === "value" && b.kind === "value") return this.#sameValue(a, b);
    if (a.kind === "list" && b.kind === "list") return this.#sameList(a, b);
    if (a.kind === "interval" && b.kind === "interval") return this.#sameInterval(a, b);
    if (a.kind === "union" && b.kind === "union") return this.#sameItems(a.parts, b.parts);
    if (a.kind === "list" && b.kind === "interval") return this.#openInterval(a, b);
    if (a.kind === "interval" && b.kind === "list") return this.#openInterval(b, a);
    return false;
  }

  #sameValue(a: Of<"value">, b: Of<"value">): boolean {
    if (a.percent !== b.percent) {
      const [percent, other] = a.percent ? [a, b] : [b, a];
      return (
        this.#sameNumber(percent, other) ||
        this.#sameNumber(
          { ...percent, expression: `(${percent.expression}) / 100`, places: percent.places && percent.places + 2 },
          other,
        )
      );
    }
    return this.#sameNumber(a, b);
  }

  /** Fractions are the same or not; only a decimal of enough places may be a rounded one. */
  #sameNumber(a: Of<"value">, b: Of<"value">): boolean {
    if (a.expression === b.expression) return true;
    const places = Math.max(a.places, b.places);
    const decimals = places > 0 && places >= this.#decimals ? this.#decimals : undefined;
    const [x, y] = [this.#points(a.expression), this.#points(b.expression)];
    if (x !== undefined && y !== undefined) return samePoints(x, y, decimals);
    const [left, right] = [this.#values(a.expression), this.#values(b.expression)];
    if (left === undefined || right === undefined) return false;
    return sameValues(left, right, { relative: ROUNDING, decimals });
  }

  /** Whether an equation of numbers is true, as far as its decimals go: `8 = 7` says of nothing that it is 7. */
  #isTrue({ claims }: Of<"relation">): boolean {
    if (claims === undefined) return true;
    const exact = this.#points(claims.gap);
    if (exact !== undefined) return isNear(exact, claims.places);
    const gap = this.#values(claims.gap)?.points[0]?.[0];
    return gap === undefined || Math.abs(gap.re) <= (claims.places > 0 ? 0.5 * 10 ** -claims.places : 1e-9);
  }

  /** Each of `a` is one of `b`, and each of `b` one of `a`. */
  #sameItems(a: readonly Answer[], b: readonly Answer[]): boolean {
    const within = (some: readonly Answer[], others: readonly Answer[]): boolean =>
      some.every((item) => others.some((other) => this.same(item, other)));
    return within(a, b) && within(b, a);
  }

  #sameList(a: Of<"list">, b: Of<"list">): boolean {
    if (!a.ordered && !b.ordered) return this.#sameItems(a.items, b.items);
    return a.items.length === b.items.length && a.items.every((item, at) => this.same(item, b.items[at]!));
  }

  #sameInterval(a: Of<"interval">, b: Of<"interval">): boolean {
    return (
      a.closed[0] === b.closed[0] && a.closed[1] === b.closed[1] && this.same(a.from, b.from) && this.same(a.to, b.to)
    );
  }

  #openInterval(list: Of<"list">, interval: Of<"interval">): boolean {
    const [from, to] = list.items;
    if (!list.ordered || list.items.length !== 2 || interval.closed[0] || interval.closed[1]) return false;
    return this.same(from!, interval.from) && this.same(to!, interval.to);
  }

  #sameRelation(a: Of<"relation">, b: Answer): boolean {
    if (!this.#isTrue(a) || (b.kind === "relation" && !this.#isTrue(b))) return false;
    if (b.kind !== "relation") {
      const meant = a.value ?? a.range;
      return meant !== undefined && this.same(meant, b);
    }
    if (a.value !== undefined && b.value !== undefined && this.same(a.value, b.value)) return true;
    if (a.operator !== b.operator) return false;
    const [x, y] = [this.#points(a.difference), this.#points(b.difference)];
    if (x !== undefined && y !== undefined) {
      const sign = ratioOfPoints(x, y);
      return sign !== undefined && (sign > 0 || a.operator === "=" || a.operator === "!=");
    }
    const [left, right] = [this.#values(a.difference), this.#values(b.difference)];
    const ratio = left === undefined || right === undefined ? undefined : ratioOf(left, right);
    return ratio !== undefined && (ratio > 0 || a.operator === "=" || a.operator === "!=");
  }
}
