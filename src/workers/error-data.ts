/** Errors as plain data that crosses threads with its class, message, stack, causes and facts. */
import { inspect } from "node:util";

/** What an error says in properties of its own, such as `code`, or whether another attempt may succeed. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean>>;

/** An error's name, texts, cause, and facts. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: ErrorData;
  readonly facts?: ErrorFacts;
}

const BUILT_IN = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** Causes deeper than this are left out, so that a circle of causes ends. */
const DEEPEST_CAUSE = 8;

/** More facts than this are left out. */
const MOST_FACTS = 16;

const TEXTS = new Set(["name", "message", "stack", "cause"]);

/**
 * The texts, numbers and truth values among a value's own enumerable properties; an error that wraps this one can take
 * them over.
 */
export const factsOf = (thrown: unknown): ErrorFacts => {
  if (!(thrown instanceof Error)) return {};
  const facts = Object.entries(thrown).filter(
    (entry): entry is [string, string | number | boolean] =>
      !TEXTS.has(entry[0]) && ["string", "number", "boolean"].includes(typeof entry[1]),
  );
  return Object.fromEntries(facts.slice(0, MOST_FACTS));
};

/** Whatever was thrown, as data; what is no error becomes an `Error` that shows it. */
export const encodeError = (thrown: unknown, depth = DEEPEST_CAUSE): ErrorData => {
  if (!(thrown instanceof Error))
    return encodeError(new Error(`expected an Error to be thrown, got ${inspect(thrown)}`));
  const { name, message, stack = "", cause } = thrown;
  const facts = factsOf(thrown);
  return {
    name,
    message,
    stack,
    ...(cause === undefined || depth === 0 ? {} : { cause: encodeCause(cause, depth - 1) }),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
  };
};

const encodeCause = (cause: unknown, depth: number): ErrorData =>
  cause instanceof Error ? encodeError(cause, depth) : { name: "Error", message: inspect(cause), stack: "" };

/**
 * The error again: of its built-in class where it is one, else an `Error` with the same name; stack, causes and facts
 * as they were.
 */
export const decodeError = ({ name, message, stack, cause, facts }: ErrorData): Error => {
  const options = cause === undefined ? undefined : { cause: decodeError(cause) };
  const Class = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name as keyof typeof BUILT_IN] : Error;
  const error = new Class(message, options);
  const define = (property: "name" | "stack", value: string): void => {
    Object.defineProperty(error, property, { value, configurable: true, writable: true, enumerable: false });
  };
  if (error.name !== name) define("name", name);
  define("stack", stack);
  return Object.assign(error, facts);
};
