/** Tests of a server against clients that mean harm, one for each kind, over real sockets. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test, vi } from "vitest";
import { serveJson, type JsonServer, type Route, type ServedRequest, type ServerOptions } from "../../src/remote/server.ts";

const echo: Route = { method: "POST", path: "/echo", answer: (document) => Promise.resolve({ document }) };
const health: Route = { method: "GET", path: "/health", always: true, answer: () => Promise.resolve({}) };
const large: Route = {
  method: "GET",
  path: "/large",
  answer: () => Promise.resolve(Array.from({ length: 40 }, () => Buffer.alloc(2 ** 20))),
};

const started = async (options: Partial<ServerOptions> = {}, routes: readonly Route[] = []): Promise<JsonServer> => {
  const server = await serveJson([echo, health, large, ...routes], { port: 0, ...options });
  onTestFinished(() => server.close(0));
  return server;
};

const open = ({ url }: JsonServer): Socket => {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
};

const head = (first: string, ...lines: readonly string[]): string => [first, "host: 127.0.0.1", ...lines, "", ""].join("\r\n");
const post = (length: number, ...lines: readonly string[]): string =>
  head("POST /echo HTTP/1.1", "content-type: application/json", `content-length: ${length}`, ...lines);

const raw = async (server: JsonServer, request: string): Promise<string> => {
  const socket = open(server);
  socket.write(request);
  return text(socket);
};

const statusOf = (answer: string): number => Number(answer.slice(9, 12));
const posted = (body: unknown): RequestInit =>
  body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };

const ask = async (server: JsonServer, path = "/health", body?: unknown): Promise<number> =>
  (await fetch(server.url + path, posted(body))).status;

test("half-sent bodies keep nobody out, and end", async () => {
  const server = await started({ concurrency: 4, patience: { body: 500 } });
  const sockets = Array.from({ length: 16 }, () => open(server));
  for (const socket of sockets) socket.write(`${post(100)}{`);
  await vi.waitFor(() => expect(sockets.every(({ bytesWritten }) => bytesWritten > 0)).toBe(true));
  expect([await ask(server), await ask(server, "/echo", 1)]).toEqual([200, 200]);
  expect((await Promise.all(sockets.map((socket) => text(socket)))).map(statusOf)).toEqual(sockets.map(() => 408));
});

test("half-sent headers end", async () => {
  const server = await started({ patience: { head: 200, body: 60_000 } });
  expect(statusOf(await raw(server, "POST /echo HTTP/1.1\r\nhost: 127"))).toBe(408);
});

test("the connection that has been silent for longest makes room for another", async () => {
  const server = await started({ connections: 3 });
  const sockets = Array.from({ length: 3 }, () => open(server));
  for (const socket of sockets) {
    socket.write(`${post(100)}{`);
    await once(socket, "connect");
  }
  const ended = once(sockets[0]!.resume(), "close");
  expect(await ask(server)).toBe(200);
  await ended;
});

test("health is answered while all others are at work", async () => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const answer: Route["answer"] = () => gate;
  const server = await started({ concurrency: 1 }, [{ method: "GET", path: "/gated", answer }]);
  const gated = ask(server, "/gated");
  await vi.waitFor(async () => expect(await ask(server, "/echo", 1)).toBe(503));
  expect(await ask(server)).toBe(200);
  release();
  await gated;
});

test("bytes of requests and answers are bounded, for all clients together", async () => {
  const heavy: Route = {
    method: "POST",
    path: "/heavy",
    bytes: (document) => Number(document),
    answer: () => new Promise(() => undefined),
  };
  const server = await started({ held: 1000 }, [heavy]);
  expect(await ask(server, "/heavy", 1001)).toBe(400);
  void ask(server, "/heavy", 900).catch(() => undefined);
  await vi.waitFor(async () => expect(await ask(server, "/echo", "x".repeat(200))).toBe(503));
  expect(await ask(server, "/echo", "x")).toBe(200);
});

test("an answer that nobody reads is let go", async () => {
  const told: ServedRequest[] = [];
  const server = await started({ held: 50 * 2 ** 20, patience: { unread: 2000 }, observe: (request) => told.push(request) });
  open(server).write(head("GET /large HTTP/1.1"));
  await vi.waitFor(() => expect(told).toMatchObject([{ path: "/large", status: 499 }]), { timeout: 30_000 });
  expect((await (await fetch(`${server.url}/large`)).arrayBuffer()).byteLength).toBe(40 * 2 ** 20);
});

test("JSON that is too deep is the client's fault", async () => {
  const server = await started();
  const deep = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
  const send = async (json: string): Promise<number> => statusOf(await raw(server, post(json.length, "connection: close") + json));
  expect(await send("[".repeat(100_000) + "]".repeat(100_000))).toBe(400);
  expect(await send('{"a":'.repeat(100_000) + "1" + "}".repeat(100_000))).toBe(400);
  expect(await ask(server, "/echo", deep(64))).toBe(200);
  expect(await ask(server, "/echo", ["[".repeat(99), '"[\\'.repeat(99)])).toBe(200);
});

test("two hosts are refused", async () => {
  const server = await started();
  expect(statusOf(await raw(server, head("GET /health HTTP/1.1", "Host: evil.example.com")))).toBe(400);
});

test.each([
  ["without the token", { token: "t" }, 401],
  ["that is too large", { largest: 1000 }, 413],
])("a body %s is not read to its end", async (_what, options, status) => {
  const server = await started(options);
  const socket = open(server);
  const answered = text(socket);
  socket.write(post(2 ** 32));
  const chunk = Buffer.alloc(2 ** 20);
  let sent = 0;
  while (socket.writable && sent < 512) {
    if (!socket.write(chunk)) await Promise.race([once(socket, "drain").catch(() => undefined), once(socket, "close")]);
    sent += 1;
  }
  expect(sent).toBeLessThan(512);
  expect([status, 0]).toContain(statusOf(await answered.catch(() => "")));
});

test("a small body that is refused is read, so that its client sees why", async () => {
  const server = await started({ token: "t" });
  expect(await ask(server, "/echo", "x".repeat(100_000))).toBe(401);
});
