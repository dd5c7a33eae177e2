/** The caller's side of a worker: starts it, calls its handlers by name, and ends it. */
import type { Worker } from "node:worker_threads";
import { buffersOf, type ArgumentOf, type Handlers, type Reply, type Request, type ValueOf } from "./messages.ts";
import { PendingCalls } from "./pending-calls.ts";
import { endThread, resetOrEnd, startThread, type Thread, type ThreadOptions } from "./thread.ts";

/** How one call is made. */
export interface CallOptions {
  /** Aborting rejects the call at once with the signal's reason, and cancels it in the worker. */
  readonly signal?: AbortSignal;
  /** Arrays in the argument whose memory moves to the worker instead of being copied. */
  readonly transfer?: readonly ArrayBufferView[];
  /**
   * Called when the worker no longer runs this call: with its reply, after a cancelled one too, or when the thread has
   * ended.
   */
  readonly ended?: () => void;
}

/** What calls handlers: one worker, or several. */
export interface Caller<H extends Handlers> {
  /**
   * Calls a handler. Rejects with what the handler threw, with the signal's reason when it aborts, and with an `Error`
   * that names the worker when that ends or is closed.
   */
  call<Name extends keyof H & string>(
    name: Name,
    argument: ArgumentOf<H[Name]>,
    options?: CallOptions,
  ): Promise<ValueOf<H[Name]>>;
  /**
   * Rejects what is in flight, aborts it in the worker, and resolves when the thread has ended. Rejects when it crashed
   * before that.
   */
  close(): Promise<void>;
}

/** A worker thread. It keeps the process alive only while a call waits for it. */
export interface Connection<H extends Handlers> extends Caller<H> {
  readonly name: string;
  /** False when the thread has ended or was closed: every call would be refused. */
  readonly usable: boolean;
  /**
   * As a caller's; waits for handlers no longer than `grace` ms, by default as long as the connection was made with.
   */
  close(grace?: number): Promise<void>;
  /**
   * As `close`, but the thread lives on for another connection, as new: it has freed what it held. Gives nothing where
   * it ended instead, as it does when it has not freed all in time.
   */
  release(): Promise<Thread | undefined>;
  /**
   * Resolves when the worker runs nothing for this connection: cancelled calls continue in the worker until their
   * handler ends.
   */
  idle(): Promise<void>;
}

/** How a worker is started and ended. */
export interface ConnectOptions extends ThreadOptions {
  /** How long `close` waits for handlers to end before it terminates the thread, in ms. Default 2000. */
  readonly grace?: number;
}

interface SentCall extends CallOptions {
  readonly handler: string;
  readonly argument: unknown;
}

/** Sends a call and gives what it is answered; aborting rejects it at once, and cancels it in the worker. */
const answered = async (
  worker: Worker,
  pending: PendingCalls,
  { handler, argument, signal, transfer, ended }: SentCall,
): Promise<unknown> => {
  const send = (request: Request, moved: readonly ArrayBuffer[] = []): void => worker.postMessage(request, moved);
  let cancel: (() => void) | undefined;
  try {
    return await pending.open((id) => {
      send({ kind: "call", id, name: handler, argument }, buffersOf(transfer));
      cancel = () => {
        pending.reject(id, signal?.reason);
        send({ kind: "cancel", id });
      };
      signal?.addEventListener("abort", cancel);
    }, ended);
  } finally {
    if (cancel !== undefined) signal?.removeEventListener("abort", cancel);
  }
};

/** Connects to a thread that no other connection uses. */
export const connectTo = <H extends Handlers>(
  thread: Thread,
  { grace: usual = 2000 }: Pick<ConnectOptions, "grace"> = {},
): Connection<H> => {
  const { worker, name } = thread;
  const pending = new PendingCalls();
  let waiting = 0;
  let closing: Promise<void> | undefined;

  const settle = (reply: Reply): void => pending.settle(reply);
  worker.on("message", settle);
  const forget = thread.onEnd(({ error }) => {
    pending.refuse(error);
    pending.clear();
  });

  const close = async (grace: number): Promise<void> => {
    const late = pending.refusal !== undefined;
    pending.refuse(new Error(`worker ${name} was closed`));
    const { crashed, error } = await endThread(thread, grace);
    if (crashed && !late) throw error;
  };

  const release = async (): Promise<Thread | undefined> => {
    if (pending.refusal !== undefined) return (closing ??= close(usual)).then(() => undefined);
    pending.refuse(new Error(`worker ${name} was closed`));
    const freed = resetOrEnd(thread, usual);
    closing = freed.then(() => undefined);
    if (!(await freed)) return undefined;
    worker.off("message", settle).unref();
    // The thread outlives this connection, which knows of all that it was sent.
    forget();
    return thread;
  };

  const call = async (handler: string, argument: unknown, options: CallOptions): Promise<unknown> => {
    options.signal?.throwIfAborted();
    if (pending.refusal !== undefined) throw pending.refusal;
    waiting += 1;
    worker.ref();
    try {
      return await answered(worker, pending, { handler, argument, ...options });
    } finally {
      waiting -= 1;
      if (waiting === 0 && closing === undefined) worker.unref();
    }
  };

  return {
    name,
    get usable() {
      return pending.refusal === undefined;
    },
    call: (handler, argument, callOptions = {}) => call(handler, argument, callOptions) as Promise<never>,
    idle: () => pending.idle(),
    close: (grace = usual) => (closing ??= close(grace)),
    release,
  };
};

/**
 * Starts the worker at `url`, which calls `serve(handlers)`: `connect<typeof handlers>(new URL("./file.ts",
 * import.meta.url))`.
 */
export const connect = <H extends Handlers>(url: URL, options: ConnectOptions = {}): Connection<H> =>
  connectTo<H>(startThread(url, options), options);
