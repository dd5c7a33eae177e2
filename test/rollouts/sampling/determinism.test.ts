/** The same coordinates give the same tokens: whatever the batch, the order, the engine's threads, and who else is in the chunk. */
import { afterAll, describe, expect, test } from "vitest";
import { onnxEngine } from "../../../src/engine/onnx/engine.ts";
import type { Weights } from "../../../src/policies/policy.ts";
import { integer, stream } from "../../../src/random/stream.ts";
import type { Coordinates } from "../../../src/rollouts/sampling/coordinates.ts";
import { Sampler, type Writer } from "../../../src/rollouts/sampling/sampler.ts";
import type { Completion } from "../../../src/rollouts/batches/rollout.ts";
import { Streamer } from "../../../src/rollouts/sampling/streamer.ts";
import { smallLlama, smallTask } from "../../fixtures/recipes.ts";
import { roughWeights } from "../../laws/policy.laws.ts";

const { tokenizer, train } = smallTask();
const { padId, endId } = tokenizer;
const policy = smallLlama();
const weights = Object.fromEntries(Object.entries(roughWeights(policy)).map(([name, { data }]) => [name, data])) as Weights;
const [count, maxNewTokens] = [32, 9];
const items = Array.from({ length: count }, (_, row): { prompt: Int32Array; coordinates: Coordinates } => ({
  prompt: Int32Array.from(tokenizer.encode(train[row % train.length]!.text)).subarray(row % 2),
  coordinates: [5, 1, row % train.length, Math.floor(row / train.length)],
}));
const engines = [1, 2].map((threads) => ({ threads, engine: onnxEngine({ threads }) }));
afterAll(() => Promise.all(engines.map(({ engine }) => engine.dispose())));

const shuffled = Array.from(items.keys());
const next = stream(1, "test", "shuffle");
for (let i = count - 1; i > 0; i -= 1) {
  const j = integer(next, 0, i);
  [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
}

const writers: readonly Writer[] = [
  { by: "student", temperature: 1 },
  { by: "student", temperature: 0.8, topK: 12, topP: 0.9, minP: 0.02, repetitionPenalty: 1.2 },
];

/** The completions of all prompts, drawn in this order with chunks of `batch`. */
const drawn = async (threads: number, batch: number, order: readonly number[], writer: Writer): Promise<Completion[]> => {
  const { engine } = engines.find((one) => one.threads === threads)!;
  const sampler = new Sampler(engine, { policy, batch, promptLength: 5, maxNewTokens, padId, endId });
  sampler.load(weights);
  const found: Completion[] = [];
  for (let start = 0; start < count; start += batch) {
    const rows = order.slice(start, start + batch);
    const completions = await sampler.draw({
      prompts: rows.map((row) => items[row]!.prompt),
      coordinates: rows.map((row) => items[row]!.coordinates),
      writer,
    });
    completions.forEach((completion, i) => {
      found[rows[i]!] = completion;
    });
  }
  await sampler.dispose();
  return found;
};

const inOrder = Array.from(items.keys());
const tokensOf = (completions: readonly Completion[]): string[] => completions.map(({ tokens }) => tokens.join());

describe.each(writers)("drawn by %j", (writer) => {
  const cases = [1, 2].flatMap((threads) => [1, 5, 32].flatMap((batch) => [inOrder, shuffled].map((order) => ({ threads, batch, order }))));

  test("32 completions are the same in every batch, order and number of threads", async () => {
    const expected = tokensOf(await drawn(1, 32, inOrder, writer));
    expect(new Set(expected).size).toBeGreaterThan(count / 2);
    for (const { threads, batch, order } of cases)
      expect(tokensOf(await drawn(threads, batch, order, writer)), `${threads}, ${batch}`).toEqual(expected);
  });

  test("and when they are streamed", async () => {
    const expected = tokensOf(await drawn(1, 32, inOrder, writer));
    if (writer.by === "teacher") throw new TypeError("expected a student");
    const { by: _by, ...shaping } = writer;
    for (const { threads, engine } of engines) {
      const streamer = new Streamer(engine, { policy, padId, endId, chunk: 2 + threads });
      streamer.load(weights);
      for (const row of shuffled.slice(0, 8)) {
        const tokens: number[] = [];
        const { prompt, coordinates } = items[row]!;
        for await (const chunk of streamer.stream({ prompt, coordinates, shaping, maxNewTokens })) tokens.push(...chunk.tokens);
        expect(tokens.join()).toBe(expected[row]);
      }
      await streamer.dispose();
    }
  });
});
