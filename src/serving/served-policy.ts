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
import type { PolicyRequest } from "./policy-request.ts";
import { chosenLogProbs, promptLogProbsJson } from "./prompt-log-probs.ts";
import { PromptScorer, type Breadth, type PromptScore } from "./prompt-scorer.ts";
import { defined } from "../optional/defined.ts";

/** What one prompt gets. Plain data. */
export interface PolicyAnswer {
  /** The new text, and its tokens with the one that ends it. */
  readonly text: string;
  readonly tokens: readonly number[];
  readonly finish: "stop" | "length";
  readonly promptTokens: number;
  /** JSON of vLLM's `prompt_logprobs`. */
  readonly promptLogProbs?: string;
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
}

const chosenAreOwn = (ids: readonly number[], { chosen }: PolicyRequest): boolean =>
  chosen === undefined || chosen.ids.every((row, i) => row.length === 1 && row[0] === ids[chosen.start + i + 1]);

/** Size of the array that holds the log-probs of chosen ids: the longest row is that of all. */
const chosenEntries = ({ chosen }: PolicyRequest): number =>
  chosen === undefined ? 0 : chosen.ids.length * chosen.ids.reduce((most, row) => Math.max(most, row.length), 0);

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
    const { policy, weights, tokenizer } = options;
    const { endId, stopIds, padId } = tokenizer;
    this.#options = options;
    this.#scorer = new PromptScorer(engine, { policy, weights, padId });
    this.#streamer = new Streamer(engine, { policy, endId, stopIds, padId });
    this.#streamer.load(weights);
  }

  /**
   * One answer for each prompt, in order. `RangeError` for prompts and numbers that do not fit the policy; the signal's
   * reason when it aborts.
   */
  async answer(request: PolicyRequest, signal: AbortSignal): Promise<readonly PolicyAnswer[]> {
    const answers: PolicyAnswer[] = [];
    for (const [index, prompt] of request.prompts.entries()) {
      const lease = await this.#turn.acquire(signal);
      try {
        const seed = request.seed ?? this.#options.seed;
        const number = request.seed === undefined ? (this.#answered += 1) : 0;
        answers.push(await this.#answerOne(this.#idsOf(prompt), request, [seed, "serve", number, index], signal));
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
    const score = await this.#score(ids, request);
    // What a teacher is asked for: the likeliest token after the prompt is known then.
    const known =
      score !== undefined && maxNewTokens === 1 && shaping.temperature === 0 && (shaping.repetitionPenalty ?? 1) === 1;
    const drawn = known && (shaping.minNewTokens ?? 0) === 0 ? this.#ended([score.next]) : undefined;
    const completion = drawn ?? (await this.#complete(ids, { maxNewTokens, shaping, stops }, coordinates, signal));
    return { ...completion, promptTokens: ids.length, ...(score === undefined ? {} : this.#said(ids, score, request)) };
  }

  /** As much as the request asks for; nothing when it asks for none. */
  async #score(ids: readonly number[], request: PolicyRequest): Promise<PromptScore | undefined> {
    const { promptLogProbs, chosen } = request;
    if (promptLogProbs === undefined && chosen === undefined) return undefined;
    const { vocabularySize } = this.#options.policy;
    const breadth: Breadth = chosenAreOwn(ids, request) ? (promptLogProbs ?? 0) : "all";
    const listed = ids.length * (promptLogProbs === "all" ? vocabularySize : (promptLogProbs ?? 0) + 1);
    const entries = Math.max(listed, chosenEntries(request));
    if (entries > mostLogProbs)
      throw new RangeError(`expected at most ${mostLogProbs} log-probs in an answer, got a request for ${entries}`);
    this.#check(chosen?.ids.flat() ?? []);
    return this.#scorer.score(ids, breadth);
  }

  #said(
    ids: readonly number[],
    score: PromptScore,
    { promptLogProbs, chosen }: PolicyRequest,
  ): Pick<PolicyAnswer, "promptLogProbs" | "chosen"> {
    const { all: _all, ...rest } = score;
    const listed = promptLogProbs === "all" ? score : rest;
    return {
      ...(promptLogProbs === undefined
        ? {}
        : { promptLogProbs: promptLogProbsJson(ids, listed, (id) => this.#textOf(id)) }),
      ...defined({ chosen: chosen && chosenLogProbs(chosen, score, this.#options.policy.vocabularySize) }),
    };
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
    if (typeof prompt === "string") return promptIds(this.#options.tokenizer, prompt);
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
