/**
 * A worker that is started again: when its thread has ended, and when it does not end a call that was
 * cancelled.
 */
import type { CallOptions, Caller, Connection } from "./connect.ts";
import type { ArgumentOf, Handlers, ValueOf } from "./messages.ts";

/** How the worker is started. */
export interface RestartingOptions<H extends Handlers> {
  /** Starts a thread. */
  readonly start: () => Connection<H>;
  /** Makes the calls that must be made before any other. A thread for which it rejects is ended. */
  readonly prepare: (connection: Connection<H>) => Promise<void>;
  /** How long the handler of a cancelled call may continue before its thread is ended, in ms. Default 1000. */
  readonly grace?: number;
}

/** A worker whose thread may change from call to call. */
export interface Restarting<H extends Handlers> extends Pick<Caller<H>, "call"> {
  /** Resolves when a thread is there that takes calls. Rejects with what starting it rejects with. */
  ready(): Promise<void>;
  /** Whether a thread is there that takes calls. Where there is none, one is started. */
  alive(): boolean;
}

/** The handler of a call: resolves when it has ended. */
const handlerEnd = (): { readonly ended: () => void; readonly end: Promise<boolean> } => {
  let ended = (): void => {};
  const end = new Promise<boolean>((resolve) => {
    ended = () => resolve(true);
  });
  return { ended, end };
};

const within = async (end: Promise<boolean>, grace: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), grace);
  });
  try {
    return await Promise.race([end, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Starts a worker at the first call, and anew whenever the last thread has ended. A call fails with its thread and is
 * not repeated here. While it is not known whether a cancelled call's handler will end, no other call is sent.
 */
export const restarting = <H extends Handlers>({
  start,
  prepare,
  grace = 1000,
}: RestartingOptions<H>): Restarting<H> => {
  let current: Connection<H> | undefined;
  let opening: Promise<Connection<H>> | undefined;
  let doubts: Promise<unknown> = Promise.resolve();

  const open = async (): Promise<Connection<H>> => {
    const connection = start();
    try {
      await prepare(connection);
    } catch (error) {
      await connection.close(0).catch(() => undefined);
      throw error;
    }
    return (current = connection);
  };

  const usable = async (): Promise<Connection<H>> => {
    await doubts;
    if (current?.usable === true) return current;
    opening ??= open().finally(() => (opening = undefined));
    return opening;
  };

  const letGo = async (connection: Connection<H>, end: Promise<boolean>): Promise<void> => {
    if (!(await within(end, grace))) await connection.close(0).catch(() => undefined);
  };

  return {
    async ready() {
      await usable();
    },
    alive() {
      if (current?.usable === true) return true;
      void usable().catch(() => undefined);
      return false;
    },
    async call<Name extends keyof H & string>(
      name: Name,
      argument: ArgumentOf<H[Name]>,
      options: CallOptions = {},
    ): Promise<ValueOf<H[Name]>> {
      const connection = await usable();
      options.signal?.throwIfAborted();
      const { ended, end } = handlerEnd();
      try {
        return await connection.call(name, argument, { ...options, ended });
      } catch (error) {
        if (options.signal?.aborted === true) doubts = Promise.all([doubts, letGo(connection, end)]);
        throw error;
      }
    },
  };
};
