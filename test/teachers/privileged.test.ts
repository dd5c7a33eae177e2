/** A teacher that is shown more: its scores are those of the longer prompt, for the same completion. */
import { afterAll, expect, test } from "vitest";
import { openEngine } from "../../src/engine/choose.ts";
import { localTeacher } from "../../src/teachers/local.ts";
import { openTeacher } from "../../src/teachers/open.ts";
import { privilegedRollout } from "../../src/teachers/privileged.ts";
import { referenceRows } from "../fixtures/batches.ts";
import { model, smallLlama, smallTask } from "../fixtures/recipes.ts";

const engine = await openEngine("cpu", { threads: 1 });
afterAll(() => engine.dispose());

const { signal } = new AbortController();
const { tokenizer } = smallTask();
const rollouts = referenceRows().map(({ rollout }) => rollout);
const policy = smallLlama({ contextLength: 32 });
const { weights, config } = model(policy, 2);
const template = "{reference};{prompt}";

test("the completion's tokens stay as they are, and the prompt is the template's", () => {
  for (const rollout of rollouts) {
    const shown = privilegedRollout(rollout, template, tokenizer);
    const text = `${rollout.prompt.reference};${rollout.prompt.text}`;
    expect(shown).toEqual({ ...rollout, prompt: { ...rollout.prompt, text }, promptTokens: Int32Array.from(tokenizer.encode(text)) });
  }
});

test("scores are those of the policy after the longer prompt, row i of completion token i", async () => {
  const maxNewTokens = smallTask().longest.completion;
  const promptTokens = Math.max(...rollouts.map(({ prompt }) => prompt.reference.length + 1 + prompt.text.length));
  const setting = {
    engine: () => Promise.resolve(engine),
    batch: 3,
    length: 12,
    completion: maxNewTokens,
    padId: tokenizer.padId,
    detail: "all" as const,
    vocabularySize: policy.vocabularySize,
  };
  const source = { config, weights, temperature: 0.7, context: { template, promptTokens } };
  const teacher = await openTeacher(source, { ...setting, reading: { tokenizer: tokenizer.toJSON(), maxNewTokens } });
  // The same sequences by hand, the template's text being the prompt.
  const byHand = rollouts.map((rollout) => ({
    ...rollout,
    promptTokens: Int32Array.from(tokenizer.encode(`${rollout.prompt.reference};${rollout.prompt.text}`)),
  }));
  const direct = await localTeacher(engine, {
    policy,
    weights,
    temperature: 0.7,
    batch: 3,
    length: promptTokens + maxNewTokens - 1,
    completion: maxNewTokens,
    padId: tokenizer.padId,
  });
  const expected = await direct.score(byHand, signal);
  const scores = await teacher.score(rollouts, signal);
  expect(scores).toEqual(expected);
  expect(scores.map((score) => (score instanceof Error ? 0 : score.logProbs.length))).toEqual(
    rollouts.map(({ tokens }) => tokens.length * policy.vocabularySize),
  );
  const plain = await localTeacher(engine, { policy, weights, temperature: 0.7, batch: 3, length: 12, padId: tokenizer.padId });
  expect(await plain.score(rollouts, signal)).not.toEqual(scores);
  await expect(openTeacher(source, setting)).rejects.toThrow(
    "teacher: expected the student's tokenizer for a teacher with a context of its own, got none",
  );
});
