/**
 * A server that speaks JSON over HTTP: on this machine alone unless told otherwise, with bounds on everything that a
 * stranger can send.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isIP, type AddressInfo } from "node:net";
import { defined } from "../optional/defined.ts";

/** Thrown by what answers, for a request that is wrong: the status and the message are the answer. */
export class RefusedRequest extends Error {
  override readonly name = "RefusedRequest";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** One kind of request. */
export interface Route {
  readonly method: "GET" | "POST";
  /** Begins with a slash; exact. */
  readonly path: string;
  /**
   * Makes the answer from the document that was sent, or from nothing: a document, or the bytes of its JSON. The signal
   * aborts when the client is gone, or the server closes.
   */
  answer(document: unknown, signal: AbortSignal): Promise<unknown>;
}

/** A request as a log shows it. */
export interface ServedRequest {
  readonly method: string;
  readonly path: string;
  /** 499 when the client was gone before its answer. */
  readonly status: number;
  readonly milliseconds: number;
  /** What went wrong. */
  readonly error?: string;
}

/** Where a server listens, and for whom. */
export interface ServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  /** Every request must carry it. Needed on any host but this machine's own. */
  readonly token?: string | undefined;
  /** Most bytes of a request. Default 64 MiB. */
  readonly largest?: number | undefined;
  /** Most requests at work; further ones are told to come back. Default 64. */
  readonly concurrency?: number | undefined;
  /** Told of each request that ended. */
  readonly observe?: ((request: ServedRequest) => void) | undefined;
}

/** A server while it runs. */
export interface JsonServer {
  readonly url: string;
  /** Takes no more requests, waits at most `grace` ms (default 5000) for those at work, then aborts them. */
  close(grace?: number): Promise<void>;
}

const isOwn = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** The document of a request. `RefusedRequest` when it is too large, or no JSON. */
const readDocument = async (request: IncomingMessage, largest: number): Promise<unknown> => {
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    // This also keeps web pages that are open on this machine from sending requests: browsers need permission for it.
    throw new RefusedRequest(415, "expected content of type application/json");
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largest)
      throw new RefusedRequest(413, `expected at most ${largest} bytes, got more`, { connection: "close" });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch (error) {
    throw new RefusedRequest(400, `expected JSON, got an error: ${(error as Error).message}`);
  }
};

/** `RefusedRequest` unless the request is allowed. */
const admit = (request: IncomingMessage, host: string, token: string | undefined): void => {
  if (token !== undefined) {
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), digest(token))) return;
    throw new RefusedRequest(401, "expected the server's token in the header Authorization: Bearer", {
      "www-authenticate": "Bearer",
    });
  }
  // A page of another host, whose name was made to mean this machine, requests that name.
  const requested = (request.headers.host ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  if (requested !== host && !isOwn(requested))
    throw new RefusedRequest(403, `expected a request for ${host}, got another host's`);
};

const routeOf = (routes: readonly Route[], method: string, path: string): Route => {
  const there = routes.filter((route) => route.path === path);
  const found = there.find((route) => route.method === method);
  if (found !== undefined) return found;
  if (there.length === 0)
    throw new RefusedRequest(404, `expected one of ${routes.map((route) => route.path).join(", ")}`);
  const allow = there.map((route) => route.method).join(", ");
  throw new RefusedRequest(405, `expected the method ${allow}`, { allow });
};

/** The path of a request; "" for an address that has none, which no route has. */
const pathOf = ({ url = "" }: IncomingMessage): string => /^\/[^?#]*/.exec(url)?.[0] ?? "";

const send = (
  response: ServerResponse,
  status: number,
  document: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const body = document instanceof Uint8Array ? document : Buffer.from(JSON.stringify(document));
  response
    .writeHead(status, { "content-type": "application/json", "content-length": body.length, ...headers })
    .end(body);
};

/** Refuses as OpenAI's and vLLM's servers do. */
const refuse = (response: ServerResponse, error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  const [status, headers] = error instanceof RefusedRequest ? [error.status, error.headers] : [500, {}];
  send(response, status, { error: { message, code: status } }, headers);
  return message;
};

/** Answers one request, and gives what went wrong. */
const respond = async (
  routes: readonly Route[],
  { host = "127.0.0.1", token, largest = 2 ** 26 }: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<string | undefined> => {
  try {
    admit(request, host, token);
    const route = routeOf(routes, request.method ?? "", pathOf(request));
    const document = route.method === "POST" ? await readDocument(request, largest) : undefined;
    const answer = await route.answer(document, signal);
    if (!signal.aborted) send(response, 200, answer);
    return undefined;
  } catch (error) {
    return response.headersSent || response.destroyed ? String(error) : refuse(response, error);
  }
};

/** Handles requests: counts those at work, and can abort them. */
class RequestHandler {
  readonly #controllers = new Set<AbortController>();
  readonly #routes: readonly Route[];
  readonly #options: ServerOptions;

  constructor(routes: readonly Route[], options: ServerOptions) {
    this.#routes = routes;
    this.#options = options;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { concurrency = 64, observe } = this.#options;
    const start = performance.now();
    const controller = new AbortController();
    const finished = new Promise<void>((resolve) => {
      response.once("close", () => {
        if (!response.writableFinished) controller.abort(new Error("the client is gone"));
        resolve();
      });
    });
    const full = this.#controllers.size >= concurrency;
    this.#controllers.add(controller);
    const error = full
      ? refuse(response, new RefusedRequest(503, "expected fewer requests at once; try again", { "retry-after": "1" }))
      : await respond(this.#routes, this.#options, request, response, controller.signal);
    this.#controllers.delete(controller);
    await finished;
    const status = response.writableFinished ? response.statusCode : 499;
    const milliseconds = performance.now() - start;
    observe?.({
      method: request.method ?? "",
      path: pathOf(request),
      status,
      milliseconds,
      ...defined({ error }),
    });
  }

  abort(): void {
    for (const controller of this.#controllers) controller.abort(new Error("the server closes"));
  }
}

const urlOf = (host: string, { port }: AddressInfo): string =>
  `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/**
 * Listens. An answer that throws a `RefusedRequest` is that refusal, and any other error status 500 with its message;
 * the body of both is `{ "error": { "message", "code" } }`. `RangeError` when other machines could send requests and
 * there is no token; `Error` when it cannot listen there.
 */
export const serveJson = async (routes: readonly Route[], options: ServerOptions): Promise<JsonServer> => {
  const { host = "127.0.0.1", port, token } = options;
  if (!isOwn(host) && (token === undefined || token === "")) {
    throw new RangeError(`server: expected a token for ${host}, where other machines can ask, got none`);
  }
  const handler = new RequestHandler(routes, options);
  const server = createServer((request, response) => void handler.serve(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new Error(`server: expected to listen on ${host}:${port}, got ${cause.message}`, { cause })),
    );
    server.listen(port, host, resolve);
  });
  const url = urlOf(host, server.address() as AddressInfo);
  let closing: Promise<void> | undefined;
  const close = async (grace: number): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A kept-alive connection whose request ends from now on would wait for another.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    const timer = setTimeout(() => {
      handler.abort();
      server.closeAllConnections();
    }, grace);
    await closed;
    clearInterval(sweep);
    clearTimeout(timer);
  };
  return { url, close: (grace = 5000) => (closing ??= close(grace)) };
};
