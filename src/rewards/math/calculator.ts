/** Values of expressions by mathjs, without what in it could run code, read files, or take long. */
import type { Complex, FactoryFunctionMap, MathJsInstance, MathNode } from "mathjs";

/**
 * An expression's values: numbers, or the entries of a matrix, at each of some points of its variables; undefined where
 * it has none. With variables and without the imaginary unit only real values count: the logarithm of x^2 and twice
 * that of x differ nowhere else.
 */
export interface Values {
  readonly constant: boolean;
  readonly points: readonly (readonly Complex[] | undefined)[];
}

/** What mathjs says must not be in expressions of strangers (its page "Security"), and what else parses or builds. */
const disabled = [
  "import",
  "createUnit",
  "evaluate",
  "parse",
  "simplify",
  "derivative",
  "resolve",
  "reviver",
  "compile",
  "parser",
  "config",
  "rationalize",
  "help",
];

const allowedFunctions = new Set(
  "abs sqrt sin cos tan cot sec csc asin acos atan sinh cosh tanh log exp gamma factorial binomial floor ceil".split(
    " ",
  ),
);
const allowedSymbols = /^(?:v_\w+|e|i|pi|Infinity)$/;

const POINTS = 6;

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let value = 2_166_136_261;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 16_777_619) >>> 0;
  return value;
};

/** What a variable is at a point: the same for every expression, between 0.3 and 2.8, below 0 at every third point. */
const valueAt = (name: string, point: number): number =>
  (point % 3 === 2 ? -1 : 1) * (0.3 + 2.5 * (hash(`${name}/${point}`) / 2 ** 32));

/** n! / (k! (n - k)!) for whole numbers up to 1000, else NaN. */
const binomial = (n: number, k: number): number => {
  if (!Number.isInteger(n) || !Number.isInteger(k) || k < 0 || n < k || n > 1000) return Number.NaN;
  let result = 1;
  for (let i = 1; i <= Math.min(k, n - k); i += 1) result = (result * (n + 1 - i)) / i;
  return Math.round(result);
};

const isComplex = (value: unknown): value is Complex =>
  typeof value === "object" && value !== null && "re" in value && "im" in value;

/** The entries as complex numbers; undefined for what is no number, or not finite. */
const entriesOf = (given: unknown): Complex[] | undefined => {
  const value = typeof given === "object" && given !== null && !isComplex(given) ? given.valueOf() : given;
  if (Array.isArray(value)) {
    const entries = value.map(entriesOf);
    // The lengths of the rows are entries too: a row of four is no matrix of two by two.
    return entries.some((entry) => entry === undefined)
      ? undefined
      : [{ re: value.length, im: 0 } as Complex, ...(entries as Complex[][]).flat()];
  }
  if (isComplex(value)) return Number.isFinite(value.re) && Number.isFinite(value.im) ? [value] : undefined;
  return typeof value === "number" && Number.isFinite(value) ? [{ re: value, im: 0 } as Complex] : undefined;
};

/** mathjs, made safe. */
export class Calculator {
  readonly #parse: MathJsInstance["parse"];

  private constructor(parse: MathJsInstance["parse"]) {
    this.#parse = parse;
  }

  /** Loads mathjs, which takes some hundred ms. */
  static async open(): Promise<Calculator> {
    const { all, create } = await import("mathjs");
    const math = create(all as FactoryFunctionMap);
    const parse = math.parse.bind(math);
    const refuse = (): never => {
      throw new Error("not available");
    };
    math.import({ ...Object.fromEntries(disabled.map((name) => [name, refuse])), binomial }, { override: true });
    return new Calculator(parse);
  }

  /**
   * Values of an expression that `expressionOf` has written; undefined when it is none of numbers, variables and known
   * functions.
   */
  values(expression: string): Values | undefined {
    let node: MathNode;
    try {
      node = this.#parse(expression);
    } catch {
      return undefined;
    }
    const names = new Set<string>();
    let allowed = true;
    node.traverse((part, path) => {
      allowed &&= isAllowed(part, path);
      if (part.type === "SymbolNode") names.add((part as MathNode & { name: string }).name);
    });
    if (!allowed) return undefined;
    const variables = [...names].filter((name) => name.startsWith("v_"));
    const constant = variables.length === 0;
    const compiled = node.compile();
    const points = Array.from({ length: constant ? 1 : POINTS }, (_, point) => {
      try {
        const entries = entriesOf(compiled.evaluate(new Map(variables.map((name) => [name, valueAt(name, point)]))));
        const real = constant || names.has("i") || entries?.every(({ im }) => Math.abs(im) < 1e-12) === true;
        return !real || underflown(entries, expression) ? undefined : entries;
      } catch {
        return undefined;
      }
    });
    return { constant, points };
  }
}

const isAllowed = (node: MathNode, path: string): boolean => {
  switch (node.type) {
    case "ConstantNode":
    case "OperatorNode":
    case "ParenthesisNode":
    case "ArrayNode":
      return true;
    case "FunctionNode":
      return allowedFunctions.has((node as MathNode & { fn: { name: string } }).fn.name);
    case "SymbolNode": {
      const { name } = node as MathNode & { name: string };
      return path === "fn" ? allowedFunctions.has(name) : allowedSymbols.test(name);
    }
    default:
      return false;
  }
};

/** 0 may be what is left of a number too small, such as 1/2004!. */
const underflown = (entries: readonly Complex[] | undefined, expression: string): boolean =>
  entries?.length === 1 && entries[0]!.re === 0 && entries[0]!.im === 0 && /factorial|\^/.test(expression);

/** How far numbers may be apart: relative for exact ones, in decimal places where one of them is a decimal. */
export interface Closeness {
  readonly relative: number;
  readonly decimals: number | undefined;
}

const close = (a: number, b: number, { relative, decimals }: Closeness): boolean => {
  const gap = Math.abs(a - b);
  return (
    gap <= relative * Math.max(Math.abs(a), Math.abs(b), 1e-3) ||
    (decimals !== undefined && gap <= 0.5 * 10 ** -decimals && gap <= Math.max(Math.abs(a), Math.abs(b)) / 10)
  );
};

const closePoint = (a: readonly Complex[], b: readonly Complex[], closeness: Closeness): boolean =>
  a.length === b.length &&
  a.every(
    ({ re, im }, at) =>
      close(re, b[at]!.re, closeness) &&
      Math.abs(im - b[at]!.im) <= closeness.relative * Math.max(1, Math.abs(re), Math.abs(im)),
  );

/** Whether two expressions have the same values wherever both have one, and that at enough of the points. */
export const sameValues = (a: Values, b: Values, closeness: Closeness): boolean => {
  const count = Math.max(a.points.length, b.points.length);
  let compared = 0;
  for (let at = 0; at < count; at += 1) {
    const [left, right] = [a.points[a.constant ? 0 : at], b.points[b.constant ? 0 : at]];
    if (left === undefined || right === undefined) continue;
    if (!closePoint(left, right, closeness)) return false;
    compared += 1;
  }
  return compared >= Math.min(count, 2);
};

/**
 * The real factor c with a = c b at every point; undefined when there is none, or when a or b is 0 where the other is
 * not.
 */
export const ratioOf = (a: Values, b: Values): number | undefined => {
  let ratio: number | undefined;
  let compared = 0;
  for (let at = 0; at < Math.max(a.points.length, b.points.length); at += 1) {
    const [left, right] = [a.points[a.constant ? 0 : at], b.points[b.constant ? 0 : at]];
    if (left?.length !== 1 || right?.length !== 1) continue;
    const [{ re: x }, { re: y }] = [left[0]!, right[0]!];
    if (x === 0 && y === 0) continue;
    if (x === 0 || y === 0 || left[0]!.im !== 0 || right[0]!.im !== 0) return undefined;
    ratio ??= x / y;
    if (!close(x / y, ratio, { relative: 1e-8, decimals: undefined })) return undefined;
    compared += 1;
  }
  return compared > 0 ? ratio : undefined;
};
