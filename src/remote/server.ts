/**
 * A server that speaks JSON over HTTP: on this machine alone unless told otherwise, with bounds on everything that a
 * stranger can send.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIP, type AddressInfo, type Socket } from "node:net";
import { defined } from "../optional/defined.ts";
import { HeldBytes, type Holding } from "./held-bytes.ts";
import { admit, isOwn, passOver, readDocument } from "./received.ts";
import { RefusedRequest } from "./refused-request.ts";
import { piecesOf, send, sizeOfPieces } from "./send.ts";

/** One kind of request. */
export interface Route {
  readonly method: "GET" | "POST";
  /** Begins with a slash; exact. */
  readonly path: string;
  /** Answered however many others are at work: for what says how the server is. */
  readonly always?: boolean;
  /**
   * About as many bytes will the answer to this document have: they are held from before it is made until it is sent.
   * None when left out. `RefusedRequest` for a document that is wrong.
   */
  bytes?(document: unknown): number;
  /**
   * Makes the answer from the document that was sent, or from nothing: a document, or the bytes of its JSON, in one
   * array or a list of them. The signal aborts when the client is gone, or the server closes.
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

/** How long clients may take, in ms. */
export interface Patience {
  /** For the headers of a request. Default 10,000. */
  readonly head: number;
  /** For a whole request. Default 60,000. */
  readonly body: number;
  /** For reading a MiB of an answer. Default 30,000. */
  readonly unread: number;
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
  /** Most bytes of all requests and answers at a time; what does not fit is told to come back. Default 256 MiB. */
  readonly held?: number | undefined;
  /** Most connections: the one that has been silent or unfinished for longest makes room. Default 1024. */
  readonly connections?: number | undefined;
  /** How long clients may take, in ms. */
  readonly patience?: Partial<Patience> | undefined;
  /** Told of each request that ended. */
  readonly observe?: ((request: ServedRequest) => void) | undefined;
}

/** A server while it runs. */
export interface JsonServer {
  readonly url: string;
  /** Takes no more requests, waits at most `grace` ms (default 5000) for those at work, then aborts them. */
  close(grace?: number): Promise<void>;
}

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

const patienceOf = ({ patience }: ServerOptions): Patience => ({
  head: 10_000,
  body: 60_000,
  unread: 30_000,
  ...patience,
});

/** Refuses as OpenAI's and vLLM's servers do. */
const refuse = async (
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  unread: number,
): Promise<string> => {
  const message = error instanceof Error ? error.message : String(error);
  const [status, headers] = error instanceof RefusedRequest ? [error.status, error.headers] : [500, {}];
  const whole = await passOver(request);
  await send(response, status, piecesOf({ error: { message, code: status } }), {
    unread,
    headers: whole ? headers : { ...headers, connection: "close" },
  });
  return message;
};

const full = (): RefusedRequest =>
  new RefusedRequest(503, "expected fewer requests at once; try again", { "retry-after": "1" });

/** Handles requests: counts those at work and the bytes that they hold, and can abort them. */
class RequestHandler {
  readonly #controllers = new Set<AbortController>();
  /** Connections, the oldest first, without those whose request is whole and not answered. */
  readonly #idle = new Set<Socket>();
  readonly #busy = new Set<Socket>();
  readonly #held: HeldBytes;
  readonly #routes: readonly Route[];
  readonly #options: ServerOptions;
  readonly #unread: number;

  constructor(routes: readonly Route[], options: ServerOptions) {
    this.#routes = routes;
    this.#options = options;
    this.#held = new HeldBytes(options.held ?? 2 ** 28);
    this.#unread = patienceOf(options).unread;
  }

  /** A new connection, for which another may have to make room. */
  connected(socket: Socket): void {
    const { connections = 1024 } = this.#options;
    if (this.#idle.size + this.#busy.size >= connections) this.#idle.values().next().value?.destroy();
    this.#idle.add(socket);
    socket.once("close", () => {
      this.#idle.delete(socket);
      this.#busy.delete(socket);
    });
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { observe } = this.#options;
    const start = performance.now();
    const controller = new AbortController();
    const finished = new Promise<void>((resolve) => {
      response.once("close", () => {
        if (!response.writableFinished) controller.abort(new Error("the client is gone"));
        resolve();
      });
    });
    const holding = this.#held.open();
    const error = await this.#respond(request, response, controller, holding);
    await finished;
    holding.release();
    this.#move(request.socket, this.#busy, this.#idle);
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

  /** Answers one request, and gives what went wrong. */
  async #respond(
    request: IncomingMessage,
    response: ServerResponse,
    controller: AbortController,
    holding: Holding,
  ): Promise<string | undefined> {
    const { host = "127.0.0.1", token, largest = 2 ** 26 } = this.#options;
    try {
      admit(request, host, token);
      const route = routeOf(this.#routes, request.method ?? "", pathOf(request));
      this.#checkRoom(route);
      const document = route.method === "POST" ? await readDocument(request, largest, holding) : undefined;
      this.#move(request.socket, this.#idle, this.#busy);
      this.#checkRoom(route);
      const pieces = await this.#answer(route, document, controller, holding);
      if (!controller.signal.aborted) await send(response, 200, pieces, { unread: this.#unread });
      return undefined;
    } catch (error) {
      return response.headersSent || response.destroyed
        ? String(error)
        : refuse(request, response, error, this.#unread);
    }
  }

  async #answer(
    route: Route,
    document: unknown,
    controller: AbortController,
    holding: Holding,
  ): Promise<readonly Uint8Array[]> {
    if (!(route.always ?? false)) this.#controllers.add(controller);
    try {
      const expected = route.bytes?.(document) ?? 0;
      if (expected > 0) holding.hold(expected, "an answer");
      const pieces = piecesOf(await route.answer(document, controller.signal));
      holding.hold(sizeOfPieces(pieces), "an answer");
      return pieces;
    } finally {
      this.#controllers.delete(controller);
    }
  }

  /** `RefusedRequest` while too many are at work. */
  #checkRoom(route: Route): void {
    const { concurrency = 64 } = this.#options;
    if (!(route.always ?? false) && this.#controllers.size >= concurrency) throw full();
  }

  #move(socket: Socket, from: Set<Socket>, to: Set<Socket>): void {
    if (from.delete(socket)) to.add(socket);
  }
}

/** A server of HTTP, which does not listen yet. */
const serverOf = (handler: RequestHandler, options: ServerOptions): Server => {
  const { head, body } = patienceOf(options);
  const server = createServer(
    {
      headersTimeout: Math.min(head, body),
      requestTimeout: body,
      connectionsCheckingInterval: Math.min(1000, head / 2, body / 2),
    },
    (request, response) => void handler.serve(request, response),
  );
  return server.on("connection", (socket) => handler.connected(socket));
};

const urlOf = (host: string, { port }: AddressInfo): string =>
  `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** Characters of a token that is not found by trying. */
const shortestToken = 16;

const checkToken = (token: string | undefined, host: string): void => {
  if (token === undefined || token === "")
    throw new RangeError(`server: expected a token for ${host}, where other machines can ask, got none`);
  if (token.length < shortestToken)
    throw new RangeError(
      `server: expected a token of at least ${shortestToken} characters for ${host}, where other machines can try ` +
        `them, got ${token.length}; make one with "openssl rand -hex 16"`,
    );
};

/**
 * Listens. An answer that throws a `RefusedRequest` is that refusal, and any other error status 500 with its message;
 * the body of both is `{ "error": { "message", "code" } }`. `RangeError` when other machines could send requests and
 * there is no token, or a short one; `Error` when it cannot listen there.
 */
export const serveJson = async (routes: readonly Route[], options: ServerOptions): Promise<JsonServer> => {
  const { host = "127.0.0.1", port, token } = options;
  if (!isOwn(host)) checkToken(token, host);
  const handler = new RequestHandler(routes, options);
  const server = serverOf(handler, options);
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
