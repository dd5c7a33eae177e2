/** An answer as it is compared: a value, a list, an interval, a union, a relation, or text. */
import { expressionOf } from "./expression.ts";
import { isBracketed, splitTokens, tokensOf, type Token } from "./tokens.ts";
import { isCommand, isSign, isWord, textOf, trimmed, withoutUnits } from "./answer-tokens.ts";
import { claimsOf, placesOf, type Claims } from "./claims.ts";
import { defined } from "../../optional/defined.ts";

/** One answer. */
export type Answer =
  | {
      readonly kind: "value";
      readonly text: string;
      readonly expression: string;
      /** Most places behind the point of a number in it; 0 where none has a point. */
      readonly places: number;
      readonly percent: boolean;
    }
  /** `ordered`: a tuple; else a set, or values in a row. Of two in round brackets: also an open interval. */
  | { readonly kind: "list"; readonly text: string; readonly items: readonly Answer[]; readonly ordered: boolean }
  | {
      readonly kind: "interval";
      readonly text: string;
      readonly from: Answer;
      readonly to: Answer;
      readonly closed: readonly [boolean, boolean];
    }
  | { readonly kind: "union"; readonly text: string; readonly parts: readonly Answer[] }
  /**
   * left - right is the operator's relation to 0. `value` is what a name is said to be; `range` what a name is said to
   * lie in. `claims`: what it says of numbers alone, such as 8 = 7.
   */
  | {
      readonly kind: "relation";
      readonly text: string;
      readonly operator: "=" | "!=" | ">" | ">=";
      readonly difference: string;
      readonly value?: Answer;
      readonly range?: Answer;
      readonly claims?: Claims;
    }
  | { readonly kind: "text"; readonly text: string };

/** Most items of a list, and deepest nesting of lists. */
const [MOST, DEEPEST] = [64, 6];

const valueOf = (tokens: readonly Token[]): Answer | undefined => {
  const { tokens: bare, percent } = withoutUnits(tokens);
  const expression = expressionOf(bare);
  if (expression === undefined) return undefined;
  return { kind: "value", text: textOf(bare), expression, places: placesOf(bare), percent };
};

const SIGNS: ReadonlyMap<string, "+" | "-"> = new Map([
  ["pm", "+"],
  ["mp", "-"],
]);

/** The two readings of an answer with plus-minus signs. */
const bothSigns = (tokens: readonly Token[]): readonly (readonly Token[])[] =>
  (["+", "-"] as const).map((upper) =>
    tokens.map((token): Token => {
      const sign = token.kind === "command" ? SIGNS.get(token.text) : undefined;
      if (sign === undefined) return token;
      return { kind: "sign", text: sign === upper ? "+" : "-" };
    }),
  );

const operators: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "=": "=",
    "<": "<",
    ">": ">",
    le: "<=",
    ge: ">=",
    ne: "!=",
    approx: "=",
    in: "in",
    equiv: "=",
  }),
);
const operatorOf = ({ kind, text }: Token): string | undefined =>
  kind === "sign" || kind === "command" ? operators.get(text) : undefined;

/**
 * What is given a value: letters, a function of letters, a length, a ratio, a tuple of letters; not an expression with
 * numbers or signs.
 */
const isName = (tokens: readonly Token[]): boolean => {
  let subscript = false;
  let letters = 0;
  for (const { kind, text } of tokens) {
    if (
      kind === "letter" ||
      kind === "text" ||
      (kind === "command" && /^[a-zA-Z]{2,}$/.test(text) && !OPERATION.test(text))
    )
      letters += 1;
    else if (kind === "number") {
      if (!subscript) return false;
    } else if (kind !== "sign" || !/[|(){}[\],:/_']/.test(text)) return false;
    if (kind === "sign" && text === "_") subscript = true;
    else if (kind !== "number" && text !== "{" && kind !== "letter") subscript = false;
  }
  return letters > 0 && tokens.length <= 32;
};

/** Commands that compute. */
const OPERATION = /^(?:sqrt|sin|cos|tan|cot|sec|csc|log|ln|lg|exp|binom|cdot|pm|mp|sum|prod|int|begin|end|pi|infty)$/;

class AnswerReader {
  #depth = 0;

  read(all: readonly Token[]): Answer {
    const tokens = trimmed(all);
    const text: Answer = { kind: "text", text: textOf(tokens) };
    if (tokens.length === 0 || this.#depth >= DEEPEST) return text;
    this.#depth += 1;
    const answer =
      this.#signed(tokens) ??
      this.#row(tokens) ??
      this.#related(tokens) ??
      this.#united(tokens) ??
      this.#bracketed(tokens) ??
      valueOf(tokens) ??
      text;
    this.#depth -= 1;
    return answer;
  }

  #list(parts: readonly (readonly Token[])[], text: string, ordered: boolean): Answer | undefined {
    if (parts.length > MOST || parts.some((part) => part.length === 0)) return undefined;
    const items = parts.map((part) => this.read(part));
    // A list in a list is one list: `1 \pm 2, 3` has three values.
    const flat = ordered
      ? items
      : items.flatMap((item) => (item.kind === "list" && !item.ordered ? item.items : [item]));
    return { kind: "list", text, items: flat, ordered };
  }

  #signed(tokens: readonly Token[]): Answer | undefined {
    const { parts } = splitTokens(tokens, (token) => isSign(token, ",") || isSign(token, ";") || isWord(token));
    if (
      parts.length > 1 ||
      isCommand(tokens[0], "{") ||
      !tokens.some(({ kind, text }) => kind === "command" && SIGNS.has(text))
    )
      return undefined;
    return this.#list(bothSigns(tokens), textOf(tokens), false);
  }

  /** Several answers: behind commas, semicolons, "and", "or". */
  #row(tokens: readonly Token[]): Answer | undefined {
    const { parts, separators } = splitTokens(
      tokens,
      (token) => isSign(token, ",") || isSign(token, ";") || isWord(token),
    );
    if (parts.length === 1) return undefined;
    if (separators.some((token) => isSign(token, ";")) && separators.some((token) => isSign(token, ",")))
      return this.#rows(tokens);
    const filled = parts.filter((part) => part.length > 0);
    return filled.length === 1 ? this.read(filled[0]!) : this.#list(filled, textOf(tokens), false);
  }

  /** `p = 5, q = 2; p = 7, q = 2` are two pairs. */
  #rows(tokens: readonly Token[]): Answer | undefined {
    const { parts } = splitTokens(tokens, (token) => isSign(token, ";"));
    const rows = parts.map((part) => this.read(part));
    const items = rows.map((row): Answer => (row.kind === "list" && !row.ordered ? { ...row, ordered: true } : row));
    return items.length > MOST ? undefined : { kind: "list", text: textOf(tokens), items, ordered: false };
  }

  #united(tokens: readonly Token[]): Answer | undefined {
    const { parts } = splitTokens(tokens, (token) => isCommand(token, "cup"));
    if (parts.length === 1 || parts.length > MOST) return undefined;
    return { kind: "union", text: textOf(tokens), parts: parts.map((part) => this.read(part)) };
  }

  /** Sets, tuples and intervals. Brackets around a single value are its own. */
  #bracketed(tokens: readonly Token[]): Answer | undefined {
    const [first] = tokens;
    const last = tokens.at(-1);
    const inner = tokens.slice(1, -1);
    const set = isCommand(first, "{") && isCommand(last, "}");
    const opening = isSign(first, "(") || isCommand(first, "langle") ? "(" : isSign(first, "[") ? "[" : undefined;
    const closing = isSign(last, ")") || isCommand(last, "rangle") ? ")" : isSign(last, "]") ? "]" : undefined;
    if (!isBracketed(tokens) || (!set && (opening === undefined || closing === undefined))) return undefined;
    const { parts } = splitTokens(inner, (token) => isSign(token, ",") || isSign(token, ";"));
    if (set) return inner.length === 0 ? undefined : this.#list(parts, textOf(tokens), false);
    if (parts.length === 1) return inner.some((token) => isCommand(token, "cup")) ? this.read(inner) : undefined;
    const text = textOf(tokens);
    const list = this.#list(parts, text, true);
    if (list?.kind !== "list" || (opening === "(" && closing === ")") || list.items.length !== 2) return list;
    const [from, to] = list.items as [Answer, Answer];
    return {
      kind: "interval",
      text: `${opening}${text}${closing}`,
      from,
      to,
      closed: [opening === "[", closing === "]"],
    };
  }

  #related(tokens: readonly Token[]): Answer | undefined {
    const split = splitTokens(tokens, (token) => operatorOf(token) !== undefined);
    const signs = split.separators.map((token) => operatorOf(token)!);
    if (signs.length === 0) return undefined;
    const { parts } = split;
    if (signs.includes("in")) return this.read(parts.at(-1)!);
    if (signs.every((sign) => sign === "=")) return this.#equation(parts, split.separators, textOf(tokens));
    return this.#inequality(parts, signs, textOf(tokens));
  }

  /** `k = 1 + 1 = 2` says that k is 2, and `k = 1/3 \approx 0.33` that it is 1/3. */
  #equation(parts: readonly (readonly Token[])[], separators: readonly Token[], text: string): Answer | undefined {
    const rounded = separators.findIndex((token, at) => at > 0 && isCommand(token, "approx"));
    const sides = rounded > 0 ? parts.slice(0, rounded + 1) : parts;
    const filled = sides.filter((side) => side.length > 0);
    const [left] = sides;
    const right = filled.at(-1);
    if (left === undefined || right === undefined) return undefined;
    const value = this.read(right);
    if (left.length === 0 || filled.length === 1) return value;
    const [a, b] = [left, right].map((side) => expressionOf(withoutUnits(side).tokens));
    const named = isName(left) || sides.length > 2 || !/v_/.test(`${a}${b}`);
    if (a === undefined || b === undefined) return named ? value : undefined;
    const claims = claimsOf(filled);
    return {
      kind: "relation",
      text,
      operator: "=",
      difference: `(${a}) - (${b})`,
      ...(named ? { value } : {}),
      ...defined({ claims }),
    };
  }

  #inequality(parts: readonly (readonly Token[])[], signs: readonly string[], text: string): Answer | undefined {
    if (parts.length > 3) return undefined;
    const expressions = parts.map((part) => expressionOf(part));
    if (expressions.some((expression) => expression === undefined)) return undefined;
    const [a, b, c] = expressions as [string, string, string | undefined];
    if (c !== undefined) return this.#between(parts, signs, text);
    const sign = signs[0]!;
    if (sign === "!=") return { kind: "relation", text, operator: "!=", difference: `(${a}) - (${b})` };
    const greater = sign.startsWith(">");
    const difference = greater ? `(${a}) - (${b})` : `(${b}) - (${a})`;
    const range = this.#ray(parts as [readonly Token[], readonly Token[]], greater, sign.endsWith("="));
    return {
      kind: "relation",
      text,
      operator: sign.endsWith("=") ? ">=" : ">",
      difference,
      ...defined({ range }),
    };
  }

  /** x > 5 is the interval from 5. */
  #ray(
    [left, right]: readonly [readonly Token[], readonly Token[]],
    greater: boolean,
    closed: boolean,
  ): Answer | undefined {
    const flipped = isName(right) && !isName(left);
    if (!flipped && !isName(left)) return undefined;
    const bound = this.read(flipped ? left : right);
    const infinite = (sign: string): Answer => ({
      kind: "value",
      text: `${sign}\\infty`,
      expression: sign === "-" ? "(-Infinity)" : "Infinity",
      places: 0,
      percent: false,
    });
    const above = greater !== flipped;
    return above
      ? { kind: "interval", text: "", from: bound, to: infinite(""), closed: [closed, false] }
      : { kind: "interval", text: "", from: infinite("-"), to: bound, closed: [false, closed] };
  }

  /** 0 < x <= 1 is an interval. */
  #between(parts: readonly (readonly Token[])[], signs: readonly string[], text: string): Answer | undefined {
    const [first, second] = signs as [string, string];
    const rising = first.startsWith("<") && second.startsWith("<");
    if (!rising && !(first.startsWith(">") && second.startsWith(">"))) return undefined;
    const [low, high] = rising ? [0, 2] : [2, 0];
    const closed = [first.endsWith("="), second.endsWith("=")] as const;
    return {
      kind: "interval",
      text,
      from: this.read(parts[low]!),
      to: this.read(parts[high]!),
      closed: rising ? closed : [closed[1], closed[0]],
    };
  }
}

/** Reads an answer written in LaTeX or in plain signs. Total: what is nothing else, or too long, is text. */
export const readAnswer = (latex: string): Answer => {
  const tokens = tokensOf(latex);
  return tokens === undefined ? { kind: "text", text: latex } : new AnswerReader().read(tokens);
};
