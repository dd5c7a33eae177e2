/** Several workers as one: each call goes to an idle one. */
import { lending } from "../lending.ts";
import type { Caller, Connection } from "./connect.ts";
import type { Handlers } from "./messages.ts";

/**
 * Hands each call to an idle connection, first come first served, at most one call for each; a connection whose call was cancelled is idle when
 * its handler has ended. A call's signal also works while it waits; its arrays are transferred when it is sent. Closing closes the connections.
 * `RangeError` when there are none.
 */
export const pool = <H extends Handlers>(connections: readonly Connection<H>[]): Caller<H> => {
  const idle = lending(connections);
  return {
    async call(name, argument, options) {
      const { item: connection, ...loan } = await idle.borrow(options?.signal);
      try {
        return await connection.call(name, argument, options);
      } finally {
        void connection.idle().then(() => loan.giveBack());
      }
    },
    async close() {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
};
