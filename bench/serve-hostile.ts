/** Requests that mean harm, for `bench/serve.ts`. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const head = (length: number, path = "/v1/completions", ...lines: readonly string[]): string =>
  [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "content-type: application/json",
    `content-length: ${length}`,
    ...lines,
    "",
    "",
  ].join("\r\n");

const post = (body: unknown, path?: string, ...lines: readonly string[]): string => {
  const json = typeof body === "string" ? body : JSON.stringify(body);
  return head(Buffer.byteLength(json), path, ...lines) + json;
};

/** The status that comes back, or "nothing". */
const statusOf = async (socket: Socket): Promise<string> => {
  const [first] = (await Promise.race([
    once(socket, "data"),
    once(socket, "close").then(() => []),
    pause(120_000, []),
  ]).catch(() => [])) as [Buffer?];
  return first?.toString("latin1", 9, 12) ?? "nothing";
};

type Kinds = Readonly<Record<string, () => Promise<string>>>;

/** Clients that do not send, read or wait as they should. */
const rudeKinds = (open: () => Socket, random: () => number): Kinds => ({
  "half-sent body": async () => {
    const socket = open();
    socket.write(`${head(1000)}{"prompt":`);
    await pause(500);
    // Some are left to the server.
    if (random() < 0.5) socket.destroy();
    else socket.unref();
    return "left";
  },
  "half-sent headers": async () => {
    const socket = open();
    socket.write("POST /v1/completions HTTP/1.1\r\nhost: 127");
    socket.unref();
    await pause(100);
    return "left";
  },
  "unread answer": async () => {
    const socket = open();
    socket.pause();
    socket.write(post({ prompt: "a".repeat(200), max_tokens: 0, prompt_logprobs: -1 }));
    await pause(2000);
    socket.destroy();
    return "left";
  },
  "gone before its answer": async () => {
    const socket = open();
    socket.write(post({ prompt: "a", max_tokens: 200, min_tokens: 200 }));
    await pause(random() * 100);
    socket.destroy();
    return "left";
  },
  "body of 4 GB": async () => {
    const socket = open();
    const answered = statusOf(socket);
    socket.write(head(2 ** 32));
    const chunk = Buffer.alloc(2 ** 16);
    for (let sent = 0; sent < 1024 && socket.writable; sent += 1)
      if (!socket.write(chunk))
        await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => undefined);
    socket.destroy();
    return answered;
  },
});

const ids = Array.from({ length: 200 }, () => 3);
const longRow = ids.slice(1).map((_, i) => (i === 0 ? Array.from({ length: 50_000 }, () => 3) : [3]));

/** Requests that are wrong. */
const wrongKinds = (ask: (bytes: string) => Promise<string>): Kinds => ({
  "deep JSON": () => ask(post("[".repeat(100_000))),
  "two hosts": () => ask(post({ prompt: "a" }, undefined, "host: evil.example.com")),
  "one long row": () =>
    ask(
      post(
        { token_ids: ids, sampling_params: { max_tokens: 0, prompt_logprob_token_ids: longRow } },
        "/inference/v1/generate",
      ),
    ),
  "text of a MiB": () => ask(post({ prompt: "a".repeat(2 ** 20) })),
  "beyond the context": () => ask(post({ prompt: "a", max_tokens: 1e9 })),
  "no JSON": () => ask(post("{]")),
  "no HTTP": () => ask("\u0000\u0001\u0002\r\n\r\n"),
});

/** Makes one hostile request after the other; each says what it was and what came back. */
export const hostileRequests = (url: string, random: () => number): (() => Promise<string>) => {
  const open = (): Socket => connect(Number(new URL(url).port), "127.0.0.1").on("error", () => undefined);
  const ask = async (bytes: string): Promise<string> => {
    const socket = open();
    socket.write(bytes);
    const status = await statusOf(socket);
    socket.destroy();
    return status;
  };
  const kinds = { ...rudeKinds(open, random), ...wrongKinds(ask) };
  const names = Object.keys(kinds);
  return async () => {
    const name = names[Math.floor(random() * names.length)]!;
    return `${name}, ${await kinds[name]!()}`;
  };
};
