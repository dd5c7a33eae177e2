/** The streamer: completes one prompt at a time and gives out its tokens as they come. */
import type { Buffer, Engine, Executable } from "../../engine/engine.ts";
import { float32, int32, type Program, type TensorSpec } from "../../engine/program.ts";
import type { Policy, Weights } from "../../policies/policy.ts";
import { continueProgram, prefillProgram, statePrefix } from "../decoding/chunked-generation.ts";
import { numbersAt, type Coordinates } from "./coordinates.ts";
import { parameterPrefix } from "../decoding/decoding.ts";
import { endsOf, type GenerationOptions } from "../decoding/generation-options.ts";
import { padPrompts } from "./pad-prompts.ts";
import { uploadWeights } from "./resident-weights.ts";
import { shapingIn, type Shaping } from "../decoding/shaping.ts";

/** What a streamer is made for. */
export interface StreamerOptions extends Pick<GenerationOptions, "endId" | "stopIds" | "padId"> {
  readonly policy: Policy;
  /** Tokens between two checks of the signal and of the text; each chunk is one call of the engine. Default 4. */
  readonly chunk?: number;
}

/** One completion to stream. */
export interface StreamRequest {
  readonly prompt: ArrayLike<number>;
  readonly coordinates: Coordinates;
  readonly shaping: Shaping;
  readonly maxNewTokens: number;
}

/** The newest tokens of a completion. */
export interface StreamedTokens {
  /** At least one; with the end in the last chunk, when there is one. */
  readonly tokens: Int32Array;
  /** In nats, under the distribution that drew them. */
  readonly logProbs: Float32Array;
  /** In nats, under the policy at temperature 1 and without any shaping. */
  readonly rawLogProbs: Float32Array;
  /** There with the last chunk: a token that ends the completion, or the limit. */
  readonly finish?: "stop" | "length";
}

type Buffers = Readonly<Record<string, Buffer>>;

/** Prompts are padded to powers of two from this on, so that prompts of all lengths share few programs. */
const shortestPrompt = 16;

const dispose = (buffers: Buffers): void => {
  for (const buffer of Object.values(buffers)) buffer.dispose();
};

/** Padded length of a prompt. `RangeError` when there is no room for the completion after it. */
const paddedLength = (length: number, maxNewTokens: number, { contextLength }: Policy): number => {
  const room = contextLength - maxNewTokens;
  if (length <= room) return Math.min(room, Math.max(shortestPrompt, 2 ** Math.ceil(Math.log2(length))));
  throw new RangeError(
    `streamer: expected prompt and completion within the context of ${contextLength} tokens, got ${length} + ` +
      `${maxNewTokens}; shorten the prompt or lower maxNewTokens`,
  );
};

const specsOf = (buffers: Buffers): Record<string, TensorSpec> =>
  Object.fromEntries(Object.entries(buffers).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));

/** Streams completions on one engine. */
export class Streamer {
  readonly #engine: Engine;
  readonly #options: StreamerOptions;
  readonly #executables = new Map<string, Executable>();
  #parameters: Buffers = {};

  constructor(engine: Engine, options: StreamerOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** Takes over new weights. `RangeError` when an array does not fit its parameter. */
  load(weights: Weights): void {
    const next = uploadWeights(this.#engine, this.#options.policy.parameters, weights, "streamer");
    dispose(this.#parameters);
    this.#parameters = Object.fromEntries(
      Object.entries(next).map(([name, buffer]) => [parameterPrefix + name, buffer]),
    );
  }

  /**
   * Draws a completion chunk by chunk, the first of one token: the tokens that a `Sampler` draws at these coordinates.
   * Whoever stops listening, or aborts the signal, ends it between two chunks. `RangeError` for a prompt that leaves no
   * room, for options that do not fit, and before the first `load`; the signal's reason when it aborts.
   */
  async *stream(request: StreamRequest, signal?: AbortSignal): AsyncGenerator<StreamedTokens, void> {
    if (Object.keys(this.#parameters).length === 0)
      throw new RangeError("streamer: expected weights before the first completion, got none; load them");
    const options = this.#generationOf(request);
    const ends = endsOf(options);
    const next = options.temperature === 0 ? (): number => 0 : numbersAt(request.coordinates);
    const prompt = this.#uploadPrompt(request.prompt, options);
    let state: Buffers = {};
    let drawn = 0;
    try {
      for (;;) {
        signal?.throwIfAborted();
        const outputs = await this.#run(options, prompt, state, drawn, next);
        dispose(state);
        state = Object.fromEntries(Object.entries(outputs).filter(([name]) => name.startsWith(statePrefix)));
        const newest = await this.#newest(outputs, options.maxNewTokens - drawn, ends);
        drawn += newest.tokens.length;
        const ended = ends.includes(newest.tokens.at(-1)!);
        if (ended || drawn === options.maxNewTokens) {
          yield { ...newest, finish: ended ? "stop" : "length" };
          return;
        }
        yield newest;
      }
    } finally {
      dispose({ ...state, ...prompt });
    }
  }

  #generationOf({ prompt, shaping, maxNewTokens }: StreamRequest): GenerationOptions {
    const { policy, endId, stopIds = [], padId } = this.#options;
    return {
      batch: 1,
      promptLength: paddedLength(prompt.length, maxNewTokens, policy),
      maxNewTokens,
      endId,
      stopIds,
      padId,
      ...shaping,
    };
  }

  #uploadPrompt(prompt: ArrayLike<number>, { promptLength, padId }: GenerationOptions): Buffers {
    const { tokens, positions, mask } = padPrompts([prompt], { length: promptLength, padId, side: "left" });
    return {
      tokens: this.#engine.upload(tokens, int32(1, promptLength)),
      positions: this.#engine.upload(positions, int32(1, promptLength)),
      mask: this.#engine.upload(mask, float32(1, promptLength)),
    };
  }

  /** The outputs of the next chunk; `drawn` tokens are there already. */
  async #run(
    options: GenerationOptions,
    prompt: Buffers,
    state: Buffers,
    drawn: number,
    next: () => number,
  ): Promise<Buffers> {
    const { policy, chunk = 4 } = this.#options;
    const first = drawn === 0;
    const count = first ? 1 : chunk;
    const program = first ? prefillProgram(policy, options) : continueProgram(policy, options, chunk, specsOf(state));
    const executable = await this.#executable(program, options);
    const own: Buffers = {
      uniforms: this.#engine.upload(
        Float32Array.from({ length: count }, () => next()),
        float32(count, 1),
      ),
      ...(first ? {} : { index: this.#engine.upload(Int32Array.of(drawn - 1), int32()) }),
    };
    try {
      const read = first ? prompt : { mask: prompt["mask"]! };
      return await executable.run({ ...this.#parameters, ...state, ...read, ...own });
    } finally {
      dispose(own);
    }
  }

  /** The tokens among a chunk's outputs: at most `most`, and none after an end. */
  async #newest(
    { tokens, logProbs, rawLogProbs }: Buffers,
    most: number,
    ends: readonly number[],
  ): Promise<StreamedTokens> {
    const all = (await this.#engine.download(tokens!)) as Int32Array;
    const used = (await this.#engine.download(logProbs!)) as Float32Array;
    const raw = (await this.#engine.download(rawLogProbs!)) as Float32Array;
    dispose({ tokens: tokens!, logProbs: logProbs!, rawLogProbs: rawLogProbs! });
    const end = all.findIndex((token) => ends.includes(token));
    const count = Math.min(most, end === -1 ? all.length : end + 1);
    return { tokens: all.slice(0, count), logProbs: used.slice(0, count), rawLogProbs: raw.slice(0, count) };
  }

  async #executable(
    program: Program,
    { promptLength, maxNewTokens, ...options }: GenerationOptions,
  ): Promise<Executable> {
    const key = JSON.stringify([program.name, promptLength, maxNewTokens, shapingIn(options)]);
    const known = this.#executables.get(key) ?? (await this.#engine.compile(program));
    this.#executables.set(key, known);
    return known;
  }

  /** Frees programs and weights. */
  async dispose(): Promise<void> {
    dispose(this.#parameters);
    for (const executable of this.#executables.values()) await executable.dispose();
  }
}
