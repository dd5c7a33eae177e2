/** Tests of the client, against real sockets. */
import { getEventListeners } from "node:events";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { jsonClient, type ClientOptions, type JsonClient } from "../../src/remote/client.ts";
import { RemoteError } from "../../src/remote/remote-error.ts";
import { httpServer, json } from "../fixtures/http-server.ts";

const { signal } = new AbortController();

const clientOf = (url: string, options: Partial<ClientOptions> = {}): JsonClient => {
  const client = jsonClient({ name: "reward", url, ...options });
  onTestFinished(() => client.close());
  return client;
};

const failure = async (work: Promise<unknown>): Promise<RemoteError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RemoteError)) throw new Error(`expected a RemoteError, got ${String(error)}`);
  return error;
};

afterEach(() => void vi.unstubAllEnvs());

describe("documents", () => {
  test("go there and back as they are, every bit of a number", async () => {
    const server = await httpServer(({ document }, response) => json(response, { got: document }));
    const client = clientOf(server.url);
    const document = { text: "π\u0000\ud83d\ude00", numbers: [0.1, -1 / 3, 5e-324, 1.7976931348623157e308], nothing: null };
    expect(await client.post("/score", document, signal)).toEqual({ got: document });
    expect(await client.get("/health?deep=1", signal)).toEqual({});
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /score", "GET /health?deep=1"]);
    expect(server.asked[0]?.headers).toMatchObject({ "content-type": "application/json", accept: "application/json" });
    expect(server.asked[0]?.headers).not.toHaveProperty("authorization");
  });

  test("a probe asks for a good status alone", async () => {
    const server = await httpServer(({ path }, response) => response.writeHead(path === "/health" ? 200 : 500).end("fine"));
    const client = clientOf(server.url);
    await client.probe("/health", signal);
    expect(await failure(client.probe("/", signal))).toMatchObject({ status: 500 });
  });

  test("paths are resolved from the address, and stay on the server", async () => {
    const server = await httpServer((_asked, response) => json(response, 1));
    const client = clientOf(`${server.url}/a/score`);
    await client.get("", signal);
    await client.get("health", signal);
    expect(server.asked.map(({ path }) => path)).toEqual(["/a/score", "/a/health"]);
    await expect(client.get("http://127.0.0.1:1/other", signal)).rejects.toThrow(`reward: expected a path on ${server.url}, got`);
  });

  test("connections are kept, and no more than allowed", async () => {
    let most = 0;
    let open = 0;
    const server = await httpServer((_asked, response) => {
      most = Math.max(most, (open += 1));
      setTimeout(() => {
        open -= 1;
        json(response, 1);
      }, 10);
    });
    const client = clientOf(server.url, { connections: 3 });
    await Promise.all(Array.from({ length: 20 }, () => client.get("/", signal)));
    expect(most).toBe(3);
    expect(await server.connections()).toBe(3);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("a token", () => {
  test("is sent, and never shown", async () => {
    vi.stubEnv("RETORT_TEST_TOKEN", "s3cret-token");
    const server = await httpServer(({ headers }, response) => json(response, { you: headers.authorization }, 403));
    vi.stubEnv("RETORT_TOKENS", `RETORT_TEST_TOKEN@${new URL(server.url).host}`);
    const error = await failure(clientOf(server.url, { tokenVariable: "RETORT_TEST_TOKEN" }).get("/", signal));
    expect(server.asked[0]?.headers.authorization).toBe("Bearer s3cret-token");
    expect(error.message).toBe(
      `reward ${server.url}/: expected status 200, got 403 "{\\"you\\":\\"Bearer ***\\"}"; see the token in RETORT_TEST_TOKEN`,
    );
    expect(JSON.stringify(error) + String(error.stack)).not.toContain("s3cret");
  });

  test("that is not there is an error before anything is sent", async () => {
    vi.stubEnv("RETORT_TOKENS", "RETORT_NO_TOKEN@127.0.0.1:1");
    await expect(clientOf("http://127.0.0.1:1", { tokenVariable: "RETORT_NO_TOKEN" }).get("/", signal)).rejects.toThrow(
      new RangeError("reward http://127.0.0.1:1: expected a token in the environment variable RETORT_NO_TOKEN, got nothing; set it"),
    );
  });
});

describe("a file that names a variable and a server", () => {
  const failed = (url: string, namedBy?: "user"): Promise<string> =>
    clientOf(url, { tokenVariable: "RETORT_TEST_TOKEN", namedBy })
      .get("/", signal)
      .then(String, (error: Error) => error.message);

  test("has nothing sent unless the user allowed it, for this variable and this host", async () => {
    vi.stubEnv("RETORT_TEST_TOKEN", "s3cret-token");
    const server = await httpServer((_asked, response) => json(response, 1));
    const { host } = new URL(server.url);
    for (const allowed of [
      undefined,
      "",
      `OTHER@${host}`,
      "RETORT_TEST_TOKEN",
      "RETORT_TEST_TOKEN@127.0.0.1",
      `RETORT_TEST_TOKEN@${host}.evil`,
    ]) {
      vi.stubEnv("RETORT_TOKENS", allowed);
      expect(await failed(server.url)).toContain(`set RETORT_TOKENS=RETORT_TEST_TOKEN@${host} `);
    }
    expect(server.asked).toEqual([]);
    vi.stubEnv("RETORT_TOKENS", `OTHER@a.example RETORT_TEST_TOKEN@${host}`);
    expect(await clientOf(server.url, { tokenVariable: "RETORT_TEST_TOKEN" }).get("/", signal)).toBe(1);
    vi.stubEnv("RETORT_TOKENS", undefined);
    expect(await clientOf(server.url, { tokenVariable: "RETORT_TEST_TOKEN", namedBy: "user" }).get("/", signal)).toBe(1);
  });

  test("has nothing sent in the clear to another machine, whoever named it", async () => {
    vi.stubEnv("RETORT_TEST_TOKEN", "s3cret-token");
    vi.stubEnv("RETORT_TOKENS", "RETORT_TEST_TOKEN@192.0.2.1 RETORT_TEST_TOKEN@127.0.0.1.example.org");
    for (const host of ["192.0.2.1", "127.0.0.1.example.org"]) {
      for (const namedBy of [undefined, "user"] as const)
        expect(await failed(`http://${host}`, namedBy)).toContain("expected https:// where a token is sent, got http://");
    }
  });
});

test.each(["", "score", "ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1:8000"])("%j is no address", (url) => {
  expect(() => jsonClient({ name: "reward", url })).toThrow(
    new RangeError(`reward: expected an address that begins with http:// or https://, got ${JSON.stringify(url)}`),
  );
});

test("an address with a password is refused without showing it", () => {
  expect(() => jsonClient({ name: "reward", url: "http://me:hunter2@127.0.0.1/" })).toThrow(
    new RangeError("reward: expected an address without a name and a password; put a token into an environment variable"),
  );
});

describe("statuses", () => {
  test.each([
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [413, false],
    [422, false],
    [425, true],
    [429, true],
    [500, true],
    [502, true],
    [503, true],
    [504, true],
    [204, false],
    [302, false],
  ])("%i may be tried again: %s", async (status, retryable) => {
    const server = await httpServer((_asked, response) => response.writeHead(status, { location: "/elsewhere" }).end());
    const error = await failure(clientOf(server.url).post("/score", {}, signal));
    expect(error).toMatchObject({ status, retryable });
    expect(error.message).toContain(`reward ${server.url}/score: expected status 200, got ${status} ""`);
    expect(server.asked).toHaveLength(1);
  });

  test.each([
    ['{"error":{"message":"too long","code":400}}', "too long"],
    ['{"message":"too long"}', "too long"],
    ['{"detail":"too long"}', "too long"],
    ['{"error":"too long"}', "too long"],
    ['{"detail":[{"msg":"too long"}]}', '{\\"detail\\":[{\\"msg\\":\\"too long\\"}]}'],
    ["null", "null"],
    ["too long", "too long"],
  ])("the reason of %s is shown", async (body, shown) => {
    const server = await httpServer((_asked, response) => response.writeHead(400).end(body));
    const error = await failure(clientOf(server.url).get("/", signal));
    expect(error.message).toBe(`reward ${server.url}/: expected status 200, got 400 "${shown}"`);
  });

  test("Retry-After is told in milliseconds", async () => {
    const server = await httpServer((_asked, response) => json(response, { error: "busy" }, 429, { "retry-after": "7" }));
    expect(await failure(clientOf(server.url).get("/", signal))).toMatchObject({ retryable: true, retryAfter: 7000, status: 429 });
  });
});

describe("answers that are none", () => {
  test("no server listens", async () => {
    const server = await httpServer(() => undefined);
    await server.close();
    const error = await failure(clientOf(server.url).post("/score", {}, signal));
    expect(error).toMatchObject({ retryable: true });
    expect(error.message).toBe(
      `reward ${server.url}/score: expected an answer, got connect ECONNREFUSED 127.0.0.1:${server.port}; is the server running?`,
    );
  });

  test.each([
    ["before an answer", ""],
    ["in the middle of its head", "HTTP/1.1 200 OK\r\ncontent-"],
    ["in the middle of its body", 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"scores": [1'],
    ["in the middle of a chunk", 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"scores": [1'],
  ])("the connection is lost %s", async (_when, sent) => {
    for (const how of ["resetAndDestroy", "destroy"] as const) {
      const server = await httpServer((_asked, response) => {
        const { socket } = response;
        socket?.write(sent, () => setTimeout(() => socket[how](), 5));
      });
      const error = await failure(clientOf(server.url).post("/score", {}, signal));
      expect(error).toMatchObject({ retryable: true });
      expect(error.message).toMatch(/^reward http:\/\/127\.0\.0\.1:\d+\/score: expected an answer, got .+$/);
    }
  });

  test("what is no HTTP", async () => {
    const server = await httpServer((_asked, response) => response.socket?.end("SSH-2.0-OpenSSH_9.6\r\n"));
    const error = await failure(clientOf(server.url).get("/", signal));
    expect(error.message).toContain("expected an answer, got Response does not match the HTTP/1.1 protocol");
  });

  test("what is no JSON, with what came", async () => {
    const server = await httpServer((_asked, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<html>sorry</html>"),
    );
    const error = await failure(clientOf(server.url).get("/", signal));
    expect(error).toMatchObject({ retryable: true, status: 200 });
    expect(error.message).toBe(`reward ${server.url}/: expected JSON, got text/html "<html>sorry</html>"`);
  });

  test.each([true, false])("one that is too long, announced: %s", async (announced) => {
    const server = await httpServer((_asked, response) => {
      const body = JSON.stringify("x".repeat(5000));
      response.writeHead(200, announced ? { "content-length": body.length } : {}).end(body);
    });
    const error = await failure(clientOf(server.url, { largest: 1000 }).get("/", signal));
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).toBe(`reward ${server.url}/: expected an answer of at most 1000 bytes, got a longer one`);
  });

  test.each([
    ["nothing comes", ""],
    ["it stops in the middle", 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"scores": [1'],
  ])("in time: %s", async (_what, sent) => {
    const server = await httpServer((_asked, response) => response.socket?.write(sent));
    const error = await failure(clientOf(server.url, { timeout: 50 }).get("/", signal));
    expect(error).toMatchObject({ retryable: true });
    expect(error.message).toBe(`reward ${server.url}/: expected an answer within 50 ms, got none`);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("of a wrong form, as its reader says", () => {
    const error = clientOf("http://127.0.0.1:1/v1/").misfit("models", "a list of models", { data: 3 });
    expect(error.message).toBe('reward http://127.0.0.1:1/v1/models: expected a list of models, got {"data":3}');
    expect(error).toMatchObject({ retryable: true });
  });
});

test("aborting ends the request at once with the signal's reason, down to the socket", async () => {
  let gone: Promise<void> | undefined;
  const controller = new AbortController();
  const reason = new Error("enough");
  const server = await httpServer((_asked, response) => {
    gone = new Promise((resolve) => response.once("close", resolve));
    controller.abort(reason);
  });
  const client = clientOf(server.url);
  await expect(client.get("/", controller.signal)).rejects.toBe(reason);
  await gone;
  await expect(client.get("/", controller.signal)).rejects.toBe(reason);
  expect(server.asked).toHaveLength(1);
});

test("a client that is closed fails what is in flight, and what comes later", async () => {
  const server = await httpServer(() => void client.close());
  const client = clientOf(server.url);
  expect(await failure(client.get("/", signal))).toMatchObject({ retryable: false });
  expect(await failure(client.get("/", signal))).toMatchObject({ retryable: false });
});
