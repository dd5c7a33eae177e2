/** Requests as bytes, sent to a server of this machine whether they are any or not. */
import { connect } from "node:net";

/** What came back before the server ended the connection, or the first answer. */
export interface Exchanged {
  /** Nothing where the connection was ended without an answer. */
  readonly status: number | undefined;
  readonly body: string;
}

/** Most ms between the head of an answer and the beginning of its body, for one that has a body. */
const bodyPatience = 500;

/** Where a final answer begins; those before it only say that it comes. */
const head = /^(?:HTTP\/1\.1 1\d\d [^]*?\r\n\r\n)*HTTP\/1\.1 ([2-9]\d\d) ([^]*?)\r\n\r\n/u;

const answered = (text: string): Exchanged | undefined => {
  const found = head.exec(text);
  if (found === null) return undefined;
  const [whole, status, headers] = found;
  const length = Number(/^content-length: (\d+)$/imu.exec(headers!)?.[1] ?? 0);
  const body = text.slice(whole.length);
  return body.length < length ? undefined : { status: Number(status), body: Buffer.from(body, "latin1").toString() };
};

/**
 * Sends the bytes, and `ends` the client's side then or leaves it open. Rejects when after `patience` ms there is neither an answer nor an end.
 */
export const exchange = (port: number, bytes: Uint8Array, ends: boolean, patience: number): Promise<Exchanged> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let text = "";
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const timer = setTimeout(() => {
      end(() => reject(new Error(`expected an answer or an end of the connection in ${patience} ms, got ${text.slice(0, 200)}`)));
    }, patience);
    // The head of an answer without its body is one too: that to HEAD has none.
    const ended = (): void => {
      const status = head.exec(text)?.[1];
      end(() => resolve(answered(text) ?? { status: status === undefined ? undefined : Number(status), body: "" }));
    };
    socket.on("data", (data) => {
      text += data.toString("latin1");
      const answer = answered(text);
      if (answer !== undefined) end(() => resolve(answer));
      // That to HEAD has a head alone, and the connection stays.
      else if (head.test(text)) setTimeout(() => text.endsWith("\r\n\r\n") && ended(), bodyPatience);
    });
    // A server that ends a connection while bytes come, resets it.
    socket.on("error", ended);
    socket.on("end", ended);
    socket.on("close", ended);
    if (ends) socket.end(bytes);
    else socket.write(bytes);
  });
