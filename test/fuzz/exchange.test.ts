/** Tests of requests as bytes: what is an answer, an end without one, and neither. */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { exchange, type Exchanged } from "./exchange.ts";

const to = async (answer: string, ends: boolean, patience = 60_000): Promise<Exchanged> => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => (ends ? socket.end(answer) : socket.write(answer)));
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  return exchange((server.address() as AddressInfo).port, Buffer.from("x"), false, patience);
};

test("an answer is whole when its body is, and one that only says that it comes is none", async () => {
  const answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nü1";
  expect(await to(answer, false)).toEqual({ status: 400, body: "ü1" });
  expect(await to("HTTP/1.1 405 No\r\nContent-Length: 3\r\n\r\n", false)).toEqual({ status: 405, body: "" });
});

test("an end without an answer has no status", async () => {
  expect(await to("", true)).toEqual({ status: undefined, body: "" });
  expect(await to("HTTP/1.1 100 Continue\r\n\r\n", true)).toEqual({ status: undefined, body: "" });
});

test("neither is an error", async () => {
  await expect(to("HTTP/1.1 2", false, 100)).rejects.toThrow("expected an answer or an end of the connection in 100 ms, got HTTP/1.1 2");
});
