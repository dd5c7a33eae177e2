/** Several workers as one: each call goes to an idle one. */
import { resourcePool } from "./resource-pool.ts";
import type { Caller, CallOptions, Connection } from "./connect.ts";
import type { ArgumentOf, Handlers, ValueOf } from "./messages.ts";

/** How a call of a pool is made. */
export interface PoolCallOptions extends CallOptions {
  /** Called when a connection takes the call, with its index: before that the call has waited. */
  readonly started?: (connection: number) => void;
}

/** Several workers as one. */
export interface Pool<H extends Handlers> extends Caller<H> {
  call<Name extends keyof H & string>(
    name: Name,
    argument: ArgumentOf<H[Name]>,
    options?: PoolCallOptions,
  ): Promise<ValueOf<H[Name]>>;
}

/**
 * Hands each call to an idle connection, first come first served, at most one call for each; a connection whose call
 * was cancelled is idle when its handler has ended. A call's signal also works while it waits; its arrays are
 * transferred when it is sent. Closing closes the connections. `RangeError` when there are none.
 */
export const pool = <H extends Handlers>(connections: readonly Connection<H>[]): Pool<H> => {
  const idle = resourcePool([...connections.entries()]);
  return {
    async call(name, argument, options) {
      const {
        item: [index, connection],
        ...acquired
      } = await idle.acquire(options?.signal);
      options?.started?.(index);
      try {
        return await connection.call(name, argument, options);
      } finally {
        void connection.idle().then(() => acquired.release());
      }
    },
    async close() {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
};
