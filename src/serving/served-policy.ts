/** A policy that answers requests: what it says of prompts, and what it continues them with. */
import type { Engine } from "../engine/engine.ts";
import type { Policy, Weights } from "../policies/policy.ts";
import type { Coordinates } from "../rollouts/sampling/coordinates.ts";
import { resourcePool } from "../workers/resource-pool.ts";
import { streamText } from "../rollouts/sampling/stream-text.ts";
import { Streamer } from "../rollouts/sampling/streamer.ts";
import { promptIds } from "../tokenizers/prompt-ids.ts";
import { mostLogProbs } from "../teachers/remote/answer-size.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { entriesOf } from "./answer-bytes.ts";
import type { PolicyRequest } from "./policy-request.ts";
import { ChosenLogProbs, PromptLogProbsWriter } from "./prompt-log-probs.ts";
import { PromptScorer, type Breadth } from "./prompt-scorer.ts";
import { ProgramCache } from "../engine/program-cache.ts";
import { defined } from "../optional/defined.ts";

/** What one prompt gets. Plain data. */
export interface PolicyAnswer {
  /** The new text, and its tokens with the one that ends it. */
  readonly text: string;
  readonly tokens: readonly number[];
  readonly finish: "stop" | "length";
  readonly promptTokens: number;
  /** JSON of vLLM's `prompt_logprobs`, in pieces. */
  readonly promptLogProbs?: readonly Uint8Array[];
  /** base64 of vLLM's `prompt_token_id_logprobs`. */
  readonly chosen?: string;
}

/** A policy with all that it needs. */
export interface ServedPolicyOptions {
  readonly policy: Policy;
  readonly weights: Weights;
  readonly tokenizer: Tokenizer;
  /** Of draws for which a request has no seed of its own. */
  readonly seed: number;
  /** Most bytes that programs may take beside the weights, as they are predicted; not bounded when left out. */
  readonly memory?: number;
}

/** What was said of a prompt. */
interface Said extends Pick<PolicyAnswer, "promptLogProbs" | "chosen"> {
  /** The likeliest token after it. */
  readonly next: number;
}

/** Tokens of a completion between two looks at its text and at the signal. */
const chunk = 16;

/** Longer texts for each token of the context are no prompts: they are not read at all. */
const charactersOfToken = 64;

const chosenAreOwn = (ids: readonly number[], { chosen }: PolicyRequest): boolean =>
  chosen === undefined || chosen.ids.every((row, i) => row.length === 1 && row[0] === ids[chosen.start + i + 1]);

/** Answers one prompt after the other. */
export class ServedPolicy {
  readonly #options: ServedPolicyOptions;
  readonly #scorer: PromptScorer;
  readonly #streamer: Streamer;
  readonly #turn = resourcePool(["the engine"]);
  readonly #texts = new Map<number, string>();
  #answered = 0;

  /** Uploads the weights. `RangeError` when an array does not fit its parameter. */
  constructor(engine: Engine, options: ServedPolicyOptions) {
    const { policy, weights, tokenizer, memory } = options;
    const { endId, stopIds, padId } = tokenizer;
    const resident = Object.values(weights).reduce((sum, { byteLength }) => sum + byteLength, 0);
    const programs = new ProgramCache(engine, { resident, ...defined({ bytes: memory }) });
    this.#options = options;
    this.#scorer = new PromptScorer(engine, { policy, weights, padId, programs });
    this.#streamer = new Streamer(engine, { policy, endId, stopIds, padId, programs, chunk });
    this.#streamer.load(weights);
  }

  /**
   * One answer for each prompt, in order. `RangeError` for prompts and numbers that do not fit the policy; the signal's
   * reason when it aborts.
   */
  async answer(request: PolicyRequest, signal: AbortSignal): Promise<readonly PolicyAnswer[]> {
    const answers: PolicyAnswer[] = [];
    const prompts = request.prompts.map((prompt) => this.#idsOf(prompt));
    this.#checkEntries(prompts, request);
    for (const [index, prompt] of prompts.entries()) {
      const lease = await this.#turn.acquire(signal);
      try {
        const seed = request.seed ?? this.#options.seed;
        const number = request.seed === undefined ? (this.#answered += 1) : 0;
        answers.push(await this.#answerOne(prompt, request, [seed, "serve", number, index], signal));
      } finally {
        lease.release();
      }
    }
    return answers;
  }

  async #answerOne(
    ids: readonly number[],
    request: PolicyRequest,
    coordinates: Coordinates,
    signal: AbortSignal,
  ): Promise<PolicyAnswer> {
    const { maxNewTokens, shaping, stops } = request;
    signal.throwIfAborted();
    const score = await this.#score(ids, request, signal);
    // What a teacher is asked for: the likeliest token after the prompt is known then.
    const known =
      score !== undefined && maxNewTokens === 1 && shaping.temperature === 0 && (shaping.repetitionPenalty ?? 1) === 1;
    const drawn = known && (shaping.minNewTokens ?? 0) === 0 ? this.#ended([score.next]) : undefined;
    const completion = drawn ?? (await this.#complete(ids, { maxNewTokens, shaping, stops }, coordinates, signal));
    return {
      ...completion,
      promptTokens: ids.length,
      ...defined({ promptLogProbs: score?.promptLogProbs, chosen: score?.chosen }),
    };
  }

  /** `RangeError` for more log-probs, of all prompts together, than one answer has. */
  #checkEntries(prompts: readonly (readonly number[])[], request: PolicyRequest): void {
    const { vocabularySize } = this.#options.policy;
    const lengths = prompts.map(({ length }) => length);
    const entries = entriesOf(lengths, request, vocabularySize);
    if (entries > mostLogProbs)
      throw new RangeError(`expected at most ${mostLogProbs} log-probs in an answer, got a request for ${entries}`);
    for (const row of request.chosen?.ids ?? []) this.#check(row);
  }

  /** As much as the request asks for; nothing when it asks for none. */
  async #score(ids: readonly number[], request: PolicyRequest, signal: AbortSignal): Promise<Said | undefined> {
    const { promptLogProbs, chosen } = request;
    if (promptLogProbs === undefined && chosen === undefined) return undefined;
    const breadth: Breadth = chosenAreOwn(ids, request) ? (promptLogProbs ?? 0) : "all";
    const listing =
      promptLogProbs === undefined
        ? undefined
        : new PromptLogProbsWriter(ids, promptLogProbs, (id) => this.#textOf(id));
    const matrix = chosen && new ChosenLogProbs(chosen);
    let next = 0;
    for await (const score of this.#scorer.score(ids, breadth)) {
      signal.throwIfAborted();
      listing?.add(score);
      matrix?.add(score);
      next = score.next;
    }
    return { next, ...defined({ promptLogProbs: listing?.end(), chosen: matrix?.end() }) };
  }

  async #complete(
    prompt: readonly number[],
    { maxNewTokens, shaping, stops }: Pick<PolicyRequest, "maxNewTokens" | "shaping" | "stops">,
    coordinates: Coordinates,
    signal: AbortSignal,
  ): Promise<Pick<PolicyAnswer, "text" | "tokens" | "finish">> {
    if (maxNewTokens === 0) return { text: "", tokens: [], finish: "length" };
    const tokens: number[] = [];
    let [text, finish]: [string, PolicyAnswer["finish"]] = ["", "length"];
    const stream = this.#streamer.stream({ prompt, coordinates, shaping, maxNewTokens }, signal);
    for await (const chunk of streamText(stream, (ids) => this.#options.tokenizer.decode(ids), stops)) {
      text += chunk.text;
      tokens.push(...chunk.tokens);
      if (chunk.finish !== undefined) finish = chunk.finish === "length" ? "length" : "stop";
    }
    return { text, tokens, finish };
  }

  #ended(tokens: readonly [number]): Pick<PolicyAnswer, "text" | "tokens" | "finish"> {
    const { tokenizer } = this.#options;
    return {
      text: this.#textOf(tokens[0]),
      tokens,
      finish: tokenizer.stopIds.includes(tokens[0]) ? "stop" : "length",
    };
  }

  #idsOf(prompt: string | readonly number[]): readonly number[] {
    if (typeof prompt === "string") {
      const most = charactersOfToken * this.#options.policy.contextLength;
      if (prompt.length > most)
        throw new RangeError(`expected a prompt of at most ${most} characters, got ${prompt.length}`);
      return promptIds(this.#options.tokenizer, prompt);
    }
    this.#check(prompt);
    return prompt;
  }

  #check(ids: readonly number[]): void {
    const { vocabularySize } = this.#options.policy;
    const stranger = ids.find((id) => id >= vocabularySize);
    if (stranger !== undefined) throw new RangeError(`expected ids below ${vocabularySize}, got ${stranger}`);
  }

  #textOf(id: number): string {
    const { tokenizer } = this.#options;
    const text = this.#texts.get(id) ?? (id < tokenizer.vocabularySize ? tokenizer.decode([id]) : "");
    this.#texts.set(id, text);
    return text;
  }
}
