/** Tests of a worker that is started again: threads that end, are killed, hang, or use all their memory. */
import { afterEach, expect, test } from "vitest";
import { connect, type Connection } from "../../src/workers/connect.ts";
import { restarting } from "../../src/workers/restarting.ts";
import type { EchoHandlers } from "../fixtures/workers/echo.ts";

const open: Connection<EchoHandlers>[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close(0).catch(() => undefined)));
});

const worker = (options: { readonly heap?: number; readonly prepare?: (connection: Connection<EchoHandlers>) => Promise<void> } = {}) => {
  const start = (): Connection<EchoHandlers> => {
    const connection = connect<EchoHandlers>(new URL("../fixtures/workers/echo.ts", import.meta.url), {
      data: open.length,
      ...(options.heap === undefined ? {} : { heap: options.heap }),
    });
    open.push(connection);
    return connection;
  };
  const prepared: unknown[] = [];
  const prepare = async (connection: Connection<EchoHandlers>): Promise<void> => {
    prepared.push(await connection.call("data", null));
    await options.prepare?.(connection);
  };
  return { worker: restarting({ start, prepare, grace: 200 }), prepared };
};

test("one thread for many calls, prepared once", async () => {
  const { worker: echo, prepared } = worker();
  expect(await Promise.all([echo.call("echo", 1), echo.call("echo", 2)])).toEqual([1, 2]);
  await echo.ready();
  expect({ prepared, threads: open.length }).toEqual({ prepared: [0], threads: 1 });
});

test("a thread that ended is started and prepared anew; what it was doing fails", async () => {
  const { worker: echo, prepared } = worker();
  await expect(echo.call("exit", 3)).rejects.toThrow("ended with exit code 3");
  expect(await echo.call("echo", "again")).toBe("again");
  expect(prepared).toEqual([0, 1]);
});

test("a thread that has used up its memory is started anew", async () => {
  const { worker: echo } = worker({ heap: 32 });
  await expect(echo.call("exhaust", undefined)).rejects.toThrow(/memory/);
  expect(await echo.call("data", null)).toBe(1);
});

test("a thread that blocks after its call was cancelled is ended, and the next call gets a new one", async () => {
  const { worker: echo } = worker();
  await echo.ready();
  const signal = AbortSignal.timeout(50);
  await expect(echo.call("spin", undefined, { signal })).rejects.toThrow("timeout");
  expect(await echo.call("data", null)).toBe(1);
  expect(open[0]!.usable).toBe(false);
});

test("a thread whose cancelled handler ends is kept, even while another call is running", async () => {
  const { worker: echo } = worker();
  await echo.ready();
  const long = echo.call("hold", "a");
  await expect(echo.call("untilAborted", undefined, { signal: AbortSignal.timeout(20) })).rejects.toThrow("timeout");
  expect(await echo.call("data", null)).toBe(0);
  await echo.call("release", "a");
  expect(await long).toBe("a");
});

test("a thread that cannot be prepared is ended, and the next call tries again", async () => {
  let broken = true;
  const { worker: echo } = worker({
    prepare: async () => {
      if (broken) throw new Error("no model");
    },
  });
  await expect(echo.ready()).rejects.toThrow("no model");
  expect(open[0]!.usable).toBe(false);
  broken = false;
  expect(await echo.call("data", null)).toBe(1);
});
