/** The threads of a run as one: started one by one, ended together. */
import { connect, type Connection, type ConnectOptions } from "../../workers/connect.ts";
import type { Handlers } from "../../workers/messages.ts";

/** Starts threads, and ends them all when one of them fails to open. */
export class ThreadGroup {
  readonly #connections: { close(): Promise<void> }[] = [];

  /** Starts the thread of a worker file; `name` is for errors, `heap` bounds its memory in MiB. */
  start<H extends Handlers>(url: URL, name: string, options: Pick<ConnectOptions, "heap"> = {}): Connection<H> {
    const connection = connect<H>(url, { ...options, name });
    this.#connections.push(connection);
    return connection;
  }

  /** Ends every thread that was started. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }
}
