/** Tests of a served policy against requests that mean harm, and of its thread that ends, over real sockets. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { saveModel } from "../fixtures/models.ts";
import { startPolicyServer, type ServedOptions, type ServedPolicyServer } from "../fixtures/served.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "retort-served-"));
  await saveModel(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const started = async (options: ServedOptions = {}): Promise<ServedPolicyServer> => {
  const server = await startPolicyServer(folder, options);
  onTestFinished(() => server.close(0));
  return server;
};

const post = async (
  { url }: ServedPolicyServer,
  path: string,
  body: unknown,
): Promise<{ status: number; message: string; text?: string }> => {
  const response = await fetch(url + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const answer = (await response.json()) as { error?: { message: string }; choices?: { text: string }[] };
  return { status: response.status, message: answer.error?.message ?? "", text: answer.choices?.[0]?.text ?? "" };
};

const healthOf = async ({ url }: ServedPolicyServer): Promise<number> => (await fetch(`${url}/health`)).status;

test("a thread that has ended is not well, is started again, and says what it said before", async () => {
  const server = await started();
  const asked = { prompt: "abc", max_tokens: 8, seed: 3 };
  const before = await post(server, "/v1/completions", asked);
  await server.end();
  expect(await healthOf(server)).toBe(503);
  await vi.waitFor(async () => expect(await healthOf(server)).toBe(200), { timeout: 60_000, interval: 50 });
  expect(await post(server, "/v1/completions", asked)).toEqual(before);
  await server.end();
  expect((await post(server, "/v1/completions", asked)).status).toBe(200);
});

test("what never fits the memory is refused with what it takes; what fits is answered", async () => {
  const server = await started({ memory: 2 ** 14 });
  const refused = await post(server, "/v1/completions", { prompt: "a".repeat(60), max_tokens: 0, prompt_logprobs: 2 });
  expect(refused).toMatchObject({
    status: 400,
    message: expect.stringMatching(
      /^expected a request that takes at most 0.0 MiB beside the weights, got one that takes about 0\.\d MiB; /,
    ) as string,
  });
  for (let n = 0; n < 3; n += 1) expect((await post(server, "/tokenize", { prompt: "abc" })).status).toBe(200);
  const roomier = await started({ memory: 2 ** 22 });
  expect((await post(roomier, "/v1/completions", { prompt: "a".repeat(60), max_tokens: 0, prompt_logprobs: 2 })).status).toBe(200);
});

test("one long row of chosen ids counts for all rows", async () => {
  const server = await started();
  const ids = Array.from({ length: 60 }, () => 3);
  const ask = (longest: number) =>
    post(server, "/inference/v1/generate", {
      token_ids: ids,
      sampling_params: {
        max_tokens: 0,
        prompt_logprob_token_ids: ids.slice(1).map((id, i) => (i === 0 ? Array.from({ length: longest }, () => id) : [id])),
      },
    });
  expect(await ask(40_000)).toMatchObject({
    status: 400,
    message: `expected at most ${2 ** 21} log-probs in an answer, got a request for ${59 * 40_000}`,
  });
  expect((await ask(4000)).status).toBe(200);
});

test("texts far beyond the context are not read", async () => {
  const server = await started();
  expect(await post(server, "/v1/completions", { prompt: "a".repeat(64 * 64 + 1) })).toMatchObject({
    status: 400,
    message: "expected a prompt of at most 4096 characters, got 4097",
  });
  expect((await post(server, "/tokenize", { prompt: "a".repeat(2 ** 20 + 1) })).status).toBe(400);
  expect((await post(server, "/detokenize", { tokens: Array.from({ length: 2 ** 18 + 1 }, () => 3) })).status).toBe(400);
});

test("a body that is wrong is the client's fault, however deep or long", async () => {
  const server = await started();
  const deep = JSON.parse(`${"[".repeat(60)}${"]".repeat(60)}`) as unknown;
  for (const body of [deep, { prompt: deep }, { prompt: "a", stop: deep }, [1], null, "x", { prompt: "a", max_tokens: 1e300 }])
    expect((await post(server, "/v1/completions", body)).status).toBe(400);
  expect(await post(server, "/v1/completions", { prompt: Array.from({ length: 300 }, () => "a") })).toMatchObject({
    status: 400,
    message: expect.stringContaining("got a list of 300") as string,
  });
});
