/** The streamer: completes one prompt at a time and gives out its tokens as they come. */
import type { Buffer, Engine } from "../../engine/engine.ts";
import { ProgramCache } from "../../engine/program-cache.ts";
import { float32, int32, type Program, type TensorSpec } from "../../engine/program.ts";
import type { Policy, Weights } from "../../policies/policy.ts";
import { continueProgram, prefillProgram, statePrefix } from "../decoding/chunked-generation.ts";
import { numbersAt, type Coordinates } from "./coordinates.ts";
import { parameterPrefix } from "../decoding/decoding.ts";
import { checkGeneration, endsOf, type GenerationOptions } from "../decoding/generation-options.ts";
import { padPrompts } from "./pad-prompts.ts";
import { uploadWeights } from "./resident-weights.ts";
import { kindOf, shapingInputs, shapingNumbers, shapingOfKind, type ShapingKind } from "../decoding/given-shaping.ts";
import type { Shaping } from "../decoding/shaping.ts";
import { paddedSizes } from "./padded-sizes.ts";

/** What a streamer is made for. */
export interface StreamerOptions extends Pick<GenerationOptions, "endId" | "stopIds" | "padId"> {
  readonly policy: Policy;
  /** Tokens between two checks of the signal and of the text; each chunk is one call of the engine. Default 4. */
  readonly chunk?: number;
  /** Where compiled programs are kept, which others may share. Default: one of the streamer's own, of 64 programs. */
  readonly programs?: ProgramCache;
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

/** What the programs of a request are made for. */
interface Generation {
  readonly kind: ShapingKind;
  readonly options: GenerationOptions;
}

const dispose = (buffers: Buffers): void => {
  for (const buffer of Object.values(buffers)) buffer.dispose();
};

const specsOf = (buffers: Buffers): Record<string, TensorSpec> =>
  Object.fromEntries(Object.entries(buffers).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));

/** Streams completions on one engine. */
export class Streamer {
  readonly #engine: Engine;
  readonly #options: StreamerOptions;
  readonly #programs: ProgramCache;
  #parameters: Buffers = {};

  constructor(engine: Engine, options: StreamerOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#programs = options.programs ?? new ProgramCache(engine);
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
    const { maxNewTokens } = request;
    const generation = this.#generationOf(request);
    const ends = endsOf(generation.options);
    const next = request.shaping.temperature === 0 ? (): number => 0 : numbersAt(request.coordinates);
    const prompt = this.#uploadPrompt(request.prompt, generation.options);
    const shaping = this.#uploadShaping(request, generation.kind);
    let state: Buffers = {};
    let drawn = 0;
    try {
      for (;;) {
        signal?.throwIfAborted();
        const outputs = await this.#run(generation, { prompt, shaping, state }, { drawn, maxNewTokens }, next);
        dispose(state);
        state = Object.fromEntries(Object.entries(outputs).filter(([name]) => name.startsWith(statePrefix)));
        const newest = await this.#newest(outputs, maxNewTokens - drawn, ends);
        drawn += newest.tokens.length;
        const ended = ends.includes(newest.tokens.at(-1)!);
        if (ended || drawn === maxNewTokens) {
          yield { ...newest, finish: ended ? "stop" : "length" };
          return;
        }
        yield newest;
      }
    } finally {
      dispose({ ...state, ...prompt, ...shaping });
    }
  }

  /** Of a kind of shaping, and of padded sizes: what programs are made for. */
  #generationOf({ prompt, shaping, maxNewTokens }: StreamRequest): Generation {
    const { policy, endId, stopIds = [], padId } = this.#options;
    const own = { batch: 1, endId, stopIds, padId };
    const { promptLength, room } = paddedSizes(prompt.length, maxNewTokens, policy.contextLength);
    checkGeneration(policy, { ...own, promptLength: prompt.length, maxNewTokens, ...shaping });
    const kind = kindOf(shaping, policy.vocabularySize);
    return { kind, options: { ...own, promptLength, maxNewTokens: room, ...shapingOfKind(kind) } };
  }

  #uploadPrompt(prompt: ArrayLike<number>, { promptLength, padId }: GenerationOptions): Buffers {
    const { tokens, positions, mask } = padPrompts([prompt], { length: promptLength, padId, side: "left" });
    return {
      tokens: this.#engine.upload(tokens, int32(1, promptLength)),
      positions: this.#engine.upload(positions, int32(1, promptLength)),
      mask: this.#engine.upload(mask, float32(1, promptLength)),
    };
  }

  /** The numbers of the request's shaping. */
  #uploadShaping({ shaping }: StreamRequest, kind: ShapingKind): Buffers {
    const numbers = shapingNumbers(shaping, this.#options.policy.vocabularySize);
    return Object.fromEntries(
      Object.entries(shapingInputs(kind)).map(([name, spec]) => [name, this.#engine.upload(numbers[name]!, spec)]),
    );
  }

  /** The outputs of the next chunk; `drawn` tokens are there already, `maxNewTokens` are to be. */
  async #run(
    { kind, options }: Generation,
    { prompt, shaping, state }: Readonly<Record<"prompt" | "shaping" | "state", Buffers>>,
    { drawn, maxNewTokens }: { readonly drawn: number; readonly maxNewTokens: number },
    next: () => number,
  ): Promise<Buffers> {
    const { policy, chunk = 4 } = this.#options;
    const first = drawn === 0;
    const count = first ? 1 : chunk;
    const program = (): Program =>
      first ? prefillProgram(policy, options, kind) : continueProgram(policy, options, chunk, specsOf(state), kind);
    const { promptLength, maxNewTokens: room } = options;
    const key = JSON.stringify([first ? "prefill" : "continue", promptLength, room, kind]);
    const own: Buffers = {
      uniforms: this.#engine.upload(
        Float32Array.from({ length: count }, () => next()),
        float32(count, 1),
      ),
      ...(first
        ? {}
        : {
            index: this.#engine.upload(Int32Array.of(drawn - 1), int32()),
            last: this.#engine.upload(Int32Array.of(maxNewTokens - 1), int32()),
          }),
    };
    try {
      const read = first ? prompt : { mask: prompt["mask"]! };
      return await this.#programs.run(key, program, { ...this.#parameters, ...state, ...shaping, ...read, ...own });
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

  /** Frees programs that are its own, and weights. */
  async dispose(): Promise<void> {
    dispose(this.#parameters);
    if (this.#options.programs === undefined) await this.#programs.dispose();
  }
}
