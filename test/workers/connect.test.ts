/** Tests of calls to a worker thread. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { connect, connectTo, type Connection, type ConnectOptions } from "../../src/workers/connect.ts";
import type { EchoHandlers } from "../fixtures/workers/echo.ts";

const open: Connection<EchoHandlers>[] = [];
const start = (options?: ConnectOptions): Connection<EchoHandlers> => {
  const connection = connect<EchoHandlers>(new URL("../fixtures/workers/echo.ts", import.meta.url), options);
  open.push(connection);
  return connection;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close().catch(() => {})));
});

const failure = async (promise: Promise<unknown>): Promise<Error> => {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof Error) return thrown;
  throw new Error(`expected an Error, got ${String(thrown)}`);
};

describe("a call", () => {
  test("brings plain data there and back", async () => {
    const data = { list: [1, "two", null], bytes: Uint8Array.of(1, 2), nested: { none: undefined } };
    const worker = start({ data: { seed: 7 } });
    expect(await worker.call("echo", data)).toEqual(data);
    expect(await worker.call("data", null)).toEqual({ seed: 7 });
    expect(worker.name).toBe("echo.ts");
  });

  test("moves the arrays that are listed, and copies the others", async () => {
    const worker = start();
    const [moved, copied] = [Float32Array.of(1, 2, 3), Float32Array.of(4)];
    expect(await worker.call("double", moved, { transfer: [moved] })).toEqual(Float32Array.of(2, 4, 6));
    expect(moved.byteLength).toBe(0);
    expect(await worker.call("double", copied)).toEqual(Float32Array.of(8));
    expect(copied).toEqual(Float32Array.of(4));
  });

  test("is answered in any order", async () => {
    const worker = start();
    const finished: string[] = [];
    const calls = ["a", "b", "c"].map((key) => worker.call("hold", key).then((value) => finished.push(value)));
    for (const key of ["c", "a", "b"]) expect(await worker.call("release", key)).toBe(true);
    await Promise.all(calls);
    expect(finished).toEqual(["c", "a", "b"]);
  });
});

describe("an error in the worker", () => {
  test("crosses with class, message, stack and causes, and the worker lives on", async () => {
    const worker = start();
    const error = await failure(worker.call("fail", null));
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe("out of range");
    expect(error.stack).toContain("echo.ts");
    expect(error.cause).toEqual(new TypeError("wrong type", { cause: new Error("'a plain cause'") }));
    expect(await worker.call("echo", 1)).toBe(1);
  });

  test("what is no error, a result that cannot be cloned, and an unknown handler", async () => {
    const worker = start();
    expect((await failure(worker.call("failPlainly", { code: 3 }))).message).toBe("expected an Error to be thrown, got { code: 3 }");
    expect((await failure(worker.call("failPlainly", undefined))).message).toBe("expected an Error to be thrown, got undefined");
    expect((await failure(worker.call("uncloneable", null))).name).toBe("DataCloneError");
    const unknown = await failure(worker.call("toString" as "echo", null));
    expect(unknown).toBeInstanceOf(RangeError);
    expect(unknown.message).toMatch(/expected a call of echo, .*, got "toString"/);
  });

  test("an argument that cannot be cloned is refused here, and leaves nothing behind", async () => {
    const worker = start();
    expect((await failure(worker.call("echo", () => 1))).name).toBe("DataCloneError");
    await worker.idle();
  });
});

describe("aborting", () => {
  test("rejects at once with the reason, and reaches the handler", async () => {
    const worker = start();
    const stop = new AbortController();
    const call = worker.call("untilAborted", null, { signal: stop.signal });
    await worker.call("echo", null);
    const reason = new Error("changed my mind");
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
    await worker.idle();
    expect(await worker.call("abortions", null)).toBe(1);
    await expect(worker.call("echo", 1, { signal: stop.signal })).rejects.toBe(reason);
  });

  test("does not wait for a handler that does not listen; the connection is not idle until it ends", async () => {
    const worker = start();
    const stop = new AbortController();
    const call = worker.call("hold", "a", { signal: stop.signal });
    await worker.call("echo", null);
    stop.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    let idle = false;
    const whenIdle = worker.idle().then(() => (idle = true));
    expect(await worker.call("echo", 1)).toBe(1);
    expect(idle).toBe(false);
    await worker.call("release", "a");
    await whenIdle;
  });
});

describe("a worker that ends", () => {
  test.each([0, 3])("by process.exit(%i) rejects every call and all later ones, and says who and how", async (code) => {
    const worker = start({ name: "sampler 2" });
    const [waiting, exiting] = [failure(worker.call("deaf", null)), failure(worker.call("exit", code))];
    expect((await waiting).message).toBe(`worker sampler 2 ended with exit code ${code}`);
    expect((await exiting).message).toBe(`worker sampler 2 ended with exit code ${code}`);
    await expect(worker.call("echo", 1)).rejects.toThrow(`worker sampler 2 ended with exit code ${code}`);
    await worker.idle();
    await worker.close();
  });

  test("by an uncaught error keeps it as the cause", async () => {
    const error = await failure(start().call("crash", null));
    expect(error.message).toBe("worker echo.ts ended with exit code 1: uncaught");
    expect(error.cause).toBeInstanceOf(SyntaxError);
  });

  test("by a file that is not there", async () => {
    const worker = connect<EchoHandlers>(new URL("absent.ts", import.meta.url));
    expect((await failure(worker.call("echo", 1))).message).toMatch(
      /^worker absent.ts ended with exit code 1: Cannot find module .*absent.js/,
    );
    await worker.close();
  });
});

describe("close", () => {
  test("rejects what is in flight, aborts its handler, refuses later calls, and may be called twice", async () => {
    const worker = start();
    const call = failure(worker.call("untilAborted", null));
    await worker.call("echo", null);
    await Promise.all([worker.close(), worker.close()]);
    expect((await call).message).toBe("worker echo.ts was closed");
    await expect(worker.call("echo", 1)).rejects.toThrow("worker echo.ts was closed");
  });

  test.each(["deaf", "spin"] as const)("ends a handler that never does: %s", async (handler) => {
    const worker = start({ grace: 100 });
    const call = failure(worker.call(handler, null));
    await worker.close();
    expect((await call).message).toBe("worker echo.ts was closed");
  });

  test("rejects when the worker cannot close", async () => {
    const worker = start({ data: "break on close" });
    await worker.call("echo", null);
    await expect(worker.close()).rejects.toThrow("worker echo.ts ended with exit code 1: cannot close");
  });
});

describe("release", () => {
  test("gives the thread, as new, to another connection; the first one is closed", async () => {
    const first = start({ name: "first" });
    const waiting = failure(first.call("untilAborted", null));
    await first.call("echo", null);
    const thread = await first.release();
    expect((await waiting).message).toBe("worker first was closed");
    expect(thread).toBeDefined();
    const second = connectTo<EchoHandlers>(thread!);
    open.push(second);
    // The same thread, which has freed what the first connection left: `closes` counts it.
    expect(await second.call("abortions", null)).toBe(1);
    expect(await second.call("closes", null)).toBe(1);
    await expect(first.call("echo", 1)).rejects.toThrow("worker first was closed");
    await first.close();
    expect(await second.call("echo", 2)).toBe(2);
  });

  test.each(["deaf", "spin"] as const)("ends a thread whose handler never ends: %s", async (handler) => {
    const worker = start({ grace: 100 });
    const call = failure(worker.call(handler, null));
    expect(await worker.release()).toBeUndefined();
    expect((await call).message).toBe("worker echo.ts was closed");
    expect(worker.usable).toBe(false);
  });

  test("gives nothing where the thread has ended or was closed, and rejects when it cannot free what it holds", async () => {
    const ended = start();
    await failure(ended.call("exit", 0));
    expect(await ended.release()).toBeUndefined();
    const closed = start();
    await closed.close();
    expect(await closed.release()).toBeUndefined();
    const broken = start({ data: "break on close" });
    await broken.call("echo", null);
    await expect(broken.release()).rejects.toThrow("cannot close");
  });
});

/** What a module prints that has the worker's file as `url`, in a process of its own. */
const printed = async (source: string, ...flags: string[]): Promise<string> => {
  const known = `
    import { connect, connectTo } from ${JSON.stringify(new URL("../../src/workers/connect.ts", import.meta.url).href)};
    const url = new URL(${JSON.stringify(new URL("../fixtures/workers/echo.ts", import.meta.url).href)});`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...flags,
    "--import",
    "tsx",
    "--input-type=module",
    "--eval",
    known + source,
  ]);
  return stdout;
};

test("a thread that lives on holds nothing of the connections that released it", async () => {
  const source = `
    const first = connect(url);
    await first.call("echo", 1);
    let thread = await first.release();
    const released = [];
    const once = async () => {
      const connection = connectTo(thread);
      released.push(new WeakRef(connection));
      await connection.call("echo", 2);
      await connection.release();
    };
    for (let i = 0; i < 4; i += 1) await once();
    await new Promise((resolve) => setTimeout(resolve, 10));
    gc();
    console.log(released.filter((one) => one.deref() !== undefined).length, thread.worker.threadId > 0);`;
  expect(await printed(source, "--expose-gc")).toBe("0 true\n");
});

describe("the process", () => {
  test("ends by itself while a worker is idle, and waits while a call is in flight", async () => {
    const source = `
      const worker = connect(url);
      console.log(await worker.call("busy", 50));
      console.log(await worker.call("echo", "idle now"));`;
    expect(await printed(source)).toBe("1\nidle now\n");
  });
});
