/** Tests of a policy that answers requests. */
import { beforeAll, expect, test } from "vitest";
import { openEngine } from "../../src/engine/choose.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { initialWeights } from "../../src/policies/initialize.ts";
import type { PolicyRequest } from "../../src/serving/policy-request.ts";
import { ServedPolicy } from "../../src/serving/served-policy.ts";
import { bigram, smallTask } from "../fixtures/recipes.ts";

const { tokenizer } = smallTask();
const { signal } = new AbortController();

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("onnx", { threads: 1 });
  return () => engine.dispose();
});

const served = (seed = 0): ServedPolicy => {
  const policy = bigram();
  return new ServedPolicy(engine, { policy, weights: initialWeights(policy, 3), tokenizer, seed });
};

const request = (changes: Partial<PolicyRequest> = {}): PolicyRequest => ({
  prompts: ["1+2="],
  shaping: { temperature: 1 },
  maxNewTokens: 6,
  stops: [],
  ...changes,
});

test("draws without a seed differ from request to request, and repeat with the server", async () => {
  const [one, two] = [served(), served()];
  const texts = async (policy: ServedPolicy): Promise<string[]> => [
    ...(await policy.answer(request(), signal)).map(({ text }) => text),
    ...(await policy.answer(request(), signal)).map(({ text }) => text),
    ...(await policy.answer(request({ prompts: ["1+2=", "1+2="] }), signal)).map(({ text }) => text),
  ];
  const first = await texts(one);
  expect(new Set(first).size).toBe(4);
  expect(await texts(two)).toEqual(first);
  expect(await texts(served(1))).not.toEqual(first);
});

test("a request's own seed decides alone", async () => {
  const policy = served();
  const [one] = await policy.answer(request({ seed: 5 }), signal);
  await policy.answer(request(), signal);
  const [two] = await policy.answer(request({ seed: 5 }), signal);
  expect(two).toEqual(one);
});

test("the token that scoring draws is the one that sampling at temperature 0 draws", async () => {
  for (const text of ["1+2=", "3", "4+4+1=9"]) {
    const greedy = request({ prompts: [text], shaping: { temperature: 0 }, maxNewTokens: 1 });
    const [sampled] = await served().answer(greedy, signal);
    const [scored] = await served().answer({ ...greedy, promptLogProbs: 0 }, signal);
    expect(scored).toMatchObject({ text: sampled!.text, tokens: sampled!.tokens, finish: sampled!.finish });
  }
});

test("more log-probs than fit into an answer are refused before they are computed", async () => {
  const prompts = [Array.from({ length: 16 }, () => 3)];
  await expect(served().answer(request({ prompts, promptLogProbs: 2 ** 20 }), signal)).rejects.toThrow(
    new RangeError(`expected at most ${2 ** 21} log-probs in an answer, got a request for ${16 * (2 ** 20 + 1)}`),
  );
});

test("log-probs of all prompts of a request count together", async () => {
  const asked = (count: number) =>
    served().answer(request({ prompts: Array.from({ length: count }, () => [3]), promptLogProbs: 2 ** 20, maxNewTokens: 0 }), signal);
  expect(await asked(1)).toHaveLength(1);
  await expect(asked(2)).rejects.toThrow(`got a request for ${2 * (2 ** 20 + 1)}`);
});

test("the likeliest are there beside chosen ids too", async () => {
  const ids = [3, 1, 4];
  const said = async (changes: Partial<PolicyRequest>): Promise<string> => {
    const [answer] = await served().answer(request({ prompts: [ids], maxNewTokens: 0, promptLogProbs: 2, ...changes }), signal);
    return Buffer.concat(answer!.promptLogProbs!).toString();
  };
  expect(await said({ chosen: { ids: [[0, 1], [2]], start: 0 } })).toBe(await said({}));
});

test("an aborted signal ends it", async () => {
  const reason = new Error("enough");
  await expect(served().answer(request(), AbortSignal.abort(reason))).rejects.toBe(reason);
});
