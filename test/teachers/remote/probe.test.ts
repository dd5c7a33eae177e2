/** Tests of what a teacher's server is asked before a run. */
import { beforeAll, describe, expect, test } from "vitest";
import type { JsonServer } from "../../../src/remote/server.ts";
import { probeServer, type ProbeOptions } from "../../../src/teachers/remote/probe.ts";
import { referenceRollout } from "../../../src/training/step/drawing.ts";
import { characterTokenizer } from "../../../src/tokenizers/characters.ts";
import { httpServer, json } from "../../fixtures/http-server.ts";
import { bigram, context, smallTask } from "../../fixtures/recipes.ts";
import { serverAt, serveTaskPolicy } from "../../fixtures/served-task.ts";

const { signal } = new AbortController();
const task = smallTask();
const samples = task.train
  .slice(0, 3)
  .map((prompt, index) => referenceRollout(task, { prompt, order: { prompt: index, sample: 0 } }, 6, 0));
const positions = samples.reduce((sum, { tokens }) => sum + tokens.length, 0);

const options = (url: string, changes: Partial<ProbeOptions> = {}): ProbeOptions => ({
  server: serverAt(url),
  temperature: 1,
  detail: "all",
  vocabularySize: context.vocabularySize,
  tokenizer: task.tokenizer,
  samples,
  length: 12,
  ...changes,
});

describe("a served policy", () => {
  let server: JsonServer;
  beforeAll(async () => {
    server = await serveTaskPolicy(bigram(), 7, 4);
    return () => server.close(0);
  });

  test("has the model, the tokens and the context; what the likeliest tokens leave out is said", async () => {
    const facts = await probeServer(options(server.url, { detail: { topK: 4 } }), signal);
    expect(facts).toMatchObject({ model: "tiny", contextLength: 16, tokenizer: "same", detail: { topK: 4 } });
    expect(facts.mass?.places).toBe(positions);
    expect(facts.mass!.least).toBeGreaterThan(0.1);
    expect(facts.mass!.mean).toBeGreaterThanOrEqual(facts.mass!.least);
    expect(facts.mass!.mean).toBeLessThan(0.99);
    expect(await probeServer(options(server.url, { detail: "tokens" }), signal)).not.toHaveProperty("mass");
  });

  test("that gives fewer log-probs than needed says so", async () => {
    for (const detail of [{ topK: 5 }, "all"] as const) {
      await expect(probeServer(options(server.url, { detail }), signal)).rejects.toThrow(
        "got 400 \"expected prompt_logprobs of at most 4, the server's --max-logprobs",
      );
    }
  });

  test("without the model, with a shorter context, or with other tokens is refused", async () => {
    await expect(probeServer(options(server.url, { server: serverAt(server.url, { model: "big" }) }), signal)).rejects.toMatchObject({
      retryable: false,
      message: `teacher ${server.url}/v1/models: expected a model called "big", got ["tiny"]`,
    });
    await expect(probeServer(options(server.url, { length: 16 }), signal)).rejects.toThrow(
      new RangeError("teacher: expected a context of at least 17 tokens of tiny, its server has 16 (max_model_len)"),
    );
    const tokenizer = characterTokenizer("=+4321");
    await expect(probeServer(options(server.url, { tokenizer, detail: "tokens" }), signal)).rejects.toThrow(
      /^teacher: expected the student's tokens \[.*\] of ".*", got \[.*\] from its server$/,
    );
  });
});

describe("another server", () => {
  /** Two tokens a position, with these log-probs. */
  const answering = (logProbs: readonly number[], card: object = {}) =>
    httpServer(({ path, document }, response) => {
      if (path === "/v1/models") json(response, { data: [null, { id: "tiny", ...card }] });
      else if (path === "/tokenize") json(response, { detail: "Not Found" }, 404);
      else {
        const row = Object.fromEntries(logProbs.map((logprob, id) => [id, { logprob, rank: id + 1 }]));
        const { prompt } = document as { prompt: number[] };
        json(response, { choices: [{ prompt_logprobs: [null, ...prompt.slice(1).map(() => row)] }] });
      }
    });

  test("may know less of itself", async () => {
    const server = await answering([Math.log(0.5), Math.log(0.25)]);
    const facts = await probeServer(options(server.url, { detail: { topK: 2 } }), signal);
    expect(facts).toEqual({
      model: "tiny",
      tokenizer: "unknown",
      detail: { topK: 2 },
      mass: { mean: expect.closeTo(0.75, 6) as number, least: expect.closeTo(0.75, 6) as number, places: positions },
    });
  });

  test.each([
    [[0, -0.5], { topK: 2 } as const, 2, "teacher: expected probabilities that sum to at most 1, got 1.6"],
    [[-1, -1], "all" as const, 2, "teacher: expected probabilities that sum to 1, got 0.73"],
    [[-1, -2], "all" as const, 3, "expected log-probs of all 3 tokens at position 0"],
  ])("whose log-probs %j are no distribution is refused", async (logProbs, detail, vocabularySize, message) => {
    const server = await answering(logProbs);
    await expect(probeServer(options(server.url, { detail, vocabularySize }), signal)).rejects.toThrow(message);
  });
});
