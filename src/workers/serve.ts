/** The worker's side of a connection: runs a handler for each call and replies. */
import { parentPort, type MessagePort } from "node:worker_threads";
import { encodeError } from "./error-data.ts";
import { buffersOf, type Handlers, type Reply, type Request } from "./messages.ts";

/** Where calls come from, and how the worker ends. */
export interface ServeOptions {
  /** Default: the port to the thread that started this worker. */
  readonly port?: MessagePort;
  /**
   * Runs when a connection closes, after every handler has ended: frees engines and files, and forgets what calls have
   * left, for another connection may follow.
   */
  readonly close?: () => Promise<void>;
}

/**
 * Answers calls until the connection closes: each call gets exactly one reply. A handler that throws, or gives what
 * cannot be cloned, gets an error as its reply and the worker lives on. Calls run as they come, several at once if the
 * caller has sent several. `Error` when there is no port, that is, outside a worker thread.
 */
export const serve = (handlers: Handlers, options: ServeOptions = {}): void => {
  const port = options.port ?? parentPort;
  if (port === null)
    throw new Error("serve: expected to run in a worker thread, got the main thread; give a port to serve elsewhere");
  const running = new Map<number, { readonly controller: AbortController; readonly ended: Promise<void> }>();

  const reply = (message: Reply, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);

  const run = async (id: number, name: string, argument: unknown, signal: AbortSignal): Promise<void> => {
    try {
      const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
      if (handler === undefined) {
        throw new RangeError(
          `serve: expected a call of ${Object.keys(handlers).join(", ")}, got ${JSON.stringify(name)}`,
        );
      }
      const { value, transfer } = await handler(argument as never, signal);
      signal.throwIfAborted();
      reply({ kind: "value", id, value }, buffersOf(transfer));
    } catch (error) {
      reply({ kind: "error", id, error: encodeError(error) });
    }
  };

  const free = async (): Promise<void> => {
    for (const { controller } of running.values()) controller.abort();
    await Promise.all([...running.values()].map(({ ended }) => ended));
    await options.close?.();
  };

  port.on("message", (request: Request) => {
    if (request.kind === "call") {
      const controller = new AbortController();
      const ended = run(request.id, request.name, request.argument, controller.signal).finally(() =>
        running.delete(request.id),
      );
      running.set(request.id, { controller, ended });
    } else if (request.kind === "cancel") running.get(request.id)?.controller.abort();
    else if (request.kind === "reset") void free().then(() => reply({ kind: "reset" }));
    else void free().then(() => port.close());
  });
};
