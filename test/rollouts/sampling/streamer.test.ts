/** Tests of the streamer: the same tokens as in one call, whatever the chunks; it ends when it is told to, and frees what it held. */
import { afterAll, describe, expect, test } from "vitest";
import { openEngine } from "../../../src/engine/choose.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { ProgramCache } from "../../../src/engine/program-cache.ts";
import type { Weights } from "../../../src/policies/policy.ts";
import { Sampler } from "../../../src/rollouts/sampling/sampler.ts";
import type { Completion } from "../../../src/rollouts/batches/rollout.ts";
import type { Shaping } from "../../../src/rollouts/decoding/shaping.ts";
import { Streamer, type StreamedTokens, type StreamRequest } from "../../../src/rollouts/sampling/streamer.ts";
import { streamText, type StreamedText } from "../../../src/rollouts/sampling/stream-text.ts";
import { context, model, smallLlama, smallTask } from "../../fixtures/recipes.ts";
import { roughWeights } from "../../laws/policy.laws.ts";

const { tokenizer, train } = smallTask();
const { padId, endId } = tokenizer;
const policy = smallLlama();
const weights = Object.fromEntries(Object.entries(roughWeights(policy)).map(([name, { data }]) => [name, data])) as Weights;
const prompts = train.slice(0, 3).map(({ text }) => Int32Array.from(tokenizer.encode(text)));
const maxNewTokens = 9;
const request = (changes: Partial<StreamRequest> = {}): StreamRequest => ({
  prompt: prompts[0]!,
  coordinates: [3, "sample", 0, 0],
  shaping: { temperature: 1 },
  maxNewTokens,
  ...changes,
});

const all = async <T>(chunks: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const chunk of chunks) found.push(chunk);
  return found;
};

const joined = (chunks: readonly StreamedTokens[]): Completion => ({
  tokens: Int32Array.from(chunks.flatMap(({ tokens }) => [...tokens])),
  behaviorLogProbs: Float32Array.from(chunks.flatMap(({ logProbs }) => [...logProbs])),
  rawLogProbs: Float32Array.from(chunks.flatMap(({ rawLogProbs }) => [...rawLogProbs])),
});

/** What a sampler draws in one call. */
const inOneCall = async (engine: Engine, { coordinates, shaping, prompt }: StreamRequest): Promise<Completion> => {
  const sampler = new Sampler(engine, { policy, batch: 2, promptLength: 6, maxNewTokens, padId, endId });
  sampler.load(weights);
  const [completion] = await sampler.draw({
    prompts: [Int32Array.from(Array.from(prompt))],
    coordinates: [coordinates],
    writer: { by: "student", ...shaping },
  });
  await sampler.dispose();
  return completion!;
};

const shapings: readonly Shaping[] = [
  { temperature: 1 },
  { temperature: 0, repetitionPenalty: 1.5, minNewTokens: 5 },
  { temperature: 2, topK: 9, topP: 0.95, minP: 0.01, repetitionPenalty: 1.2, minNewTokens: 4 },
];

describe.each(["cpu", "onnx"] as const)("a streamer on %s", async (name) => {
  const engine = await openEngine(name, { threads: 1 });
  afterAll(() => engine.dispose());
  const streamer = (chunk: number): Streamer => {
    const made = new Streamer(engine, { policy, padId, endId, chunk });
    made.load(weights);
    return made;
  };

  test.each(shapings)("draws the tokens of one call, whatever the chunks: %j", async (shaping) => {
    const lengths = new Set<number>();
    for (const [i, prompt] of prompts.entries()) {
      const given = request({ prompt, shaping, coordinates: [3, "sample", i, 1] });
      const whole = await inOneCall(engine, given);
      lengths.add(whole.tokens.length);
      for (const chunk of [1, 3, 20]) {
        const own = streamer(chunk);
        const chunks = await all(own.stream(given));
        const found = joined(chunks);
        expect(Array.from(found.tokens)).toEqual(Array.from(whole.tokens));
        found.behaviorLogProbs.forEach((value, t) => expect(value).toBeCloseTo(whole.behaviorLogProbs[t]!, 5));
        found.rawLogProbs.forEach((value, t) => expect(value).toBeCloseTo(whole.rawLogProbs[t]!, 5));
        const ended = whole.tokens.at(-1) === endId;
        expect(chunks.map(({ finish }) => finish)).toEqual([...chunks.slice(1).map(() => undefined), ended ? "stop" : "length"]);
        expect(chunks.slice(0, -1).every(({ tokens }, k) => tokens.length === (k === 0 ? 1 : chunk))).toBe(true);
        await own.dispose();
      }
    }
    expect(Math.max(...lengths)).toBeGreaterThan(3);
  });

  test("frees what a stream held when it ends, is left, is aborted, or fails", async () => {
    const own = streamer(2);
    await all(own.stream(request()));
    const before = engine.memory();
    await all(own.stream(request()));
    for await (const { tokens } of own.stream(request({ shaping: { temperature: 1, minNewTokens: 8 } }))) {
      expect(tokens.length).toBeGreaterThan(0);
      break;
    }
    const controller = new AbortController();
    const aborted = async (): Promise<number> => {
      let count = 0;
      for await (const { tokens } of own.stream(request({ shaping: { temperature: 1, minNewTokens: 8 } }), controller.signal)) {
        count += tokens.length;
        if (count >= 3) controller.abort(new Error("enough"));
      }
      return count;
    };
    await expect(aborted()).rejects.toThrow("enough");
    await expect(all(own.stream(request(), AbortSignal.abort(new Error("before"))))).rejects.toThrow("before");
    await expect(all(own.stream(request({ prompt: new Int32Array(8) })))).rejects.toThrow(
      new RangeError(
        `streamer: expected prompt and completion within the context of ${context.contextLength} tokens, got 8 + 9; shorten the prompt or lower maxNewTokens`,
      ),
    );
    await expect(all(own.stream(request({ shaping: { temperature: -1 } })))).rejects.toThrow(RangeError);
    expect(engine.memory()).toEqual(before);
    await own.dispose();
  });

  test("requests of all settings share the programs of their kinds", async () => {
    const programs = new ProgramCache(engine);
    const own = new Streamer(engine, { policy, padId, endId, programs });
    own.load(weights);
    for (let n = 0; n < 12; n += 1) {
      const shaping = {
        temperature: 0.5 + n / 10,
        minP: n / 100,
        minNewTokens: n % 3,
        ...(n % 2 === 0 ? { topK: 2 + n, topP: 0.8 + n / 100 } : { repetitionPenalty: 1 + n / 10 }),
      };
      await all(own.stream(request({ shaping, maxNewTokens: 3 + (n % 3) })));
    }
    expect(programs.size.programs).toBe(2);
    await all(own.stream(request({ shaping: { temperature: 0, minNewTokens: 2 } })));
    expect(programs.size.programs).toBe(4);
    await programs.dispose();
    await own.dispose();
  });

  test("takes over new weights, and has none before the first", async () => {
    const own = new Streamer(engine, { policy, padId, endId });
    await expect(all(own.stream(request()))).rejects.toThrow("streamer: expected weights before the first completion, got none; load them");
    own.load(model(policy, 3).weights);
    const first = joined(await all(own.stream(request())));
    own.load(weights);
    const second = joined(await all(own.stream(request())));
    expect(first.behaviorLogProbs[0]).not.toBeCloseTo(second.behaviorLogProbs[0]!, 3);
    await own.dispose();
  });

  test("as text: pieces that together are the completion, or end before a stop string", async () => {
    const own = streamer(2);
    const given = request({ shaping: { temperature: 1, minNewTokens: 8 } });
    const decode = (ids: ArrayLike<number>): string => tokenizer.decode(ids);
    const texts = async (stops: readonly string[]): Promise<StreamedText[]> => all(streamText(own.stream(given), decode, stops));
    const whole = joined(await all(own.stream(given)));
    const text = tokenizer.decode(whole.tokens);
    const plain = await texts([]);
    expect(plain.map((chunk) => chunk.text).join("")).toBe(text);
    expect(plain.at(-1)!.finish).not.toBe("stop-string");
    const before = engine.memory();
    const stop = text.slice(3, 5);
    const cut = await texts([stop, "never"]);
    expect(cut.map((chunk) => chunk.text).join("")).toBe(text.slice(0, text.indexOf(stop)));
    expect(cut.at(-1)!.finish).toBe("stop-string");
    const length = text.indexOf(stop) + stop.length;
    expect(cut.flatMap(({ tokens }) => [...tokens])).toEqual(Array.from(whole.tokens.subarray(0, length)));
    expect(cut.flatMap(({ logProbs }) => [...logProbs])).toHaveLength(length);
    expect(cut.flatMap(({ rawLogProbs }) => [...rawLogProbs])).toHaveLength(length);
    expect(engine.memory()).toEqual(before);
    await own.dispose();
  });
});
