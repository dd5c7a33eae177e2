/** Exact values of expressions: fractions of whole numbers, at given values of their variables. */

/** n / d in lowest terms, d above 0. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

/** Most bits of a numerator or denominator: a time that is bounded, and more than 2^10000 or 1000! has. */
const MOST_BITS = 65_536n;
const LARGEST = 1n << MOST_BITS;

/** An expression has no exact value here: it is irrational, too large, or no number at all. */
class Inexact extends Error {}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

const divisor = (a: bigint, b: bigint): bigint => {
  let [x, y] = [absolute(a), absolute(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
};

/** n / d; throws where d is 0 or the result too large. */
const fraction = (n: bigint, d: bigint): Fraction => {
  if (d === 0n || absolute(n) >= LARGEST || absolute(d) >= LARGEST) throw new Inexact();
  const common = divisor(n, d) * (d < 0n ? -1n : 1n);
  return { n: n / common, d: d / common };
};

const add = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
const multiply = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.n, a.d * b.d);
const negative = ({ n, d }: Fraction): Fraction => ({ n: -n, d });

/** a / b; undefined for b = 0. */
export const quotient = (a: Fraction, b: Fraction): Fraction | undefined =>
  b.n === 0n ? undefined : fraction(a.n * b.d, a.d * b.n);

/** |a - b| <= share |c|. */
export const within = (a: Fraction, b: Fraction, share: Fraction, c: Fraction): boolean => {
  const [gap, most] = [add(a, negative(b)), multiply(share, c)];
  return absolute(gap.n) * most.d <= absolute(most.n) * gap.d;
};

/** The whole number whose power it is; throws where there is none. */
const wholeRoot = (value: bigint, degree: bigint): bigint => {
  if (value < 2n) return value;
  // Newton's steps, from above.
  let root = 1n << (BigInt(value.toString(2).length) / degree + 1n);
  for (;;) {
    const next = ((degree - 1n) * root + value / root ** (degree - 1n)) / degree;
    if (next >= root) break;
    root = next;
  }
  if (root ** degree !== value) throw new Inexact();
  return root;
};

const power = (base: Fraction, exponent: Fraction): Fraction => {
  if (exponent.d !== 1n) {
    if (base.n < 0n || exponent.d > 64n) throw new Inexact();
    const root = { n: wholeRoot(base.n, exponent.d), d: wholeRoot(base.d, exponent.d) };
    return power(root, { n: exponent.n, d: 1n });
  }
  const times = absolute(exponent.n);
  const bits = BigInt(Math.max(absolute(base.n).toString(2).length, base.d.toString(2).length));
  if (times > MOST_BITS || (bits > 1n && bits * times > MOST_BITS) || (base.n === 0n && exponent.n <= 0n))
    throw new Inexact();
  const [n, d] = [base.n ** times, base.d ** times];
  return exponent.n < 0n ? fraction(d, n) : fraction(n, d);
};

/** A whole number from 0 to 1000; throws for any other. */
const small = ({ n, d }: Fraction): bigint => {
  if (d !== 1n || n < 0n || n > 1000n) throw new Inexact();
  return n;
};

const factorial = (of: bigint): bigint => {
  let result = 1n;
  for (let k = 2n; k <= of; k += 1n) result *= k;
  return result;
};

const floor = ({ n, d }: Fraction): bigint => n / d - (n % d < 0n ? 1n : 0n);

const functions: Readonly<Record<string, (...values: readonly Fraction[]) => Fraction>> = {
  abs: ({ n, d }) => ({ n: absolute(n), d }),
  sqrt: (value) => power(value, { n: 1n, d: 2n }),
  floor: (value) => ({ n: floor(value), d: 1n }),
  ceil: (value) => ({ n: -floor(negative(value)), d: 1n }),
  factorial: (value) => ({ n: factorial(small(value)), d: 1n }),
  binomial: (top, bottom) => {
    const [n, k] = [small(top), small(bottom)];
    return k > n ? { n: 0n, d: 1n } : { n: factorial(n) / factorial(k) / factorial(n - k), d: 1n };
  },
};

const TOKEN = /\s*(?:(\d+(?:\.\d+)?|\.\d+)|([a-zA-Z_]\w*)|([-+*/^(),[\]]))/y;

class Reader {
  readonly #tokens: readonly string[];
  readonly #variable: (name: string) => Fraction | undefined;
  #at = 0;

  constructor(expression: string, variable: (name: string) => Fraction | undefined) {
    const tokens: string[] = [];
    TOKEN.lastIndex = 0;
    for (let end = 0; end < expression.length; end = TOKEN.lastIndex) {
      const match = TOKEN.exec(expression);
      if (match === null) throw new Inexact();
      tokens.push(match[1] ?? match[2] ?? match[3]!);
    }
    this.#tokens = tokens;
    this.#variable = variable;
  }

  /** A number, or the entries of a matrix between the lengths of its rows. */
  all(): readonly Fraction[] {
    const values = this.#tokens[0] === "[" ? this.#matrix() : [this.#sum()];
    if (this.#at < this.#tokens.length) throw new Inexact();
    return values;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new Inexact();
  }

  #matrix(): readonly Fraction[] {
    this.#expect("[");
    const values: Fraction[] = [];
    let count = 0n;
    do {
      values.push(...(this.#tokens[this.#at] === "[" ? this.#matrix() : [this.#sum()]));
      count += 1n;
    } while (this.#take(","));
    this.#expect("]");
    return [{ n: count, d: 1n }, ...values];
  }

  #sum(): Fraction {
    let result = this.#product();
    for (;;) {
      if (this.#take("+")) result = add(result, this.#product());
      else if (this.#take("-")) result = add(result, negative(this.#product()));
      else return result;
    }
  }

  #product(): Fraction {
    let result = this.#power();
    for (;;) {
      if (this.#take("*")) result = multiply(result, this.#power());
      else if (this.#take("/")) {
        const next = quotient(result, this.#power());
        if (next === undefined) throw new Inexact();
        result = next;
      } else return result;
    }
  }

  #power(): Fraction {
    if (this.#take("-")) return negative(this.#power());
    const base = this.#atom();
    return this.#take("^") ? power(base, this.#power()) : base;
  }

  #atom(): Fraction {
    if (this.#take("(")) {
      const inner = this.#sum();
      this.#expect(")");
      return inner;
    }
    const token = this.#tokens[this.#at++] ?? "";
    if (/^[\d.]/.test(token)) {
      const [whole = "", places = ""] = token.split(".");
      if (token.length > 10_000) throw new Inexact();
      return fraction(BigInt(whole + places), 10n ** BigInt(places.length));
    }
    const called = Object.hasOwn(functions, token) ? functions[token] : undefined;
    if (called !== undefined) return called(...this.#arguments());
    const value = this.#variable(token);
    if (value === undefined) throw new Inexact();
    return value;
  }

  #arguments(): readonly Fraction[] {
    this.#expect("(");
    const values = [this.#sum()];
    while (this.#take(",")) values.push(this.#sum());
    this.#expect(")");
    return values;
  }
}

/**
 * The value of an expression that `expressionOf` has written, with variables of the given values; of a matrix its
 * entries between the lengths of its rows. Undefined where it is no fraction, or one of more than 65,536 bits.
 */
export const exactValue = (
  expression: string,
  variable: (name: string) => Fraction | undefined = () => undefined,
): readonly Fraction[] | undefined => {
  try {
    return new Reader(expression, variable).all();
  } catch (error) {
    if (error instanceof Inexact || error instanceof RangeError) return undefined;
    throw error;
  }
};
