/** A position in a list of tokens that moves forwards. */
import type { Token } from "./tokens.ts";

/** Thrown where the tokens are not what a reader expects. */
export class Unreadable extends Error {}

/** Reads tokens one by one. */
export class TokenCursor {
  #tokens: Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = [...tokens];
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** The token at this position, or `offset` positions on; undefined behind the last. */
  peek(offset = 0): Token | undefined {
    return this.#tokens[this.#at + offset];
  }

  /** The token at this position, and moves behind it. `Unreadable` when there is none. */
  next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Unreadable();
    this.#at += 1;
    return token;
  }

  /** Moves behind the next token if it is this one. */
  take(text: string, kind: Token["kind"] = "sign"): boolean {
    const token = this.peek();
    if (token?.kind !== kind || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  /** Moves behind the next token, which must be this one, else `Unreadable`. */
  expect(text: string, kind: Token["kind"] = "sign"): void {
    if (!this.take(text, kind)) throw new Unreadable();
  }

  /** Whether the token right before this position is a number. */
  get behindNumber(): boolean {
    return this.#tokens[this.#at - 1]?.kind === "number";
  }

  /** First digit of the number at this position, which loses it: `\\frac12` is a half. */
  takeDigit(): string {
    const { text } = this.next();
    if (text.length > 1) {
      this.#at -= 1;
      this.#tokens[this.#at] = { kind: "number", text: text.slice(1) };
    }
    return text.slice(0, 1);
  }

  /** What `read` gives; if that is undefined, at the position where it began. */
  attempt<Value>(read: () => Value | undefined): Value | undefined {
    const [begin, tokens] = [this.#at, [...this.#tokens]];
    const value = read();
    if (value === undefined) {
      this.#at = begin;
      this.#tokens = tokens;
    }
    return value;
  }

  /** The text of a group in braces, or of the next token. */
  word(): string {
    if (!this.take("{")) return this.next().text;
    let name = "";
    while (!this.take("}")) name += this.next().text;
    return name;
  }
}
