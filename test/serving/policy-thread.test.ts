/** Tests of the thread of a served policy: what it is when it is started again. */
import { expect, onTestFinished, test } from "vitest";
import { loadModel } from "../../src/experiments/inputs/model.ts";
import type { Weights } from "../../src/policies/policy.ts";
import { openServedPolicy } from "../../src/serving/open-policy.ts";
import { policyThread, type PolicyThread } from "../../src/serving/policy-thread.ts";
import type { PolicyHandlers } from "../../src/serving/policy-worker.ts";
import { connect, type Connection } from "../../src/workers/connect.ts";
import { savedModel } from "../fixtures/models.ts";

const threadOf = async (read: (first: boolean) => Promise<Weights>): Promise<{ thread: PolicyThread; end: () => Promise<void> }> => {
  const { policy, tokenizer } = await loadModel(await savedModel());
  let current: Connection<PolicyHandlers> | undefined;
  let reads = 0;
  const thread = policyThread({
    engine: "cpu",
    threads: 1,
    config: policy.config,
    weights: () => read((reads += 1) === 1),
    tokenizer: tokenizer?.toJSON(),
    seed: 0,
    start: () => (current = connect<PolicyHandlers>(new URL("../../src/serving/policy-worker.ts", import.meta.url))),
  });
  onTestFinished(() => thread.close());
  return { thread, end: async () => current?.close(0).catch(() => undefined) };
};

test("with other weights it is not started again", async () => {
  const { weights } = await loadModel(await savedModel());
  const copy = (change: number): Weights =>
    Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, values.map((x) => x + change)]));
  const { thread, end } = await threadOf((first) => Promise.resolve(copy(first ? 0 : 1)));
  await thread.ready();
  expect([thread.engine(), thread.alive()]).toEqual(["cpu", true]);
  await end();
  expect(thread.alive()).toBe(false);
  await expect(thread.call("tokenize", { text: "a", whole: false })).rejects.toThrow(
    "expected the weights that were served before, got others",
  );
});

test("closed, it is not started again", async () => {
  const { weights } = await loadModel(await savedModel());
  const { thread } = await threadOf(() => Promise.resolve(structuredClone(weights)));
  expect(await thread.call("tokenize", { text: "a", whole: false })).toEqual([2]);
  await thread.close();
  await expect(thread.call("tokenize", { text: "a", whole: false })).rejects.toThrow("worker policy was closed");
});

test("weights that are given stay the caller's", async () => {
  const loaded = await loadModel(await savedModel());
  const sizes = Object.values(loaded.weights).map(({ length }) => length);
  const opened = await openServedPolicy({ ...loaded, name: "tiny", engine: "cpu", threads: 1, seed: 0, mostLogProbs: -1 });
  await opened.close();
  expect(Object.values(loaded.weights).map(({ length }) => length)).toEqual(sizes);
});
