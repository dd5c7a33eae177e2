/** Sends an answer no faster than its client reads it. */
import type { ServerResponse } from "node:http";

const isPieces = (answer: unknown): answer is readonly Uint8Array[] =>
  Array.isArray(answer) && answer.length > 0 && answer.every((piece) => piece instanceof Uint8Array);

/** The bytes of an answer: a document, or the bytes of its JSON, in one piece or in several. */
export const piecesOf = (answer: unknown): readonly Uint8Array[] => {
  if (answer instanceof Uint8Array) return [answer];
  return isPieces(answer) ? answer : [Buffer.from(JSON.stringify(answer))];
};

/** Bytes of pieces together. */
export const sizeOfPieces = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0);

/** A client has to read as much within the time for unread answers. */
const part = 2 ** 20;

/** Resolves when the client has read, or is gone; ends the connection when it has done neither after `unread` ms. */
const read = (response: ServerResponse, unread: number): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      response.off("drain", end).off("close", end);
      resolve();
    };
    const timer = setTimeout(() => response.destroy(), unread);
    response.on("drain", end).on("close", end);
    if (response.destroyed) end();
  });

/** Sends head and body; resolves when all is sent, or the connection has ended. */
export const send = async (
  response: ServerResponse,
  status: number,
  pieces: readonly Uint8Array[],
  { unread, headers = {} }: { readonly unread: number; readonly headers?: Readonly<Record<string, string>> },
): Promise<void> => {
  const length = sizeOfPieces(pieces);
  response.writeHead(status, { "content-type": "application/json", "content-length": length, ...headers });
  for (const piece of pieces) {
    for (let start = 0; start < piece.length; start += part) {
      if (response.destroyed) return;
      if (!response.write(piece.subarray(start, start + part))) await read(response, unread);
    }
  }
  response.end();
  if (response.writableFinished || response.destroyed) return;
  const timer = setTimeout(() => response.destroy(), unread);
  await new Promise<void>((resolve) => response.once("close", resolve));
  clearTimeout(timer);
};
