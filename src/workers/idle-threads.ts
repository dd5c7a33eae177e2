/**
 * Threads that one training has left for the next: starting one and loading its code takes longer than a small
 * training's steps.
 */
import { connectTo, type Connection, type ConnectOptions } from "./connect.ts";
import type { Handlers } from "./messages.ts";
import { endThread, resetThread, startThread, type Thread, type ThreadOptions } from "./thread.ts";

/** Milliseconds after which a thread counts as loaded, though it has not answered. */
const longestLoad = 10_000;

/** A thread has the environment that its process had when it was started. */
const keyOf = (url: URL, { name, heap, stack }: Omit<ThreadOptions, "data">): string =>
  JSON.stringify([url.href, name, heap, stack, process.env]);

/** Threads that were freed and wait for whoever needs one like them. */
export class IdleThreads {
  readonly #waiting = new Map<string, Thread[]>();
  readonly #keys = new WeakMap<object, string>();
  #connections = 0;
  #closed = false;

  /**
   * Starts threads for whoever will need them, those that do not wait already: each when the one before has loaded its
   * code, so that they take one processor and leave the others to who prepares their work; none more once somebody
   * connects. Resolves when no more are started.
   *
   * @internal
   */
  async start(threads: readonly (readonly [url: URL, options: Omit<ThreadOptions, "data">])[]): Promise<void> {
    const began = this.#connections;
    for (const [url, options] of threads) {
      if (this.#closed || this.#connections > began) return;
      const key = keyOf(url, options);
      if ((this.#waiting.get(key)?.length ?? 0) > 0) continue;
      const thread = startThread(url, options);
      this.#wait(key, thread);
      await resetThread(thread, longestLoad);
    }
  }

  /**
   * A connection to a thread of this file, name and limits that waits, or to a new one.
   *
   * @internal
   */
  connect<H extends Handlers>(url: URL, options: Omit<ConnectOptions, "data">): Connection<H> {
    this.#connections += 1;
    const key = keyOf(url, options);
    const connection = connectTo<H>(this.#waiting.get(key)?.pop() ?? startThread(url, options), options);
    this.#keys.set(connection, key);
    return connection;
  }

  /**
   * Closes a connection that was made here, and keeps its thread where that could free all. Rejects as closing does.
   *
   * @internal
   */
  async keep<H extends Handlers>(connection: Connection<H>): Promise<void> {
    const key = this.#keys.get(connection);
    const thread = this.#closed || key === undefined ? undefined : await connection.release();
    if (thread === undefined || key === undefined) return connection.close();
    if (this.#closed) return void (await endThread(thread, 0));
    this.#wait(key, thread);
  }

  /** Ends the threads that wait; none waits from now on. */
  async close(): Promise<void> {
    this.#closed = true;
    const threads = [...this.#waiting.values()].flatMap((waiting) => waiting.splice(0));
    await Promise.all(threads.map((thread) => endThread(thread, 2000)));
  }

  #wait(key: string, thread: Thread): void {
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.set(key, waiting);
    waiting.push(thread);
    void thread.ended.then(() => {
      const place = waiting.indexOf(thread);
      if (place >= 0) waiting.splice(place, 1);
    });
  }
}
