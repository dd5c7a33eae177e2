/** The threads of a run as one: started one by one, ended together. */
import { connect, type Connection } from "../rollouts/workers/connect.ts";
import type { Handlers } from "../rollouts/workers/messages.ts";

/** Starts threads, and ends them all when one of them fails to open. */
export class Threads {
  readonly #connections: { close(): Promise<void> }[] = [];

  /** Starts the thread of a worker file; `name` is for errors. */
  start<H extends Handlers>(url: URL, name: string): Connection<H> {
    const connection = connect<H>(url, { name });
    this.#connections.push(connection);
    return connection;
  }

  /** Ends every thread that was started. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }
}
