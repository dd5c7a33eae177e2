/** What comes in with a request: who may send it, and the document that it has. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { Holding } from "./held-bytes.ts";
import { RefusedRequest } from "./refused-request.ts";

/** Whether a host's name or address is this machine's alone. */
export const isOwn = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** `RefusedRequest` unless the request is allowed. */
export const admit = (request: IncomingMessage, host: string, token: string | undefined): void => {
  const hosts = request.rawHeaders.filter((name, i) => i % 2 === 0 && /^host$/i.test(name)).length;
  if (hosts > 1) throw new RefusedRequest(400, `expected one header Host, got ${hosts}`, { connection: "close" });
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

const [quote, backslash] = [0x22, 0x5c];
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/** Objects and lists inside of each other beyond which a document is refused: what reads them goes as deep. */
const deepest = 64;

/** `RefusedRequest` for JSON that is too deep. */
const checkDepth = (json: Uint8Array): void => {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i += 1) {
    const byte = json[i]!;
    if (byte === quote) quoted = !quoted;
    else if (quoted) i += byte === backslash ? 1 : 0;
    else if (opening.has(byte)) depth += 1;
    else if (closing.has(byte)) depth -= 1;
    if (depth > deepest) throw new RefusedRequest(400, `expected JSON of at most ${deepest} levels, got more`);
  }
};

const tooLarge = (largest: number): RefusedRequest =>
  new RefusedRequest(413, `expected at most ${largest} bytes, got more`, { connection: "close" });

/**
 * The document of a request, whose bytes are held. `RefusedRequest` when it is too large or too deep, no JSON, or finds
 * no room.
 */
export const readDocument = async (request: IncomingMessage, largest: number, holding: Holding): Promise<unknown> => {
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    // This also keeps web pages that are open on this machine from sending requests: browsers need permission for it.
    throw new RefusedRequest(415, "expected content of type application/json");
  }
  if (Number(request.headers["content-length"] ?? 0) > largest) throw tooLarge(largest);
  const chunks: Buffer[] = [];
  let size = 0;
  // A loop that is left would end the connection, and with it the refusal.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largest) throw tooLarge(largest);
    holding.hold(size, "a request");
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  checkDepth(bytes);
  try {
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch (error) {
    throw new RefusedRequest(400, `expected JSON, got an error: ${(error as Error).message}`);
  }
};

/** Of a body that nobody wants, so much and for so long, in ms, is read: most clients look for an answer after it. */
const [mostUnwanted, longestUnwanted] = [2 ** 20, 1000];

/** Passes over the rest of a request that is refused. Gives whether all of it has come. */
export const passOver = (request: IncomingMessage): Promise<boolean> => {
  if (request.complete || request.destroyed) return Promise.resolve(request.complete);
  if (Number(request.headers["content-length"] ?? 0) > mostUnwanted) return Promise.resolve(false);
  return new Promise((resolve) => {
    let size = 0;
    const end = (): void => {
      clearTimeout(timer);
      request.off("data", count).pause();
      resolve(request.complete);
    };
    const count = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > mostUnwanted) end();
    };
    const timer = setTimeout(end, longestUnwanted);
    request.on("data", count).once("end", end).once("close", end).resume();
  });
};
