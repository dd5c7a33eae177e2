/**
 * A client of one server that speaks JSON over HTTP: bounded connections that are reused, bounded answers, a time-out
 * for each request.
 */
import { createRequire } from "node:module";
import type * as Undici from "undici";
import type { Dispatcher, Pool } from "undici";
import { DeadlineError, withDeadline } from "./deadline.ts";
import { excerpt } from "./excerpt.ts";
import { RemoteError, type RemoteFacts } from "./remote-error.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { allowedToken, ownToken } from "./token.ts";

/** Whom a client talks to, and how. */
export interface ClientOptions {
  /** The caller, as errors call it, for example `reward`. */
  readonly name: string;
  /** Address, of which paths are resolved: `http:` or `https:`. */
  readonly url: string;
  /**
   * Environment variable that holds the server's bearer token, which the user has allowed (`allowedToken`); without it,
   * none is sent.
   */
  readonly tokenVariable?: string | undefined;
  /** Who named the server and the variable: a file, which may be a stranger's, or the user. Default `file`. */
  readonly namedBy?: "file" | "user" | undefined;
  /** Most connections at once; further requests wait. Default 8. */
  readonly connections?: number | undefined;
  /** Milliseconds for a request, the wait for a connection included. Default 60,000. */
  readonly timeout?: number | undefined;
  /** Most bytes of an answer. Default 64 MiB. */
  readonly largest?: number | undefined;
}

/**
 * Asks, and gives documents. What is wrong with an answer is an error of the form "reward http://...: expected ..., got
 * ...".
 */
export interface JsonClient {
  /**
   * The document of a status 200, of which nothing else is known. Rejects with the signal's reason when that aborts,
   * and otherwise with a `RemoteError`; status 408, 425, 429 and from 500 may be tried again, and so may what was no
   * answer at all.
   */
  get(path: string, signal: AbortSignal): Promise<unknown>;
  /** Resolves when the path answers with status 200, whatever that says; rejects as `get` does. */
  probe(path: string, signal: AbortSignal): Promise<void>;
  /** As `get`, for a document that is sent. */
  post(path: string, document: unknown, signal: AbortSignal): Promise<unknown>;
  /**
   * The error for an answer of a wrong form; it may be tried again unless `facts` say otherwise. `got` is quoted and
   * cut.
   */
  misfit(path: string, expected: string, got: unknown, facts?: Partial<RemoteFacts>): RemoteError;
  /** Ends the connections, idle or not. */
  close(): Promise<void>;
}

const retryableStatus = (status: number): boolean => status >= 500 || [408, 425, 429].includes(status);

let library: typeof Undici | undefined;

/** It is loaded when somebody asks a server: few runs do, and it takes as long as all else that a thread loads. */
const undici = (): typeof Undici => (library ??= createRequire(import.meta.url)("undici") as typeof Undici);

/** Failures of which another attempt makes nothing better. */
const isHopeless = (cause: unknown): boolean => {
  const { errors } = undici();
  const hopeless = [
    errors.ResponseExceededMaxSizeError,
    errors.InvalidArgumentError,
    errors.ClientDestroyedError,
    errors.ClientClosedError,
  ];
  return hopeless.some((kind) => cause instanceof kind);
};

/** The address. `RangeError` for what is none, or has a password in it. */
const addressOf = ({ name, url }: ClientOptions): URL => {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address === undefined || !/^https?:$/.test(address.protocol)) {
    throw new RangeError(`${name}: expected an address that begins with http:// or https://, got ${excerpt(url)}`);
  }
  if (address.username !== "" || address.password !== "") {
    throw new RangeError(
      `${name}: expected an address without a name and a password; put a token into an environment variable`,
    );
  }
  return address;
};

/** Why there was no whole answer. */
const lost = (cause: unknown): string => {
  if (cause instanceof undici().errors.ResponseExceededMaxSizeError) return "a longer one";
  if (cause instanceof AggregateError && cause.errors.length > 0) return lost(cause.errors[0]);
  const { code, message } = cause as { code?: unknown; message?: unknown };
  const reason = typeof message === "string" && message !== "" ? message : String(cause);
  const kind = typeof code === "string" && !reason.includes(code) ? `${code}: ` : "";
  return `${kind}${reason}${code === "ECONNREFUSED" ? "; is the server running?" : ""}`;
};

const hint = (status: number, tokenVariable: string | undefined): string => {
  if (status >= 300 && status < 400) return "; name the address that it points to";
  if (status !== 401 && status !== 403) return "";
  return tokenVariable === undefined
    ? "; name the environment variable that holds the server's token"
    : `; see the token in ${tokenVariable}`;
};

/**
 * What a server says of its refusal: the message of an error as OpenAI's and most others write it, or all that came.
 */
const refusalIn = (text: string): string => {
  try {
    const { error, message, detail } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const said = [
      typeof error === "object" && error !== null ? (error as { message?: unknown }).message : error,
      message,
      detail,
    ];
    return said.find((each) => typeof each === "string") ?? text;
  } catch {
    return text;
  }
};

/** What an answer holds, and whose it is. */
interface Content {
  readonly who: string;
  readonly text: string;
  /** With a space behind it, or nothing. */
  readonly type: string;
}

/** `timeout` bounds the whole request. */
const untimed = { connect: { timeout: 0 }, headersTimeout: 0, bodyTimeout: 0 } as const;

class PooledClient implements JsonClient {
  readonly #options: Pick<ClientOptions, "name" | "tokenVariable" | "namedBy"> & {
    readonly timeout: number;
    readonly largest: number;
  };
  readonly #base: URL;
  readonly #pool: Pool;
  #token: string | undefined;

  constructor(options: ClientOptions) {
    const { name, tokenVariable, namedBy, connections = 8, timeout = 60_000, largest = 2 ** 26 } = options;
    this.#options = { name, tokenVariable, namedBy, timeout, largest };
    this.#base = addressOf(options);
    this.#pool = new (undici().Pool)(this.#base.origin, { connections, maxResponseSize: largest, ...untimed });
  }

  async get(path: string, signal: AbortSignal): Promise<unknown> {
    return this.#parse(await this.#send(path, { method: "GET" }, signal));
  }

  async probe(path: string, signal: AbortSignal): Promise<void> {
    await this.#send(path, { method: "GET" }, signal);
  }

  async post(path: string, document: unknown, signal: AbortSignal): Promise<unknown> {
    return this.#parse(await this.#send(path, { method: "POST", body: JSON.stringify(document) }, signal));
  }

  misfit(path: string, expected: string, got: unknown, facts: Partial<RemoteFacts> = {}): RemoteError {
    return new RemoteError(`${this.#placeOf(path).who}: expected ${expected}, got ${this.#shown(got)}`, {
      retryable: true,
      ...facts,
    });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #send(
    path: string,
    request: Pick<Dispatcher.RequestOptions, "method" | "body">,
    signal: AbortSignal,
  ): Promise<Content> {
    const { path: target, who } = this.#placeOf(path);
    const content = request.body === undefined ? {} : { "content-type": "application/json" };
    const headers = { accept: "application/json", ...content, ...this.#authorization() };
    try {
      return await withDeadline(this.#options.timeout, signal, async (limited) =>
        this.#read(who, await this.#pool.request({ ...request, path: target, headers, signal: limited })),
      );
    } catch (cause) {
      signal.throwIfAborted();
      throw this.#failure(who, cause);
    }
  }

  async #read(who: string, { statusCode: status, headers, body }: Dispatcher.ResponseData): Promise<Content> {
    const text = await body.text();
    if (status !== 200) {
      const facts = { retryable: retryableStatus(status), retryAfter: parseRetryAfter(headers["retry-after"]), status };
      throw new RemoteError(
        `${who}: expected status 200, got ${status} ` +
          `${this.#shown(refusalIn(text))}${hint(status, this.#options.tokenVariable)}`,
        facts,
      );
    }
    return {
      who,
      text,
      type: typeof headers["content-type"] === "string" ? `${headers["content-type"].slice(0, 80)} ` : "",
    };
  }

  #parse({ who, text, type }: Content): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new RemoteError(
        `${who}: expected JSON, got ${type}${this.#shown(text)}`,
        { retryable: true, status: 200 },
        { cause },
      );
    }
  }

  #failure(who: string, cause: unknown): RemoteError {
    const { timeout, largest } = this.#options;
    if (cause instanceof RemoteError) return cause;
    if (cause instanceof DeadlineError)
      return new RemoteError(`${who}: expected an answer within ${timeout} ms, got none`, { retryable: true });
    const expected =
      cause instanceof undici().errors.ResponseExceededMaxSizeError
        ? `an answer of at most ${largest} bytes`
        : "an answer";
    const retryable = !isHopeless(cause);
    return new RemoteError(`${who}: expected ${expected}, got ${lost(cause)}`, { retryable }, { cause });
  }

  #authorization(): Record<string, string> {
    const { name, tokenVariable, namedBy } = this.#options;
    const read = namedBy === "user" ? ownToken : allowedToken;
    if (tokenVariable !== undefined) this.#token ??= read(tokenVariable, this.#base, `${name} ${this.#base.origin}`);
    return this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
  }

  #placeOf(path: string): { readonly path: string; readonly who: string } {
    const { name } = this.#options;
    const { origin, pathname, search } = new URL(path, this.#base);
    if (origin !== this.#base.origin)
      throw new RangeError(`${name}: expected a path on ${this.#base.origin}, got ${excerpt(path)}`);
    return { path: pathname + search, who: `${name} ${origin}${pathname}` };
  }

  /** A server may send back what it was sent. */
  #shown(value: unknown): string {
    return excerpt(value, this.#token);
  }
}

/**
 * A client of the server at `url`. `RangeError` for an address that is none. Nothing is sent yet; the first request
 * reads the token, and rejects with a `RangeError` when there is none.
 */
export const jsonClient = (options: ClientOptions): JsonClient => new PooledClient(options);
