/** Errors as plain data that crosses threads with its class, message, stack and causes. */
import { inspect } from "node:util";

/** An error's name, texts, and cause. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: ErrorData;
}

const BUILT_IN = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** Causes deeper than this are left out, so that a circle of causes ends. */
const DEEPEST_CAUSE = 8;

/** Whatever was thrown, as data; what is no error becomes an `Error` that shows it. */
export const encodeError = (thrown: unknown, depth = DEEPEST_CAUSE): ErrorData => {
  if (!(thrown instanceof Error)) return encodeError(new Error(`expected an Error to be thrown, got ${inspect(thrown)}`));
  const { name, message, stack = "", cause } = thrown;
  return cause === undefined || depth === 0 ? { name, message, stack } : { name, message, stack, cause: encodeCause(cause, depth - 1) };
};

const encodeCause = (cause: unknown, depth: number): ErrorData =>
  cause instanceof Error ? encodeError(cause, depth) : { name: "Error", message: inspect(cause), stack: "" };

/** The error again: of its built-in class where it is one, else an `Error` with the same name; stack and causes as they were. */
export const decodeError = ({ name, message, stack, cause }: ErrorData): Error => {
  const options = cause === undefined ? undefined : { cause: decodeError(cause) };
  const Class = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name as keyof typeof BUILT_IN] : Error;
  const error = new Class(message, options);
  const define = (property: "name" | "stack", value: string): void => {
    Object.defineProperty(error, property, { value, configurable: true, writable: true, enumerable: false });
  };
  if (error.name !== name) define("name", name);
  define("stack", stack);
  return error;
};
