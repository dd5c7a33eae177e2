/** Work that ends in time, or when its caller no longer wants it. */
import { setMaxListeners } from "node:events";

/** The time that was given is up. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/**
 * Runs work with a signal that aborts with the caller's reason when `signal` does, and with a `DeadlineError` after
 * `milliseconds`. Neither timer nor listener is left when the work has ended. Rejects with the reason of a signal that
 * is aborted already, and as the work does.
 */
export const withDeadline = async <Value>(
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> => {
  signal.throwIfAborted();
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new DeadlineError(`no end within ${milliseconds} ms`)), milliseconds);
  setMaxListeners(0, signal); // One listener a request in flight is no leak: each is removed with its request.
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
};
