/** The threads of a run as one: started one by one, ended together. */
import { connect, type Connection, type ConnectOptions } from "../../workers/connect.ts";
import type { IdleThreads } from "../../workers/idle-threads.ts";
import type { Handlers } from "../../workers/messages.ts";

/** Starts threads, and ends them all when one of them fails to open. */
export class ThreadGroup {
  readonly #idle: IdleThreads | undefined;
  readonly #closes: (() => Promise<void>)[] = [];

  /** Takes threads from those that wait, and leaves them there again; without, threads are new and end. */
  constructor(idle?: IdleThreads) {
    this.#idle = idle;
  }

  /** Starts the thread of a worker file; `name` is for errors, `heap` bounds its memory in MiB. */
  start<H extends Handlers>(url: URL, name: string, options: Pick<ConnectOptions, "heap"> = {}): Connection<H> {
    const idle = this.#idle;
    const named = { ...options, name };
    const connection = idle === undefined ? connect<H>(url, named) : idle.connect<H>(url, named);
    this.#closes.push(() => (idle === undefined ? connection.close() : idle.keep(connection)));
    return connection;
  }

  /** Ends every thread that was started, or leaves it to who comes next. */
  async close(): Promise<void> {
    await Promise.all(this.#closes.map((close) => close()));
  }
}
