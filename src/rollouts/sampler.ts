/** The sampler: holds a policy's weights on an engine and completes prompts with them, one padded chunk at a time. */
import type { Buffer, Engine, Executable } from "../engine/engine.ts";
import { float32, int32, sizeOf } from "../engine/program.ts";
import type { Policy, Weights } from "../policies/policy.ts";
import { stream } from "../random/stream.ts";
import { generateProgram, parameterPrefix, type GenerationOutput } from "./generate.ts";
import type { GenerationOptions } from "./generation-options.ts";
import { padPrompts } from "./prompts.ts";

/** What a sampler is made for; its temperature comes with each draw. */
export type SamplerOptions = Omit<GenerationOptions, "temperature"> & { readonly policy: Policy };

/** Prompts to complete, each with the coordinates that seed its numbers. */
export interface DrawRequest {
  readonly prompts: readonly Int32Array[];
  /** For each prompt (run seed, step or "evaluation", place of the prompt, sample). */
  readonly coordinates: readonly (readonly [seed: number, step: number | string, prompt: number, sample: number])[];
  /** 0 is greedy. */
  readonly temperature: number;
}

/** One completion. */
export interface Completion {
  /** [L], up to and including end-of-sequence when there is one. */
  readonly tokens: Int32Array;
  /** [L] in nats, under the distribution that drew them. */
  readonly logProbs: Float32Array;
}

/** Completes prompts on one engine. */
export class Sampler {
  readonly #engine: Engine;
  readonly #options: SamplerOptions;
  readonly #executables = new Map<number, Executable<string, GenerationOutput>>();
  #weights: Record<string, Buffer> = {};

  constructor(engine: Engine, options: SamplerOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** Takes over new weights; the next draw uses them. `RangeError` when an array does not fit its parameter. */
  load(weights: Weights): void {
    const all = Object.entries(this.#options.policy.parameters);
    for (const [name, { shape }] of all) {
      if (weights[name]?.length !== sizeOf(shape))
        throw new RangeError(`sampler: expected ${sizeOf(shape)} values for ${name}, got ${weights[name]?.length ?? "none"}`);
    }
    const next = Object.fromEntries(
      all.map(([name, { shape }]) => [parameterPrefix + name, this.#engine.upload(weights[name]!, float32(...shape))]),
    );
    for (const buffer of Object.values(this.#weights)) buffer.dispose();
    this.#weights = next;
  }

  /** Completes at most `batch` prompts. `RangeError` for more, for a prompt that is too long, and before the first `load`. */
  async draw({ prompts, coordinates, temperature }: DrawRequest): Promise<Completion[]> {
    const { batch, promptLength, maxNewTokens, padId } = this.#options;
    if (prompts.length < 1 || prompts.length > batch)
      throw new RangeError(`sampler: expected 1 to ${batch} prompts, got ${prompts.length}`);
    if (Object.keys(this.#weights).length === 0)
      throw new RangeError("sampler: expected weights before the first draw, got none; load them");
    // A chunk that is not full repeats its first prompt: the program's shape is static.
    const rows = Array.from({ length: batch }, (_, row) => prompts[row] ?? prompts[0]!);
    const padded = padPrompts(rows, { length: promptLength, padId, side: "left" });
    const inputs: Record<string, Buffer> = {
      tokens: this.#engine.upload(padded.tokens, int32(batch, promptLength)),
      positions: this.#engine.upload(padded.positions, int32(batch, promptLength)),
      mask: this.#engine.upload(padded.mask, float32(batch, promptLength)),
      uniforms: this.#engine.upload(this.#uniforms(coordinates, temperature), float32(maxNewTokens, batch)),
    };
    const executable = await this.#executable(temperature);
    const outputs = await executable.run({ ...this.#weights, ...inputs });
    const [tokens, logProbs, lengths] = [
      (await this.#engine.download(outputs.tokens)) as Int32Array,
      (await this.#engine.download(outputs.logProbs)) as Float32Array,
      await this.#engine.download(outputs.lengths),
    ];
    for (const buffer of [...Object.values(inputs), ...Object.values(outputs)]) buffer.dispose();
    return prompts.map((_, row) => {
      const [start, end] = [row * maxNewTokens, row * maxNewTokens + lengths[row]!];
      return { tokens: tokens.slice(start, end), logProbs: logProbs.slice(start, end) };
    });
  }

  /** [N, B]: row t, column b holds number t of row b's own stream. Greedy needs none. */
  #uniforms(coordinates: DrawRequest["coordinates"], temperature: number): Float32Array {
    const { batch, maxNewTokens } = this.#options;
    const uniforms = new Float32Array(maxNewTokens * batch);
    if (temperature === 0) return uniforms;
    for (const [row, [seed, ...place]] of coordinates.entries()) {
      const next = stream(seed, "sampling", ...place);
      for (let t = 0; t < maxNewTokens; t += 1) uniforms[t * batch + row] = next();
    }
    return uniforms;
  }

  async #executable(temperature: number): Promise<Executable<string, GenerationOutput>> {
    const known = this.#executables.get(temperature);
    if (known !== undefined) return known;
    const { policy, ...options } = this.#options;
    const executable = await this.#engine.compile(generateProgram(policy, { ...options, temperature }));
    this.#executables.set(temperature, executable);
    return executable;
  }

  /** Frees programs and weights. */
  async dispose(): Promise<void> {
    for (const buffer of Object.values(this.#weights)) buffer.dispose();
    for (const executable of this.#executables.values()) await executable.dispose();
  }
}
