/** An expression in LaTeX, rewritten for mathjs with every product and bracket spelled out. */
import { TokenCursor, Unreadable } from "./token-cursor.ts";
import type { Token } from "./tokens.ts";

/** Deepest nesting of an expression. */
const DEEPEST = 60;

/** Most tokens of an expression. */
const LONGEST = 400;

const functions: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sin: "sin",
    cos: "cos",
    tan: "tan",
    cot: "cot",
    sec: "sec",
    csc: "csc",
    arcsin: "asin",
    arccos: "acos",
    arctan: "atan",
    sinh: "sinh",
    cosh: "cosh",
    tanh: "tanh",
    ln: "log",
    exp: "exp",
    Gamma: "gamma",
  }),
);

/** A variable's name for mathjs: none of its constants, units or functions begins so. */
const variable = (name: string): string => `v_${name.replace(/[^a-zA-Z0-9]/g, "_")}`;

const opens = ({ kind, text }: Token): boolean =>
  kind === "number" ||
  kind === "letter" ||
  (kind === "sign"
    ? text === "(" || text === "{" || text === "["
    : kind === "command" && !/^(?:cdot|pm|mp|\}|end|rfloor|rceil|%|cr|&|le|ge|ne|in|cup|approx|to)$/.test(text));

/** Reads tokens from left to right by recursive descent. */
class Reader extends TokenCursor {
  #depth = 0;
  /** Bars that are open: inside of them a bar closes. */
  #bars = 0;

  sum(): string {
    if ((this.#depth += 1) > DEEPEST) throw new Unreadable();
    let result = this.product();
    for (;;) {
      if (this.take("+")) result = `${result} + ${this.product()}`;
      else if (this.take("-")) result = `${result} - ${this.product()}`;
      else break;
    }
    this.#depth -= 1;
    return result;
  }

  product(): string {
    let result = this.unary();
    for (;;) {
      if (this.take("cdot", "command")) result = `${result} * ${this.unary()}`;
      else if (this.take("/") || this.take(":")) result = `${result} / ${this.unary()}`;
      else if (this.#startsFactor()) result = `${result} * ${this.power()}`;
      else return result;
    }
  }

  #startsFactor(): boolean {
    const token = this.peek();
    if (token === undefined) return false;
    if (token.kind === "sign" && token.text === "|") return this.#bars === 0;
    if (token.kind === "number" && this.behindNumber) return false;
    return opens(token);
  }

  unary(): string {
    if ((this.#depth += 1) > DEEPEST) throw new Unreadable();
    const result = this.take("-") ? `(-${this.unary()})` : this.take("+") ? this.unary() : this.power();
    this.#depth -= 1;
    return result;
  }

  power(): string {
    let base = this.atom();
    for (;;) {
      if (this.take("^")) base = `(${base})^(${this.#exponent()})`;
      else if (this.take("!")) base = `factorial(${base})`;
      else if (this.take("%") || this.take("%", "command")) base = `((${base}) / 100)`;
      else return base;
    }
  }

  #exponent(): string {
    if (this.take("{")) {
      const inner = this.sum();
      this.expect("}");
      return inner;
    }
    return this.take("-") ? `(-${this.atom()})` : this.atom();
  }

  /** One argument of `\frac` and the like: a group, or a single token. */
  #argument(): string {
    if (this.take("{")) {
      const inner = this.sum();
      this.expect("}");
      return `(${inner})`;
    }
    const token = this.peek();
    return token?.kind === "number" && token.text.length > 1 ? this.takeDigit() : `(${this.atom()})`;
  }

  atom(): string {
    if ((this.#depth += 1) > DEEPEST) throw new Unreadable();
    const token = this.next();
    const result = this.#atomOf(token);
    this.#depth -= 1;
    return result;
  }

  #atomOf({ kind, text }: Token): string {
    if (kind === "number") return this.#number(text);
    if (kind === "letter") return this.#symbol(text);
    if (kind === "command") return this.#command(text);
    if (kind === "sign" && "([{".includes(text)) {
      const bars = this.#bars;
      this.#bars = 0;
      const inner = this.sum();
      this.expect({ "(": ")", "[": "]", "{": "}" }[text] ?? "");
      this.#bars = bars;
      return `(${inner})`;
    }
    if (kind === "sign" && text === "|") return this.#absolute();
    throw new Unreadable();
  }

  #absolute(): string {
    this.#bars += 1;
    const inner = this.sum();
    this.expect("|");
    this.#bars -= 1;
    return `abs(${inner})`;
  }

  /** A number, a number in another base (`204_5`), or a mixed number (`1\frac{1}{2}`). */
  #number(first: string): string {
    let text = first;
    // Thousands by spaces.
    for (
      let next = this.peek();
      /^\d+$/.test(text) && next?.kind === "number" && /^\d{3}(?:\.\d+)?$/.test(next.text);
      next = this.peek()
    ) {
      text += this.next().text;
    }
    if (this.take("_")) {
      const base = Number(this.word());
      const value = Number.parseInt(text, base);
      if (!(base >= 2 && base <= 36) || value.toString(base) !== text.replace(/^0+(?=.)/, "")) throw new Unreadable();
      return String(value);
    }
    return (/^\d+$/.test(text) ? this.attempt(() => this.#mixed(text)) : undefined) ?? text;
  }

  /** `1\\frac{1}{2}` is 1.5: a whole number right before a fraction of whole numbers. */
  #mixed(whole: string): string | undefined {
    const next = this.peek();
    if (next?.kind !== "command" || next.text !== "frac") return undefined;
    const fraction = this.power();
    return /^\d+ \/ \d+$/.test(fraction.replace(/[()]/g, "")) ? `(${whole} + ${fraction})` : undefined;
  }

  #symbol(name: string): string {
    if (this.take("_")) return variable(`${name}_${this.word()}`);
    if (name === "e" || name === "i") return name;
    return variable(name);
  }

  #command(name: string): string {
    const fn = functions.get(name);
    if (fn !== undefined) return this.#call(fn);
    switch (name) {
      case "frac":
        return `(${this.#argument()} / ${this.#argument()})`;
      case "sqrt":
        return this.#root();
      case "binom":
        return `binomial(${this.#argument()}, ${this.#argument()})`;
      case "log":
      case "lg":
        return this.#logarithm(name);
      case "pi":
        return "pi";
      case "infty":
        return "Infinity";
      case "lfloor":
        return this.#between("rfloor", "floor");
      case "lceil":
        return this.#between("rceil", "ceil");
      case "begin":
        return this.#matrix();
      default:
        if (!/^[a-zA-Z]{2,}$/.test(name) || /^(?:sum|prod|int|lim|text|begin|end|boxed)$/.test(name))
          throw new Unreadable();
        return this.#symbol(name);
    }
  }

  #between(close: string, fn: string): string {
    const inner = this.sum();
    this.expect(close, "command");
    return `${fn}(${inner})`;
  }

  #root(): string {
    if (!this.take("[")) return `sqrt(${this.#argument()})`;
    const degree = this.sum();
    this.expect("]");
    return `((${this.#argument()})^(1 / (${degree})))`;
  }

  /** `\sin^2 2x` is the square of the sine of 2x; `\sin^{-1}` is the inverse. */
  #call(fn: string): string {
    const power = this.take("^") ? this.#exponent() : undefined;
    const inverse = power === "(-1)" && /^(?:sin|cos|tan)$/.test(fn);
    const call = `${inverse ? "a" : ""}${fn}(${this.#callArgument()})`;
    return power === undefined || inverse ? call : `(${call})^(${power})`;
  }

  /** A bracket, or the factors up to the next sign or function. */
  #callArgument(): string {
    const token = this.peek();
    if (token?.kind === "sign" && "({[".includes(token.text)) return this.power();
    let result = this.power();
    for (
      let next = this.peek();
      next !== undefined &&
      (next.kind === "number" ||
        next.kind === "letter" ||
        (next.kind === "command" && /^(?:pi|theta|alpha|beta|frac|sqrt)$/.test(next.text)));
      next = this.peek()
    ) {
      result = `${result} * ${this.power()}`;
    }
    return result;
  }

  #logarithm(name: string): string {
    const base = this.take("_") ? this.#base() : name === "lg" ? "10" : undefined;
    const argument = this.#callArgument();
    return base === undefined ? `log(${argument})` : `(log(${argument}) / log(${base}))`;
  }

  #base(): string {
    if (!this.take("{")) return this.atom();
    const inner = this.sum();
    this.expect("}");
    return inner;
  }

  #matrix(): string {
    const environment = this.word();
    if (environment === "array") this.word();
    if (!/^(?:[pbvB]?matrix|smallmatrix|array)$/.test(environment)) throw new Unreadable();
    const rows: string[][] = [[]];
    while (!this.take("end", "command")) {
      if (this.take("cr", "command")) rows.push([]);
      else if (!this.take("&")) rows.at(-1)!.push(this.sum());
    }
    this.word();
    const filled = rows.filter((row) => row.length > 0);
    if (filled.length === 0) throw new Unreadable();
    return `[${filled.map((row) => `[${row.join(", ")}]`).join(", ")}]`;
  }
}

/** The expression for mathjs, its variables prefixed by `v_`; undefined when the tokens are none, or too many. */
export const expressionOf = (tokens: readonly Token[]): string | undefined => {
  try {
    if (tokens.length > LONGEST) return undefined;
    const reader = new Reader(tokens);
    const result = reader.sum();
    return reader.done ? result : undefined;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
};
