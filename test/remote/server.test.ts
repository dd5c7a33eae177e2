/** Tests of the server, against real sockets: raw ones, and the client of this folder. */
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { jsonClient, type JsonClient } from "../../src/remote/client.ts";
import { RefusedRequest } from "../../src/remote/refused-request.ts";
import { serveJson, type JsonServer, type Route, type ServedRequest, type ServerOptions } from "../../src/remote/server.ts";

const { signal } = new AbortController();

const echo: Route = { method: "POST", path: "/echo", answer: (document) => Promise.resolve({ document }) };
const health: Route = { method: "GET", path: "/health", answer: (document) => Promise.resolve({ ok: true, got: document ?? null }) };

const started = async (routes: readonly Route[] = [echo, health], options: Partial<ServerOptions> = {}): Promise<JsonServer> => {
  const server = await serveJson(routes, { port: 0, ...options });
  onTestFinished(() => server.close(0));
  return server;
};

const clientOf = ({ url }: JsonServer, tokenVariable?: string): JsonClient => {
  const client = jsonClient({ name: "test", url, tokenVariable, namedBy: "user" });
  onTestFinished(() => client.close());
  return client;
};

/** Sends bytes as they are, and gives everything that comes back until the server closes the connection. */
const raw = async ({ url }: JsonServer, request: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), new URL(url).hostname);
  socket.on("error", () => undefined);
  socket.write(request);
  return text(socket);
};

const head = (lines: readonly string[]): string => [...lines, "connection: close", "", ""].join("\r\n");

const statusOf = (answer: string): string => answer.slice(0, answer.indexOf("\r\n"));

afterEach(() => void vi.unstubAllEnvs());

describe("answers", () => {
  test("are documents, and every request is told of", async () => {
    const told: ServedRequest[] = [];
    const server = await started(undefined, { observe: (request) => told.push(request) });
    const client = clientOf(server);
    expect(await client.post("/echo", { a: [1, "π"] }, signal)).toEqual({ document: { a: [1, "π"] } });
    expect(await client.get("/health?x=1", signal)).toEqual({ ok: true, got: null });
    await vi.waitFor(() => expect(told).toHaveLength(2));
    expect(told.map(({ milliseconds, ...rest }) => [rest, milliseconds >= 0])).toEqual([
      [{ method: "POST", path: "/echo", status: 200 }, true],
      [{ method: "GET", path: "/health", status: 200 }, true],
    ]);
  });

  test("may be JSON already", async () => {
    const written: Route = { method: "GET", path: "/", answer: () => Promise.resolve(Buffer.from('{"n":1.50}')) };
    const server = await started([written]);
    expect(await clientOf(server).get("/", signal)).toEqual({ n: 1.5 });
    expect(await raw(server, head(["GET / HTTP/1.1", "host: 127.0.0.1"]))).toMatch(
      /content-type: application\/json\r\n.*\r\n\r\n\{"n":1\.50\}$/s,
    );
  });

  test("that throw are refusals, or failures with their message", async () => {
    const told: ServedRequest[] = [];
    const fail = (path: string, error: Error): Route => ({ method: "GET", path, answer: () => Promise.reject(error) });
    const refused = fail("/refused", new RefusedRequest(422, "expected less", { "retry-after": "2" }));
    const server = await started([refused, fail("/broken", new Error("out of tape"))], { observe: (request) => told.push(request) });
    const client = clientOf(server);
    await expect(client.get("/refused", signal)).rejects.toMatchObject({ status: 422, retryAfter: 2000 });
    await expect(client.get("/broken", signal)).rejects.toMatchObject({
      status: 500,
      message: `test ${server.url}/broken: expected status 200, got 500 "out of tape"`,
    });
    await vi.waitFor(() => expect(told.map(({ error }) => error)).toEqual(["expected less", "out of tape"]));
  });
});

describe("what a stranger may not", () => {
  const post = (body: string, ...lines: string[]): string =>
    head(["POST /echo HTTP/1.1", "host: 127.0.0.1", `content-length: ${body.length}`, ...lines]) + body;

  test.each([
    ["another path", head(["GET /etc/passwd HTTP/1.1", "host: 127.0.0.1"]), "404"],
    ["a path through others", head(["GET /health/../echo HTTP/1.1", "host: 127.0.0.1"]), "404"],
    ["another server's address", head(["GET http://example.com/health HTTP/1.1", "host: 127.0.0.1"]), "404"],
    ["another method", head(["GET /echo HTTP/1.1", "host: 127.0.0.1"]), "405"],
    ["another host's name", head(["GET /health HTTP/1.1", "host: rebound.example.com"]), "403"],
    ["content of a form, as web pages send it", post("{}", "content-type: text/plain"), "415"],
    ["content without a type", post("{}"), "415"],
    ["no JSON", post("{", "content-type: application/json"), "400"],
    ["too much", post(JSON.stringify("x".repeat(2000)), "content-type: application/json"), "413"],
    ["no HTTP", "HELO\r\n\r\n", "400"],
  ])("%s", async (_what, request, status) => {
    const server = await started(undefined, { largest: 1000 });
    expect(statusOf(await raw(server, request))).toContain(`HTTP/1.1 ${status} `);
    expect(await clientOf(server).post("/echo", 1, signal)).toEqual({ document: 1 });
  });

  test("localhost and IPv6 are this machine", async () => {
    const server = await started();
    for (const host of ["localhost:8000", "127.0.0.9", "[::1]:80"]) {
      expect(statusOf(await raw(server, head(["GET /health HTTP/1.1", `host: ${host}`])))).toBe("HTTP/1.1 200 OK");
    }
  });
});

describe("a token", () => {
  test("is needed where other machines can ask", async () => {
    for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.com"]) {
      await expect(serveJson([], { port: 0, host })).rejects.toThrow(
        new RangeError(`server: expected a token for ${host}, where other machines can ask, got none`),
      );
    }
    const token = "0123456789abcdef";
    const server = await started(undefined, { host: "0.0.0.0", token });
    expect(statusOf(await raw(server, head(["GET /health HTTP/1.1", "host: any.example.com", `authorization: Bearer ${token}`])))).toBe(
      "HTTP/1.1 200 OK",
    );
  });

  test("that other machines could find by trying is refused", async () => {
    for (const token of ["t", "0123456789abcde"])
      await expect(serveJson([], { port: 0, host: "0.0.0.0", token })).rejects.toThrow(
        `server: expected a token of at least 16 characters for 0.0.0.0, where other machines can try them, got ${token.length}; make one`,
      );
    expect((await started(undefined, { token: "t" })).url).toMatch(/^http:\/\/127\.0\.0\.1:/u);
  });

  test("opens to who has it, before anything else is looked at", async () => {
    const server = await started(undefined, { token: "right" });
    vi.stubEnv("RETORT_TEST_TOKEN", "right");
    expect(await clientOf(server, "RETORT_TEST_TOKEN").get("/health", signal)).toEqual({ ok: true, got: null });
    vi.stubEnv("RETORT_TEST_TOKEN", "wrong");
    await expect(clientOf(server, "RETORT_TEST_TOKEN").get("/health", signal)).rejects.toMatchObject({ status: 401, retryable: false });
    await expect(clientOf(server).get("/nowhere", signal)).rejects.toMatchObject({ status: 401 });
  });
});

test("a port that is taken is an error", async () => {
  const { url } = await started();
  const { port } = new URL(url);
  await expect(serveJson([], { port: Number(port) })).rejects.toThrow(
    `server: expected to listen on 127.0.0.1:${port}, got listen EADDRINUSE`,
  );
});

/** A route that answers when it is let to. */
const gated = (): { route: Route; begun: Promise<void>; open: () => void } => {
  let [begin, open]: (() => void)[] = [];
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const gate = new Promise<void>((resolve) => (open = resolve));
  const answer: Route["answer"] = async () => {
    begin?.();
    await gate;
    return "done";
  };
  return { route: { method: "GET", path: "/gated", answer }, begun, open: () => open?.() };
};

test("too many at once are told to come back", async () => {
  const { route, open } = gated();
  const server = await started([route], { concurrency: 2 });
  const client = clientOf(server);
  let refused = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () =>
      client.get("/gated", signal).catch((error: unknown) => {
        if ((refused += 1) === 3) open();
        throw error;
      }),
    ),
  );
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  expect(errors).toHaveLength(3);
  for (const error of errors) expect(error).toMatchObject({ status: 503, retryable: true, retryAfter: 1000 });
  expect(await client.get("/gated", signal)).toBe("done");
});

/** A route that runs until its signal aborts. */
const endless = (): { route: Route; begun: Promise<AbortSignal> } => {
  let tell: (given: AbortSignal) => void;
  const begun = new Promise<AbortSignal>((resolve) => (tell = resolve));
  const answer: Route["answer"] = async (_document, given) => {
    tell(given);
    await once(given, "abort");
    throw given.reason as Error;
  };
  return { route: { method: "GET", path: "/endless", answer }, begun };
};

test("work is aborted when its client goes away", async () => {
  const told: ServedRequest[] = [];
  const { route, begun } = endless();
  const server = await started([route], { observe: (request) => told.push(request) });
  const controller = new AbortController();
  const asked = clientOf(server).get("/endless", controller.signal);
  const given = await begun;
  controller.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
  await vi.waitFor(() => expect(told).toMatchObject([{ path: "/endless", status: 499 }]));
  expect((given.reason as Error).message).toBe("the client is gone");
});

describe("closing", () => {
  test("lets work end, ends connections that are kept, and takes nothing more", async () => {
    const { route, begun, open } = gated();
    const server = await started([route, health]);
    const client = clientOf(server);
    await client.get("/health", signal);
    const asked = client.get("/gated", signal);
    await begun;
    const closed = server.close();
    open();
    expect(await asked).toBe("done");
    await closed;
    await expect(client.get("/health", signal)).rejects.toThrow("expected an answer, got");
    await server.close();
  });

  test("aborts what still runs after the grace", async () => {
    const { route, begun } = endless();
    const server = await started([route]);
    const asked = clientOf(server).get("/endless", signal);
    const given = await begun;
    const closed = server.close(20);
    await expect(asked).rejects.toThrow("expected an answer, got");
    await closed;
    expect((given.reason as Error).message).toBe("the server closes");
  });
});
