/** Tests of the client that a reward's parameters ask for. */
import { expect, test } from "vitest";
import { serverClient } from "../../../src/rewards/remote/server-options.ts";
import { httpServer } from "../../fixtures/http-server.ts";

const { signal } = new AbortController();

test("answers of more than 16 MiB are refused", async () => {
  const server = await httpServer((_asked, response) =>
    response.writeHead(200, { "content-length": 2 ** 24 + 1 }).end(" ".repeat(2 ** 24 + 1)),
  );
  const client = serverClient({ url: server.url, connections: 1, timeout: 10_000 });
  await expect(client.get("/", signal)).rejects.toThrow(`expected an answer of at most ${2 ** 24} bytes`);
  await client.close();
});
