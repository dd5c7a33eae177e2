/**
 * What crosses between a thread and its worker: requests one way, replies the other, and the types of the functions
 * that answer.
 */
import type { ErrorData } from "./error-data.ts";

/** A handler's result, and the typed arrays in it whose memory moves to the other thread instead of being copied. */
export interface Answer<Value> {
  readonly value: Value;
  /** The whole buffer under each array moves: nothing in this thread may use it afterwards. */
  readonly transfer?: readonly ArrayBufferView[];
}

/** Answers one kind of call in a worker. The signal aborts when the caller cancels, or closes the connection. */
export type Handler<Argument, Value> = (argument: Argument, signal: AbortSignal) => Promise<Answer<Value>>;

/** Handlers by name. A worker file exports `typeof handlers`, and the other side is typed by it. */
export type Handlers = Readonly<Record<string, Handler<never, unknown>>>;

/** What a call of a handler takes. */
export type ArgumentOf<H> = H extends Handler<infer Argument, unknown> ? Argument : never;

/** What a call of a handler gives. */
export type ValueOf<H> = H extends (...inputs: never) => Promise<infer A>
  ? A extends Answer<infer Value>
    ? Value
    : never
  : never;

/** To the worker: run a handler, stop running it, free everything for another connection, or finish. */
export type Request =
  | { readonly kind: "call"; readonly id: number; readonly name: string; readonly argument: unknown }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "reset" }
  | { readonly kind: "close" };

/**
 * From the worker: exactly one for each call, in any order, which for a cancelled call says that the handler has ended;
 * and one when everything was freed.
 */
export type Reply =
  | { readonly kind: "value"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: ErrorData }
  | { readonly kind: "reset" };

/** The distinct buffers under typed arrays; memory that threads share anyway is left out. */
export const buffersOf = (arrays: readonly ArrayBufferView[] = []): ArrayBuffer[] => [
  ...new Set(arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer)),
];
