/** A thread that runs a worker's file, whoever calls it. */
import { Worker } from "node:worker_threads";
import { defined } from "../optional/defined.ts";
import { decodeError, encodeError } from "./error-data.ts";
import type { Reply, Request } from "./messages.ts";
import { workerFile } from "./worker-file.ts";

/** How a thread is started. */
export interface ThreadOptions {
  /** Names the worker in errors. Default: its file's name. */
  readonly name?: string;
  /** Becomes the worker's `workerData`. */
  readonly data?: unknown;
  /** Stack of the thread, in MiB. Default: Node's own, 4. */
  readonly stack?: number;
  /**
   * Most memory of the thread's JavaScript heap, in MiB: it ends with an error beyond that. Default: Node's own limit.
   */
  readonly heap?: number;
}

/** How a thread ended. */
export interface Ending {
  readonly crashed: boolean;
  /** Names the worker and its exit code; what crashed it is the cause. */
  readonly error: Error;
}

/** A running thread. */
export interface Thread {
  readonly name: string;
  readonly worker: Worker;
  /** Resolves when the thread ends, and never rejects. What waits for it is held as long as the thread lives. */
  readonly ended: Promise<Ending>;
  /**
   * Calls `act` when the thread has ended, before `ended` resolves, and at once where it has; the function that it
   * gives forgets `act`, for a thread that lives longer than who waits.
   */
  readonly onEnd: (act: (how: Ending) => void) => () => void;
}

const ending = (worker: Worker, name: string): Pick<Thread, "ended" | "onEnd"> => {
  const acts = new Set<(how: Ending) => void>();
  let how: Ending | undefined;
  const ended = new Promise<Ending>((resolve) => {
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
      how = { crashed: crash !== undefined, error };
      for (const act of acts) act(how);
      acts.clear();
      resolve(how);
    });
  });
  const onEnd = (act: (how: Ending) => void): (() => void) => {
    if (how === undefined) acts.add(act);
    else act(how);
    return () => void acts.delete(act);
  };
  return { ended, onEnd };
};

/** Starts a thread. It does not keep the process alive. */
export const startThread = (url: URL, { data, stack, heap, name: given }: ThreadOptions = {}): Thread => {
  const name = given ?? url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  const file = workerFile(url);
  const resourceLimits = defined({ stackSizeMb: stack, maxOldGenerationSizeMb: heap });
  const worker = new Worker(file.url, { execArgv: file.execArgv, workerData: data, name, resourceLimits });
  worker.unref();
  return { name, worker, ...ending(worker, name) };
};

/**
 * Has the worker free all that it holds, as new for whoever is next. False when the thread has ended, or has not done
 * it within `grace` ms.
 */
export const resetThread = async ({ worker, onEnd }: Thread, grace: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  let answer = (_reply: Reply): void => {};
  let forget = (): void => {};
  const freed = new Promise<boolean>((resolve) => {
    answer = ({ kind }) => {
      if (kind === "reset") resolve(true);
    };
    worker.on("message", answer);
    forget = onEnd(() => resolve(false));
    timer = setTimeout(() => resolve(false), grace);
    worker.postMessage({ kind: "reset" } satisfies Request);
  });
  try {
    return await freed;
  } finally {
    clearTimeout(timer);
    forget();
    worker.off("message", answer);
  }
};

/** Asks the worker to close and waits for the end of its thread, which it terminates after `grace` ms. */
export const endThread = async ({ worker, ended }: Thread, grace: number): Promise<Ending> => {
  worker.postMessage({ kind: "close" } satisfies Request);
  worker.ref();
  const timer = setTimeout(() => void worker.terminate(), grace);
  const how = await ended;
  clearTimeout(timer);
  return how;
};

/** As `resetThread`; a thread that has not freed all in time is ended. Rejects with what crashed it. */
export const resetOrEnd = async (thread: Thread, grace: number): Promise<boolean> => {
  thread.worker.ref();
  if (await resetThread(thread, grace)) return true;
  const { crashed, error } = await endThread(thread, 0);
  if (crashed) throw error;
  return false;
};
