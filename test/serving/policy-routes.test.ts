/** Tests of a served policy over a real socket. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openEngine } from "../../src/engine/choose.ts";
import { loadModel } from "../../src/experiments/inputs/model.ts";
import { jsonClient, type JsonClient } from "../../src/remote/client.ts";
import { PromptScorer, type PromptScore } from "../../src/serving/prompt-scorer.ts";
import { readNpy } from "../../src/teachers/remote/npy.ts";
import { saveModel } from "../fixtures/models.ts";
import { startPolicyServer } from "../fixtures/served.ts";

const { signal } = new AbortController();

interface Choice {
  readonly index: number;
  readonly text: string;
  readonly finish_reason: string;
  readonly prompt_logprobs: readonly (Readonly<Record<string, { logprob: number; rank: number; decoded_token: string }>> | null)[] | null;
}

interface Completions {
  readonly choices: readonly Choice[];
  readonly usage: object;
}

let folder: string;
let url: string;
let client: JsonClient;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "retort-served-"));
  await saveModel(folder);
  const server = await startPolicyServer(folder);
  url = server.url;
  client = jsonClient({ name: "test", url });
  return async () => {
    await client.close();
    await server.close(0);
    rmSync(folder, { recursive: true });
  };
});

const whole = async (scores: AsyncIterable<PromptScore>): Promise<PromptScore> => {
  for await (const score of scores) return score;
  throw new Error("expected a score");
};

const complete = async (body: object): Promise<Completions> => (await client.post("/v1/completions", body, signal)) as Completions;

test("says that it is well, and what it has", async () => {
  await client.probe("/health", signal);
  expect(await client.get("/v1/models", signal)).toEqual({
    object: "list",
    data: [{ id: "tiny", object: "model", created: 1_700_000_000, owned_by: "retort", max_model_len: 64 }],
  });
});

test("tokenizes as its tokenizer does", async () => {
  const { tokenizer } = await loadModel(folder);
  const tokens = tokenizer!.encode("abc h");
  expect(await client.post("/tokenize", { prompt: "abc h" }, signal)).toEqual({ count: 5, max_model_len: 64, tokens });
  expect(await client.post("/detokenize", { tokens }, signal)).toEqual({ prompt: "abc h" });
  await expect(client.post("/tokenize", { prompt: "xyz" }, signal)).rejects.toMatchObject({ status: 400 });
  await expect(client.post("/tokenize", { prompt: 3 }, signal)).rejects.toMatchObject({ status: 400 });
});

describe("completions", () => {
  test("continue a text, or its ids, or several; the seed decides, and temperature 0 needs none", async () => {
    const { tokenizer } = await loadModel(folder);
    const [one, two] = [await complete({ prompt: "abc", seed: 1 }), await complete({ prompt: "abc", seed: 1 })];
    expect(one.choices[0]?.text).toMatch(/^[a-h ]{1,16}$/);
    expect(two.choices).toEqual(one.choices);
    expect((await complete({ prompt: "abc", seed: 2 })).choices).not.toEqual(one.choices);
    const greedy = await complete({ prompt: ["abc", "de"], temperature: 0, max_tokens: 4, min_tokens: 4 });
    expect(greedy.choices.map(({ index }) => index)).toEqual([0, 1]);
    expect(greedy.usage).toEqual({ prompt_tokens: 5, completion_tokens: 8, total_tokens: 13 });
    const ids = await complete({ prompt: tokenizer!.encode("de"), temperature: 0, max_tokens: 4, min_tokens: 4 });
    expect(ids.choices[0]?.text).toBe(greedy.choices[1]?.text);
    const stop = greedy.choices[0]!.text.slice(1, 2);
    const stopped = await complete({ prompt: "abc", temperature: 0, max_tokens: 4, min_tokens: 4, stop });
    expect(stopped.choices[0]).toMatchObject({
      text: greedy.choices[0]!.text.slice(0, greedy.choices[0]!.text.indexOf(stop)),
      finish_reason: "stop",
    });
  });

  test("say what the policy thinks of the prompt, to the last bit, and draw the token that follows", async () => {
    const { policy, weights, tokenizer } = await loadModel(folder);
    const engine = await openEngine("onnx", { threads: 1 });
    onTestFinished(() => engine.dispose());
    const ids = tokenizer!.encode("abcdefgh ab");
    const expected = await whole(new PromptScorer(engine, { policy, weights, padId: tokenizer!.padId }).score(ids, 3));
    for (const maxTokens of [0, 1, 2]) {
      const { choices } = await complete({ prompt: ids, max_tokens: maxTokens, temperature: 0, prompt_logprobs: 3 });
      const positions = choices[0]!.prompt_logprobs!;
      expect(positions[0]).toBeNull();
      expect(Float32Array.from(positions.slice(1), (position, t) => position![ids[t + 1]!]!.logprob)).toEqual(expected.logProbs);
      const top = positions.slice(1).map((position) =>
        Object.entries(position!)
          .toSorted(([, a], [, b]) => a.rank - b.rank)
          .slice(0, 3),
      );
      expect(top.flat().map(([id]) => Number(id))).toEqual(Array.from(expected.top!.ids.slice(0, 3 * 10)));
      expect(positions[1]?.[ids[1]!]?.decoded_token).toBe("b");
      if (maxTokens > 0) expect(choices[0]!.text.startsWith(tokenizer!.decode([expected.next]))).toBe(true);
    }
  });

  test.each([
    [{ prompt: [1000] }, "ids below"],
    [{ prompt: Array.from({ length: 65 }, () => 3), prompt_logprobs: 0 }, "expected 1 to 64 tokens, got 65"],
    [{ prompt: "abc", max_tokens: 100 }, "expected prompt and completion within the context of 64 tokens"],
    [{ prompt: "xyz" }, ""],
    [{ prompt: "abc", model: "other" }, 'expected the model \\"tiny\\", got \\"other\\"'],
  ])("%j is the client's fault", async (body, message) => {
    const error: unknown = await complete(body).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ retryable: false, status: "model" in body ? 404 : 400 });
    expect((error as Error).message).toContain(message);
  });
});

describe("generate", () => {
  test("gives the log-probs of chosen ids as an array", async () => {
    const { policy, weights, tokenizer } = await loadModel(folder);
    const engine = await openEngine("onnx", { threads: 1 });
    onTestFinished(() => engine.dispose());
    const ids = tokenizer!.encode("abcde");
    const { all, logProbs, next } = await whole(new PromptScorer(engine, { policy, weights, padId: tokenizer!.padId }).score(ids, "all"));
    const ask = async (params: object): Promise<{ prompt_token_id_logprobs: string; prompt_logprobs: unknown; choices: unknown }> =>
      (await client.post(
        "/inference/v1/generate",
        { token_ids: ids, sampling_params: { max_tokens: 1, temperature: 0, ...params } },
        signal,
      )) as never;
    const matrix = (text: string): unknown => readNpy(Buffer.from(text, "base64"));

    const own = await ask({ prompt_logprob_token_ids: ids.slice(2).map((id) => [id]), prompt_logprob_start: 1 });
    expect(matrix(own.prompt_token_id_logprobs)).toEqual({ rows: 3, columns: 1, values: logProbs.slice(1) });
    expect(own.prompt_logprobs).toBeNull();
    expect(own.choices).toEqual([{ index: 0, logprobs: null, finish_reason: expect.any(String) as string, token_ids: [next] }]);

    const V = policy.vocabularySize;
    const some = await ask({ prompt_logprob_token_ids: [[0, 5], [7]], prompt_logprob_start: 2 });
    expect(matrix(some.prompt_token_id_logprobs)).toEqual({
      rows: 2,
      columns: 2,
      values: Float32Array.of(all![2 * V]!, all![2 * V + 5]!, all![3 * V + 7]!, -Infinity),
    });

    const positions = await ask({ prompt_logprobs: 0 });
    expect((positions.prompt_logprobs as unknown[]).length).toBe(5);
    await expect(ask({ prompt_logprob_token_ids: [[0], [999]], prompt_logprob_start: 2 })).rejects.toMatchObject({ status: 400 });
  });
});
