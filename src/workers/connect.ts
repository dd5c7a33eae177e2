/** The caller's side of a worker: starts it, calls its handlers by name, and ends it. */
import { Worker } from "node:worker_threads";
import { decodeError, encodeError } from "./error-data.ts";
import { buffersOf, type ArgumentOf, type Handlers, type Reply, type Request, type ValueOf } from "./messages.ts";
import { PendingCalls } from "./pending-calls.ts";
import { workerFile } from "./worker-file.ts";
import { defined } from "../optional/defined.ts";

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
   * Resolves when the worker runs nothing for this connection: cancelled calls continue in the worker until their
   * handler ends.
   */
  idle(): Promise<void>;
}

/** How a worker is started and ended. */
export interface ConnectOptions {
  /** Names the worker in errors. Default: its file's name. */
  readonly name?: string;
  /** Becomes the worker's `workerData`. */
  readonly data?: unknown;
  /** How long `close` waits for handlers to end before it terminates the thread, in ms. Default 2000. */
  readonly grace?: number;
  /** Stack of the thread, in MiB. Default: Node's own, 4. */
  readonly stack?: number;
  /**
   * Most memory of the thread's JavaScript heap, in MiB: it ends with an error beyond that. Default: Node's own limit.
   */
  readonly heap?: number;
}

/** How a thread ended. */
interface Ending {
  readonly crashed: boolean;
  /** Names the worker and its exit code; what crashed it is the cause. */
  readonly error: Error;
}

/** Resolves when the thread ends, and never rejects. */
const ending = (worker: Worker, name: string): Promise<Ending> =>
  new Promise((resolve) => {
    let crash: Error | undefined;
    const fail = (thrown: unknown): void => {
      crash ??= decodeError(encodeError(thrown));
    };
    worker.on("error", fail);
    worker.on("messageerror", (error) => {
      fail(error);
      void worker.terminate();
    });
    worker.on("exit", (code) => {
      const message = `worker ${name} ended with exit code ${code}`;
      const error =
        crash === undefined ? new Error(message) : new Error(`${message}: ${crash.message}`, { cause: crash });
      resolve({ crashed: crash !== undefined, error });
    });
  });

const spawn = (url: URL, name: string, { data, stack, heap }: ConnectOptions): Worker => {
  const file = workerFile(url);
  const resourceLimits = {
    ...defined({ stackSizeMb: stack, maxOldGenerationSizeMb: heap }),
  };
  const worker = new Worker(file.url, { execArgv: file.execArgv, workerData: data, name, resourceLimits });
  worker.unref();
  return worker;
};

/** Asks the worker to close and waits for the end of its thread, which it terminates after `grace` ms. */
const end = async (worker: Worker, ended: Promise<Ending>, grace: number): Promise<Ending> => {
  worker.postMessage({ kind: "close" } satisfies Request);
  worker.ref();
  const timer = setTimeout(() => void worker.terminate(), grace);
  const how = await ended;
  clearTimeout(timer);
  return how;
};

/**
 * Starts the worker at `url`, which calls `serve(handlers)`: `connect<typeof handlers>(new URL("./file.ts",
 * import.meta.url))`.
 */
export const connect = <H extends Handlers>(url: URL, options: ConnectOptions = {}): Connection<H> => {
  const name = options.name ?? url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  const worker = spawn(url, name, options);
  const pending = new PendingCalls();
  let waiting = 0;
  let unusable: Error | undefined;
  let closing: Promise<void> | undefined;

  const send = (request: Request, transfer: readonly ArrayBuffer[] = []): void => worker.postMessage(request, transfer);
  const refuse = (error: Error): void => {
    unusable ??= error;
    pending.rejectAll(unusable);
  };

  worker.on("message", (reply: Reply) => pending.settle(reply));
  const ended = ending(worker, name);
  const cleared = ended.then(({ error }) => {
    refuse(error);
    pending.clear();
  });

  const close = async (grace = options.grace ?? 2000): Promise<void> => {
    const late = unusable !== undefined;
    refuse(new Error(`worker ${name} was closed`));
    const { crashed, error } = await end(worker, ended, grace);
    await cleared;
    if (crashed && !late) throw error;
  };

  const call = async (
    handler: string,
    argument: unknown,
    { signal, transfer, ended: over }: CallOptions,
  ): Promise<unknown> => {
    signal?.throwIfAborted();
    if (unusable !== undefined) throw unusable;
    let cancel: (() => void) | undefined;
    waiting += 1;
    worker.ref();
    try {
      return await pending.open((id) => {
        send({ kind: "call", id, name: handler, argument }, buffersOf(transfer));
        cancel = () => {
          pending.reject(id, signal?.reason);
          send({ kind: "cancel", id });
        };
        signal?.addEventListener("abort", cancel);
      }, over);
    } finally {
      if (cancel !== undefined) signal?.removeEventListener("abort", cancel);
      waiting -= 1;
      if (waiting === 0 && closing === undefined) worker.unref();
    }
  };

  return {
    name,
    get usable() {
      return unusable === undefined;
    },
    call: (handler, argument, callOptions = {}) => call(handler, argument, callOptions) as Promise<never>,
    idle: () => pending.idle(),
    close: (grace) => (closing ??= close(grace)),
  };
};
