/** Tests of the worker's side of calls. */
import { once } from "node:events";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { expect, test } from "vitest";
import type { Handlers, Reply, Request } from "../../src/workers/messages.ts";
import { serve } from "../../src/workers/serve.ts";

/** Serves on one end of a channel in this thread. */
const channel = (handlers: Handlers, close?: () => Promise<void>): { port: MessagePort; ask: (request: Request) => Promise<Reply> } => {
  const { port1, port2 } = new MessageChannel();
  serve(handlers, close === undefined ? { port: port2 } : { port: port2, close });
  const ask = async (request: Request): Promise<Reply> => {
    const reply = once(port1, "message") as Promise<[Reply]>;
    port1.postMessage(request);
    return (await reply)[0];
  };
  return { port: port1, ask };
};

test("each call gets one reply with its id", async () => {
  const { port, ask } = channel({ twice: async (value: number) => ({ value: 2 * value }) });
  expect(await ask({ kind: "call", id: 5, name: "twice", argument: 21 })).toEqual({ kind: "value", id: 5, value: 42 });
  expect(await ask({ kind: "call", id: 6, name: "thrice", argument: 1 })).toMatchObject({
    kind: "error",
    id: 6,
    error: { name: "RangeError", message: 'serve: expected a call of twice, got "thrice"' },
  });
  port.close();
});

test("a handler that throws before its first await is answered with the error", async () => {
  const { port, ask } = channel({
    broken: () => {
      throw new TypeError("at once");
    },
  });
  expect(await ask({ kind: "call", id: 1, name: "broken", argument: null })).toMatchObject({
    id: 1,
    error: { name: "TypeError", message: "at once" },
  });
  port.close();
});

test("a cancelled call is answered with an error when its handler has ended, whatever it gave", async () => {
  const { port, ask } = channel({
    patient: (_: unknown, signal: AbortSignal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve({ value: "late" }))),
  });
  port.postMessage({ kind: "call", id: 1, name: "patient", argument: null });
  expect(await ask({ kind: "cancel", id: 1 })).toMatchObject({ kind: "error", id: 1, error: { name: "AbortError" } });
  port.postMessage({ kind: "cancel", id: 1 });
  port.postMessage({ kind: "cancel", id: 77 });
  port.close();
});

test("a reset frees everything as closing does, says so, and leaves the port open", async () => {
  const events: string[] = [];
  const { port, ask } = channel(
    {
      work: (_: unknown, signal: AbortSignal) =>
        new Promise((resolve) => signal.addEventListener("abort", () => resolve({ value: events.push("aborted") }))),
      echo: async (value: unknown) => ({ value }),
    },
    async () => void events.push("freed"),
  );
  port.postMessage({ kind: "call", id: 1, name: "work", argument: null });
  expect(await ask({ kind: "reset" })).toMatchObject({ kind: "error", id: 1 });
  expect((await once(port, "message")) as unknown).toEqual([{ kind: "reset" }]);
  expect(events).toEqual(["aborted", "freed"]);
  expect(await ask({ kind: "call", id: 1, name: "echo", argument: 7 })).toEqual({ kind: "value", id: 1, value: 7 });
  port.close();
});

test("closing aborts the handlers, waits for them, then runs `close`, then closes the port", async () => {
  const events: string[] = [];
  const { port } = channel(
    {
      work: (_: unknown, signal: AbortSignal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () =>
            setImmediate(() => {
              events.push("handler ended");
              reject(signal.reason as Error);
            }),
          );
        }),
    },
    async () => void events.push("close"),
  );
  const closed = once(port, "close").then(() => events.push("port closed"));
  port.on("message", (reply: Reply) => events.push(reply.kind === "reset" ? "reset" : `reply ${reply.id}`));
  port.postMessage({ kind: "call", id: 1, name: "work", argument: null });
  port.postMessage({ kind: "close" });
  await closed;
  expect(events.filter((event) => !event.startsWith("reply"))).toEqual(["handler ended", "close", "port closed"]);
  expect(events).toContain("reply 1");
});
