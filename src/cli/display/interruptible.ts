/** Work that signals of the system stop gently. */
import { InterruptedError } from "./exit-codes.ts";
import type { Display } from "./progress.ts";

/** Ctrl-C, a closed terminal, and what schedulers send before they kill. */
const signals = ["SIGINT", "SIGHUP", "SIGTERM", "SIGUSR1"] as const;

/**
 * Calls `work` with a signal that the first of the system's signals aborts; a second one ends the process at once.
 * `InterruptedError` when it was aborted, which says what the same command does when it is called `again`.
 */
export const interruptible = async (
  display: Pick<Display, "close" | "note">,
  work: (signal: AbortSignal) => Promise<void>,
  again = "resumes from the last whole step",
): Promise<void> => {
  const controller = new AbortController();
  const off = (): void => {
    for (const name of signals) process.off(name, stop);
  };
  const stop = (name: (typeof signals)[number]): void => {
    if (controller.signal.aborted) {
      display.close();
      // The signal itself ends the threads too, whatever their native code is doing; shells know from it why the
      // process ended.
      off();
      process.kill(process.pid, name);
      return;
    }
    display.note(name === "SIGINT" ? "stopping; press Ctrl-C again to stop at once" : `${name}: stopping`);
    controller.abort(new InterruptedError(name, again));
  };
  for (const name of signals) process.on(name, stop);
  try {
    await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    off();
  }
  controller.signal.throwIfAborted();
};
