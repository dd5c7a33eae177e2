/** Tests of a teacher on a server: against a served policy, and against servers that misbehave. */
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import type { JsonServer } from "../../../src/remote/server.ts";
import type { Rollout } from "../../../src/rollouts/batches/rollout.ts";
import { localTeacher } from "../../../src/teachers/local.ts";
import { remoteTeacher, type RemoteTeacher, type RemoteTeacherOptions } from "../../../src/teachers/remote/teacher.ts";
import type { Detail, TeacherScore } from "../../../src/teachers/teacher.ts";
import { httpServer, json } from "../../fixtures/http-server.ts";
import { bigram, context, model, smallLlama } from "../../fixtures/recipes.ts";
import { rolloutAt } from "../../fixtures/rollouts.ts";
import { serverAt, serveTaskPolicy } from "../../fixtures/served-task.ts";

const { vocabularySize } = context;
const { signal } = new AbortController();

/** Of 5 prompts; completions of 1 to 5 tokens. */
const rollouts = Array.from({ length: 5 }, (_, k): Rollout => ({
  ...rolloutAt(k, 0),
  promptTokens: Int32Array.of(3 + k, 4),
  tokens: Int32Array.from({ length: k + 1 }, (_token, t) => (5 + 3 * k + t) % vocabularySize),
}));

const teacherAt = (url: string, options: Partial<RemoteTeacherOptions> = {}): RemoteTeacher => {
  const teacher = remoteTeacher({ server: serverAt(url), temperature: 1, detail: "all", vocabularySize, ...options });
  onTestFinished(() => teacher.close());
  return teacher;
};

describe("of a served policy", () => {
  let server: JsonServer;
  beforeAll(async () => {
    server = await serveTaskPolicy(bigram(), 7);
    return () => server.close(0);
  });

  const expected = async (detail: Detail, temperature = 1): Promise<readonly TeacherScore[]> => {
    const engine = await openEngine("onnx", { threads: 1 });
    onTestFinished(() => engine.dispose());
    const policy = bigram();
    const { weights } = model(policy, 7);
    const local = await localTeacher(engine, { policy, weights, temperature, batch: 4, length: 12, padId: 0, detail });
    return local.score(rollouts, signal);
  };

  test.each(["completions", "generate"] as const)("%s gives the local teacher's scores, to the last bit", async (endpoint) => {
    for (const detail of ["all", "tokens", { topK: 3 }] as const) {
      const teacher = teacherAt(server.url, { server: serverAt(server.url, { endpoint }), detail });
      expect(await teacher.score(rollouts, signal)).toEqual(await expected(detail));
    }
  });

  test("at another temperature, where all is known", async () => {
    const scores = (await teacherAt(server.url, { temperature: 0.5 }).score(rollouts, signal)) as readonly TeacherScore[];
    const local = await expected("all", 0.5);
    for (const [k, { logProbs }] of scores.entries()) {
      expect(logProbs.length).toBe(local[k]!.logProbs.length);
      for (const [i, value] of logProbs.entries()) expect(value).toBeCloseTo(local[k]!.logProbs[i]!, 5);
    }
  });

  test("an address with a version is the same server", async () => {
    for (const url of [`${server.url}/`, `${server.url}/v1`, `${server.url}/v1/`]) {
      const teacher = teacherAt(url, { detail: "tokens", server: serverAt(url) });
      expect(await teacher.score(rollouts.slice(0, 1), signal)).toEqual((await expected("tokens")).slice(0, 1));
    }
  });

  test("a model that is not there is the error of each rollout", async () => {
    const [answer] = await teacherAt(server.url, { server: serverAt(server.url, { model: "other" }) }).score(rollouts.slice(0, 1), signal);
    expect(answer).toMatchObject({
      retryable: false,
      status: 404,
      message: expect.stringContaining('expected the model \\"tiny\\"') as string,
    });
  });
});

describe("of a served policy with 49,152 tokens", () => {
  const large = { vocabularySize: 49_152, contextLength: 64 };
  const policy = smallLlama(large);
  const long = { ...rolloutAt(0, 0), promptTokens: Int32Array.of(3, 4), tokens: Int32Array.from({ length: 45 }, (_, t) => t * 1000) };
  let server: JsonServer;
  beforeAll(async () => {
    server = await serveTaskPolicy(policy, 7);
    return () => server.close(0);
  });

  test("an array of all log-probs comes in parts, with the scores of the local teacher", async () => {
    const engine = await openEngine("onnx", { threads: 1 });
    onTestFinished(() => engine.dispose());
    const { weights } = model(policy, 7);
    const options = { policy, weights, temperature: 1, batch: 1, length: 64, padId: 0, detail: "all" } as const;
    const local = await (await localTeacher(engine, options)).score([long], signal);
    const settings = serverAt(server.url, { endpoint: "generate" });
    const [score] = (await teacherAt(server.url, { ...large, server: settings }).score([long], signal)) as readonly TeacherScore[];
    if (score instanceof Error) throw score;
    expect(score!.logProbs.length).toBe(45 * large.vocabularySize);
    expect(score!.logProbs.findIndex((value, k) => value !== local[0]!.logProbs[k])).toBe(-1);
  });

  test("a list that would be too large is not asked for, and a server that is asked refuses", async () => {
    const [answer] = await teacherAt(server.url, large).score([long], signal);
    expect(answer).toMatchObject({ retryable: false, message: expect.stringContaining("expected at most 42 tokens") as string });
    const { client } = teacherAt(server.url, large);
    const all = { prompt_logprobs: -1, max_tokens: 1, temperature: 0 };
    const prompt = [...long.tokens];
    await expect(client.post("v1/completions", { prompt, ...all }, signal)).rejects.toThrow(
      "expected at most 2097152 log-probs in an answer",
    );
    const rows = [Array.from({ length: large.vocabularySize }, (_, id) => id), ...Array.from({ length: 43 }, () => [0])];
    const chosen = { token_ids: prompt, sampling_params: { max_tokens: 1, temperature: 0, prompt_logprob_token_ids: rows } };
    await expect(client.post("inference/v1/generate", chosen, signal)).rejects.toThrow("got a request for 2162688");
  });
});

test("what fails is the failure of its rollout alone, and says whether to try again", async () => {
  const server = await httpServer(({ document }, response) => {
    const { prompt } = document as { prompt: number[] };
    const positions = [null, ...prompt.slice(1).map((id) => ({ [id]: { logprob: -id, rank: 1 } }))];
    if (prompt[0] === 3) json(response, { choices: [{ prompt_logprobs: positions }] });
    else if (prompt[0] === 4) json(response, { error: { message: "busy" } }, 503, { "retry-after": "2" });
    else if (prompt[0] === 5) json(response, { error: { message: "too many log-probs" } }, 400);
    else if (prompt[0] === 6) json(response, { choices: [{ prompt_logprobs: positions.slice(1) }] });
    else response.socket?.resetAndDestroy();
  });
  const answers = await teacherAt(server.url, { detail: "tokens" }).score(rollouts, signal);
  expect(answers[0]).toEqual({ logProbs: Float32Array.from(rollouts[0]!.tokens, (id) => -id) });
  expect(answers[1]).toMatchObject({ retryable: true, retryAfter: 2000, status: 503 });
  expect(answers[2]).toMatchObject({ retryable: false, status: 400, message: expect.stringContaining("too many log-probs") as string });
  expect(answers[3]).toMatchObject({
    retryable: true,
    message: `teacher ${server.url}/v1/completions: expected a score of prompt 3 sample 0, got "expected log-probs of 6 positions, got 5"`,
  });
  expect(answers[4]).toMatchObject({ retryable: true });
});

test("no more connections than allowed, and the token is sent", async () => {
  vi.stubEnv("RETORT_TEST_TOKEN", "abc");
  onTestFinished(() => void vi.unstubAllEnvs());
  let [open, most] = [0, 0];
  const server = await httpServer((_asked, response) => {
    most = Math.max(most, (open += 1));
    setTimeout(() => {
      open -= 1;
      json(response, {}, 500);
    }, 5);
  });
  vi.stubEnv("RETORT_TOKENS", `RETORT_TEST_TOKEN@${new URL(server.url).host}`);
  const teacher = teacherAt(server.url, { server: serverAt(server.url, { connections: 2, tokenVariable: "RETORT_TEST_TOKEN" }) });
  await teacher.score([...rollouts, ...rollouts], signal);
  expect(most).toBe(2);
  expect(server.asked.every(({ headers }) => headers.authorization === "Bearer abc")).toBe(true);
});

test("aborting ends it with the signal's reason", async () => {
  const controller = new AbortController();
  const server = await httpServer(() => controller.abort(new Error("enough")));
  await expect(teacherAt(server.url).score(rollouts, controller.signal)).rejects.toThrow("enough");
});

test("a temperature that a server cannot give, and one that is none, are refused", () => {
  expect(() => teacherAt("http://127.0.0.1:1", { temperature: 0.5, detail: { topK: 2 } })).toThrow(
    new RangeError("teacher: expected temperature 1 of a server that gives some log-probs of each position, got 0.5; ask for all of them"),
  );
  expect(() => teacherAt("http://127.0.0.1:1", { temperature: 0 })).toThrow("teacher: expected a temperature above 0, got 0");
  expect(() => teacherAt("x", { server: serverAt("here") })).toThrow(
    'teacher: expected an address that begins with http:// or https://, got "here/"',
  );
});
