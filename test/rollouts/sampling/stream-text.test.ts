/** Tests of streamed text on streams that are written out; test/rollouts/sampling/streamer.test.ts has those of a policy. */
import { expect, test } from "vitest";
import { streamText, type StreamedText } from "../../../src/rollouts/sampling/stream-text.ts";
import type { StreamedTokens } from "../../../src/rollouts/sampling/streamer.ts";

const decode = (ids: ArrayLike<number>): string => new TextDecoder().decode(Uint8Array.from(ids));

/** Chunks of bytes; tells whether whoever listened has left. */
const chunked = (chunks: readonly (readonly number[])[], finish: "stop" | "length") => {
  const seen = { left: false };
  async function* stream(): AsyncGenerator<StreamedTokens> {
    try {
      for (const [i, chunk] of chunks.entries()) {
        const tokens = {
          tokens: Int32Array.from(chunk),
          logProbs: new Float32Array(chunk.length),
          rawLogProbs: new Float32Array(chunk.length),
        };
        yield i === chunks.length - 1 ? { ...tokens, finish } : tokens;
      }
    } finally {
      seen.left = true;
    }
  }
  return { stream: stream(), seen };
};

const read = async (stream: AsyncIterable<StreamedText>): Promise<(readonly [string, StreamedText["finish"]])[]> => {
  const found: (readonly [string, StreamedText["finish"]])[] = [];
  for await (const { text, finish } of stream) found.push([text, finish]);
  return found;
};

test("what was held back comes with the last chunk", async () => {
  const { stream } = chunked([[97, 0xe2], [0x82], [0xac, 98, 81]], "length");
  expect(await read(streamText(stream, decode, ["Q:"]))).toEqual([
    ["a", undefined],
    ["", undefined],
    ["€bQ", "length"],
  ]);
});

test("a stop string ends the stream of tokens, also in its last chunk", async () => {
  const { stream, seen } = chunked([[97, 81], [58, 98], [99]], "stop");
  expect(await read(streamText(stream, decode, ["Q:"]))).toEqual([
    ["a", undefined],
    ["", "stop-string"],
  ]);
  expect(seen.left).toBe(true);
  const last = chunked([[97], [81, 58]], "stop");
  expect((await read(streamText(last.stream, decode, ["Q:"]))).at(-1)).toEqual(["", "stop-string"]);
});
