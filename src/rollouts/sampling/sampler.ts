/** The sampler: holds a policy's weights on an engine and completes prompts with them, one padded chunk at a time. */
import type { Buffer, Engine, Executable } from "../../engine/engine.ts";
import { float32, int32, type Program } from "../../engine/program.ts";
import type { Policy, Weights } from "../../policies/policy.ts";
import type { BeamOptions } from "../decoding/beam-options.ts";
import { beamSearchProgram, type BeamOutput } from "../decoding/beam-search.ts";
import type { Completion } from "../batches/rollout.ts";
import type { Behavior } from "../behaviors/behavior.ts";
import { searchPrompts } from "./best-completions.ts";
import { numbersAt, type Coordinates } from "./coordinates.ts";
import { parameterPrefix, teacherPrefix } from "../decoding/decoding.ts";
import { generateProgram, type GenerationOutput } from "../decoding/generate.ts";
import type { GenerationOptions } from "../decoding/generation-options.ts";
import { padPrompts } from "./pad-prompts.ts";
import { uploadWeights } from "./resident-weights.ts";
import type { Shaping } from "../decoding/shaping.ts";

/** A frozen policy that draws beside the sampler's own, or alone. */
export interface DrawingTeacher {
  readonly policy: Policy;
  readonly weights: Weights;
  /** Divides its logits wherever it draws; above 0. */
  readonly temperature: number;
}

/** What a sampler is made for; who draws, and from what, comes with each draw. */
export type SamplerOptions = Omit<GenerationOptions, keyof Shaping | "group" | "mixed"> & {
  readonly policy: Policy;
  /** What the writer `behavior` draws from; the policy alone when left out. */
  readonly behavior?: Behavior;
  readonly teacher?: DrawingTeacher;
};

/** Who draws: the sampler's policy alone or with its behavior, shaped; or the teacher alone, at its own temperature. */
export type Writer = ({ readonly by: "student" | "behavior" } & Shaping) | { readonly by: "teacher" };

/** Prompts to complete, each with the coordinates that seed its numbers. */
export interface DrawRequest {
  readonly prompts: readonly Int32Array[];
  readonly writer: Writer;
  /** One for each prompt. */
  readonly coordinates: readonly Coordinates[];
  /**
   * G: each G prompts in a row are the same one, which is read once. It changes speed alone, and works where it divides
   * `batch`. Default 1.
   */
  readonly group?: number;
}

/** Prompts to be completed by beam search under the sampler's policy alone, and how to search. */
export interface SearchRequest {
  readonly prompts: readonly Int32Array[];
  readonly searching: Pick<BeamOptions, "beams" | "lengthPenalty" | "repetitionPenalty" | "minNewTokens">;
}

type Buffers = Readonly<Record<string, Buffer>>;

const prefixed = (prefix: string, buffers: Buffers): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(buffers).map(([name, buffer]) => [prefix + name, buffer]));

/** The shaping of a program's policy. */
const shapingOf = (writer: Writer, teacher: DrawingTeacher | undefined): Shaping => {
  if (writer.by === "teacher") return { temperature: needed(teacher).temperature };
  const { by: _by, ...shaping } = writer;
  return shaping;
};

const needed = (teacher: DrawingTeacher | undefined): DrawingTeacher => {
  if (teacher === undefined) throw new RangeError("sampler: expected a teacher that could draw, got none");
  return teacher;
};

/** The prompt of each group. `RangeError` when one has different prompts, or too few. */
const firstOfGroups = (prompts: readonly Int32Array[], group: number): readonly Int32Array[] => {
  if (group === 1) return prompts;
  for (const [row, prompt] of prompts.entries()) {
    const first = prompts[row - (row % group)]!;
    if (first.length !== prompt.length || first.some((token, t) => token !== prompt[t]))
      throw new RangeError(
        `sampler: expected ${group} times the same prompt from row ${row - (row % group)} on, got another in ` +
          `row ${row}`,
      );
  }
  if (prompts.length % group !== 0)
    throw new RangeError(`sampler: expected whole groups of ${group} prompts, got ${prompts.length} prompts`);
  return prompts.filter((_, row) => row % group === 0);
};

/** Completes prompts on one engine. */
export class Sampler {
  readonly #engine: Engine;
  readonly #options: SamplerOptions;
  readonly #executables = new Map<string, Executable<string, GenerationOutput>>();
  readonly #searches = new Map<string, Executable<string, BeamOutput>>();
  readonly #teacher: Buffers;
  #student: Buffers = {};

  /**
   * `RangeError` for a behavior that mixes with a teacher when there is none, and for a teacher's array that does not
   * fit its parameter.
   */
  constructor(engine: Engine, options: SamplerOptions) {
    this.#engine = engine;
    this.#options = options;
    const { behavior, teacher } = options;
    if (behavior?.mixture !== undefined && teacher === undefined) {
      throw new RangeError(`sampler: expected a teacher for the behavior ${behavior.name}, got none`);
    }
    this.#teacher =
      teacher === undefined ? {} : uploadWeights(engine, teacher.policy.parameters, teacher.weights, "sampler");
  }

  /**
   * Takes over new weights; the next draw uses them. What is left out stays as it was loaded before. `RangeError` when
   * an array does not fit its parameter.
   */
  load(weights: Weights): void {
    const { parameters } = this.#options.policy;
    const changed = Object.keys(parameters).filter(
      (name) => weights[name] !== undefined || this.#student[name] === undefined,
    );
    const specs = Object.fromEntries(changed.map((name) => [name, parameters[name]!]));
    const next = uploadWeights(this.#engine, specs, weights, "sampler");
    for (const name of changed) this.#student[name]?.dispose();
    this.#student = { ...this.#student, ...next };
  }

  /**
   * Completes at most `batch` prompts. `RangeError` for more, for a prompt that is too long, for a group of different
   * prompts, and before the first `load`.
   */
  async draw({ prompts, writer, coordinates, group = 1 }: DrawRequest): Promise<Completion[]> {
    const { batch, promptLength, maxNewTokens, padId } = this.#options;
    this.#checkCount(prompts);
    const weights = this.#weights(writer);
    const { temperature } = shapingOf(writer, this.#options.teacher);
    const shared = batch % group === 0 ? group : 1;
    const read = firstOfGroups(prompts, shared);
    // A chunk that is not full repeats its first prompt: the program's shape is static.
    const rows = Array.from({ length: batch / shared }, (_, row) => read[row] ?? read[0]!);
    const padded = padPrompts(rows, { length: promptLength, padId, side: "left" });
    const inputs: Record<string, Buffer> = {
      tokens: this.#engine.upload(padded.tokens, int32(rows.length, promptLength)),
      positions: this.#engine.upload(padded.positions, int32(rows.length, promptLength)),
      mask: this.#engine.upload(padded.mask, float32(rows.length, promptLength)),
      uniforms: this.#engine.upload(this.#uniforms(coordinates, temperature), float32(maxNewTokens, batch)),
    };
    const executable = await this.#executable(writer, shared);
    const outputs = await executable.run({ ...weights, ...inputs });
    const tokens = (await this.#engine.download(outputs.tokens)) as Int32Array;
    const logProbs = (await this.#engine.download(outputs.logProbs)) as Float32Array;
    const rawLogProbs = (await this.#engine.download(outputs.rawLogProbs)) as Float32Array;
    const lengths = await this.#engine.download(outputs.lengths);
    for (const buffer of [...Object.values(inputs), ...Object.values(outputs)]) buffer.dispose();
    return prompts.map((_, row) => {
      const [start, end] = [row * maxNewTokens, row * maxNewTokens + lengths[row]!];
      return {
        tokens: tokens.slice(start, end),
        behaviorLogProbs: logProbs.slice(start, end),
        rawLogProbs: rawLogProbs.slice(start, end),
      };
    });
  }

  /**
   * The likeliest completion [L] of each of at most `batch` prompts that beam search finds, up to and including its end
   * when there is one. Together the beams of as many prompts are followed as fill `batch` rows, at least those of one.
   * Errors as of `draw`.
   */
  async search({ prompts, searching }: SearchRequest): Promise<Int32Array[]> {
    const { policy, behavior: _behavior, teacher: _teacher, ...sizes } = this.#options;
    this.#checkCount(prompts);
    const weights = this.#weights({ by: "student", temperature: 0 });
    const together = Math.max(1, Math.floor(sizes.batch / searching.beams));
    const options: BeamOptions = { ...sizes, ...searching, batch: together, earlyStopping: false };
    const key = JSON.stringify(searching);
    const executable = this.#searches.get(key) ?? (await this.#engine.compile(beamSearchProgram(policy, options)));
    this.#searches.set(key, executable);
    const found: Int32Array[] = [];
    for (let start = 0; start < prompts.length; start += together) {
      const searched = await searchPrompts(
        this.#engine,
        executable,
        weights,
        prompts.slice(start, start + together),
        options,
      );
      found.push(...searched.map(([best]) => best!.tokens));
    }
    return found;
  }

  #checkCount({ length }: DrawRequest["prompts"]): void {
    const { batch } = this.#options;
    if (length < 1 || length > batch) throw new RangeError(`sampler: expected 1 to ${batch} prompts, got ${length}`);
  }

  /** [N, B] row t, column b holds number t of row b's own stream. Greedy needs none. */
  #uniforms(coordinates: DrawRequest["coordinates"], temperature: number): Float32Array {
    const { batch, maxNewTokens } = this.#options;
    const uniforms = new Float32Array(maxNewTokens * batch);
    if (temperature === 0) return uniforms;
    for (const [row, at] of coordinates.entries()) {
      const next = numbersAt(at);
      for (let t = 0; t < maxNewTokens; t += 1) uniforms[t * batch + row] = next();
    }
    return uniforms;
  }

  /** The parameters that the writer's program reads. */
  #weights({ by }: Writer): Buffers {
    if (by === "teacher") return prefixed(parameterPrefix, this.#teacher);
    if (Object.keys(this.#student).length === 0)
      throw new RangeError("sampler: expected weights before the first draw, got none; load them");
    const beside = by === "behavior" && this.#options.behavior?.mixture !== undefined ? this.#teacher : {};
    return { ...prefixed(parameterPrefix, this.#student), ...prefixed(teacherPrefix, beside) };
  }

  async #executable(writer: Writer, group: number): Promise<Executable<string, GenerationOutput>> {
    const key = JSON.stringify([writer, group]);
    const known = this.#executables.get(key);
    if (known !== undefined) return known;
    const executable = await this.#engine.compile(this.#program(writer, group));
    this.#executables.set(key, executable);
    return executable;
  }

  #program(writer: Writer, group: number): Program<string, GenerationOutput> {
    const { policy, behavior, teacher, ...sizes } = this.#options;
    const options = { ...sizes, group, ...shapingOf(writer, teacher) };
    if (writer.by === "teacher") return generateProgram(needed(teacher).policy, options);
    if (writer.by === "student" || behavior?.mixture === undefined) return generateProgram(policy, options);
    const { policy: other, temperature } = needed(teacher);
    return generateProgram(policy, { ...options, mixed: { teacher: other, temperature, mixture: behavior.mixture } });
  }

  /** Frees programs and weights. */
  async dispose(): Promise<void> {
    for (const buffer of [...Object.values(this.#student), ...Object.values(this.#teacher)]) buffer.dispose();
    for (const executable of [...this.#executables.values(), ...this.#searches.values()]) await executable.dispose();
  }
}
