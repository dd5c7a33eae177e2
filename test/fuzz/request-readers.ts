/** Servers that are fuzzed: of a real policy and of real rewards, in their threads, behind sockets. Requests are answered or their connections ended. */
import { openServedPolicy } from "../../src/serving/open-policy.ts";
import { rewardRoutes } from "../../src/serving/reward-routes.ts";
import { serveJson, type JsonServer, type Route } from "../../src/remote/server.ts";
import type { RewardHandlers } from "../../src/rewards/reward-worker.ts";
import { policies } from "../../src/policies/families/index.ts";
import { initialWeights } from "../../src/policies/initialize.ts";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";
import { connect } from "../../src/workers/connect.ts";
import { restarting } from "../../src/workers/restarting.ts";
import { exchange, type Exchanged } from "./exchange.ts";
import { wholeText, type FuzzedReader, type JsonPart } from "./reader.ts";

/** What is served, and what ends it. */
interface Served {
  readonly routes: readonly Route[];
  readonly close: () => Promise<unknown>;
}

const policy = async (): Promise<Served> => {
  const tokenizer = characterTokenizer("abcdefgh ");
  const served = policies.create(
    { type: "llama", layers: 1, width: 16, heads: 2, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5, initialDeviation: 0.02 },
    { vocabularySize: tokenizer.vocabularySize, contextLength: 64 },
  );
  return openServedPolicy({
    policy: served,
    weights: initialWeights(served, 3),
    tokenizer,
    name: "tiny",
    engine: "onnx",
    threads: 1,
    seed: 0,
    mostLogProbs: -1,
    memory: 2 ** 28,
  });
};

const reward = async (): Promise<Served> => {
  const worker = new URL("../../src/rewards/reward-worker.ts", import.meta.url);
  let current: ReturnType<typeof connect<RewardHandlers>> | undefined;
  const thread = restarting<RewardHandlers>({
    start: () => (current = connect<RewardHandlers>(worker, { name: "reward" })),
    prepare: async (connection) => {
      await connection.call("open", {
        folder: ".",
        task: { type: "arithmetic", numbers: [2, 2], range: [1, 4], operators: "+", train: 12, test: 4 },
        taskSeed: 5,
        rewards: [
          { type: "exact-match", correct: 1, incorrect: 0, weight: 1 },
          { type: "brevity", target: 2, limit: 6, weight: 0.5 },
          { type: "numeric-answer", correct: 1, incorrect: 0, relative: 0, absolute: 0, weight: 1 },
          { type: "rouge", variant: "rougeL", measure: "fMeasure", stemmer: true, weight: 1 },
          {
            type: "json-schema",
            schema: { required: ["a"], properties: { a: { type: "integer" } } },
            parsed: 0.5,
            block: false,
            weight: 0.5,
          },
        ],
      });
    },
  });
  await thread.ready();
  return { routes: rewardRoutes(thread), close: async () => current?.close() };
};

/** A server while it runs, and how it is asked. */
interface Running {
  readonly ask: (request: Uint8Array, ends: boolean) => Promise<Exchanged>;
  readonly close: () => Promise<void>;
}

/** Most ms for an answer or an end. Unfinished requests are waited for a tenth of a second each, not 10 s and a minute. */
const [patience, unfinished] = [30_000, 100];

const run = async (make: () => Promise<Served>): Promise<Running> => {
  const served = await make();
  const server: JsonServer = await serveJson(served.routes, { port: 0, patience: { head: unfinished, body: unfinished } });
  const port = Number(new URL(server.url).port);
  return {
    ask: (request, ends) => exchange(port, request, ends, patience),
    close: async () => {
      await server.close(0);
      await served.close();
    },
  };
};

const asBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const request = (first: string, body: Uint8Array = new Uint8Array(), ...headers: readonly string[]): Uint8Array => {
  const lines = [`${first} HTTP/1.1`, "host: 127.0.0.1", "content-type: application/json", `content-length: ${body.length}`, ...headers];
  return Buffer.concat([asBytes(`${lines.join("\r\n")}\r\n\r\n`), body]);
};

/** The body of a request, for edits after which its length is right again. */
const body: JsonPart = {
  text: (bytes) => /\r\n\r\n([[{][^]*)$/u.exec(Buffer.from(bytes).toString())?.[1],
  withText: (bytes, text) => {
    const head = Buffer.from(bytes)
      .toString("latin1")
      .replace(/\r\n\r\n[^]*$/u, "\r\n\r\n");
    return Buffer.concat([
      Buffer.from(head.replace(/^content-length: .*$/mu, `content-length: ${Buffer.byteLength(text)}`), "latin1"),
      asBytes(text),
    ]);
  },
};

const health = request("GET /health");

/** `Error` for what no server is to answer; `RangeError` for a refusal, with what it says. */
const judge = ({ status, body }: Exchanged): void => {
  if (status === undefined) throw new RangeError("the connection was ended");
  if (body !== "") JSON.parse(body);
  if (status === 200) return;
  const told = `${status} ${body}`;
  if ((status >= 400 && status < 500) || status === 503) throw new RangeError(told.slice(0, 4000));
  throw new Error(`expected status 200, 4xx or 503, got ${told}`);
};

const reader = (
  facts: Pick<FuzzedReader, "name" | "seeds" | "json" | "weight">,
  make: () => Promise<Served>,
  send: (running: Running, bytes: Uint8Array) => Promise<Exchanged>,
): FuzzedReader => {
  let running: Promise<Running> | undefined;
  return {
    ...facts,
    // TypeScript's threads have their libraries each; a server holds 256 MiB of requests and answers, its programs as much.
    resident: 3 * 2 ** 29,
    read: async (bytes) => {
      const there = await (running ??= run(make));
      const answer = await send(there, bytes);
      let { status } = await there.ask(health, false);
      // So little patience has the server here that a busy machine may not be fast enough.
      for (let times = 0; status === 408 && times < 5; times += 1) ({ status } = await there.ask(health, false));
      if (status !== 200) throw new Error(`expected a server that is well, got status ${status} of /health after ${answer.status}`);
      judge(answer);
    },
    close: async () => {
      await (await running)?.close();
      running = undefined;
    },
  };
};

/** As bytes that may be no request. Of eight clients one ends its side when it has asked, and is gone for a server; the others wait. */
const http = (name: string, make: () => Promise<Served>, seeds: readonly Uint8Array[]): FuzzedReader =>
  reader({ name, seeds, json: body, weight: 0.1 }, make, (running, bytes) =>
    running.ask(bytes, bytes.reduce((sum, byte) => sum + byte, 0) % 8 === 0),
  );

/** As bodies of requests that are whole, each to the path whose word is in it. */
const bodies = (
  name: string,
  make: () => Promise<Served>,
  { paths, seeds }: { readonly paths: Readonly<Record<string, string>>; readonly seeds: readonly unknown[] },
): FuzzedReader =>
  reader({ name, seeds: seeds.map((seed) => asBytes(JSON.stringify(seed))), json: wholeText, weight: 0.2 }, make, (running, bytes) => {
    const text = Buffer.from(bytes).toString("latin1");
    const path = Object.entries(paths).find(([word]) => text.includes(`"${word}"`))?.[1] ?? Object.values(paths)[0]!;
    return running.ask(request(`POST ${path}`, bytes), false);
  });

const completions = [
  {
    prompt: "abc",
    max_tokens: 4,
    seed: 3,
    temperature: 0.5,
    top_k: 3,
    top_p: 0.9,
    min_p: 0.01,
    repetition_penalty: 1.1,
    stop: ["e", "gg"],
  },
  { model: "tiny", prompt: [[3, 4, 5], [6]], max_tokens: 1, temperature: 0, prompt_logprobs: 2, n: 1, stream: false, echo: false },
  { prompt: ["ab", "c d"], max_tokens: 0, prompt_logprobs: -1, min_tokens: 0, user: "me", logprobs: null },
];
const generations = [
  {
    token_ids: [3, 4, 5, 6],
    model: "tiny",
    sampling_params: {
      max_tokens: 1,
      temperature: 0,
      prompt_logprob_token_ids: [
        [4, 5],
        [5, -1],
        [6, 7],
      ],
      prompt_logprob_start: 0,
    },
  },
  { request_id: "r", token_ids: [3, 4], sampling_params: { max_tokens: 3, seed: 1, detokenize: false, prompt_logprobs: 1 } },
];
const words = [{ text: true, prompt: "ab gh", add_special_tokens: false }, { tokens: [3, 4, 5] }];

const scored = { prompt: "1+2=", index: 0, sample: 0, finish: "stop", promptTokens: [1, 2], tokens: [3], version: 1, source: "student" };
const scores = [
  {
    rollouts: [
      { ...scored, completion: "3", reference: "3" },
      { ...scored, completion: '{"a": 1}', reference: null, sample: 1 },
    ],
  },
  { rollouts: [{ ...scored, completion: "so 3 ".repeat(9), reference: "3", fields: { why: "x" }, tests: ["assert 1"] }], parameters: {} },
];

const json = (value: unknown): Uint8Array => asBytes(JSON.stringify(value));

/** Every server's readers. */
export const readers: readonly FuzzedReader[] = [
  http("policy-http", policy, [
    request("POST /v1/completions", json(completions[0])),
    request("POST /inference/v1/generate", json(generations[0]), "connection: close", "authorization: Bearer t"),
    request("GET /v1/models"),
    request("GET /health?x=1"),
    asBytes(
      'POST /tokenize HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"prompt": "ab"}\r\n0\r\n\r\n',
    ),
  ]),
  bodies("policy-requests", policy, {
    paths: { token_ids: "/inference/v1/generate", tokens: "/detokenize", text: "/tokenize", prompt: "/v1/completions" },
    seeds: [...completions, ...generations, ...words],
  }),
  http("reward-http", reward, [
    request("POST /score", json(scores[0])),
    request("POST /score", json(scores[1]), "connection: close", "expect: 100-continue"),
    request("HEAD /health"),
  ]),
  bodies("reward-requests", reward, { paths: { rollouts: "/score" }, seeds: scores }),
];
