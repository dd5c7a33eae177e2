/** A policy in a thread of its own, with the routes through which others ask it. */
import type { EngineName } from "../engine/names.ts";
import type { Policy, Weights } from "../policies/policy.ts";
import type { Route } from "../remote/server.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { policyRoutes } from "./policy-routes.ts";
import { policyThread } from "./policy-thread.ts";
import { defined } from "../optional/defined.ts";

/** What is served, and how. */
export interface OpenPolicyOptions {
  readonly policy: Policy;
  /**
   * Kept, for threads that are started again; or what reads them for each thread, which takes them over: the same ones
   * each time.
   */
  readonly weights: Weights | (() => Promise<Weights>);
  readonly tokenizer: Tokenizer | undefined;
  /** What the model is called. */
  readonly name: string;
  readonly engine: EngineName;
  readonly threads: number;
  /** Of draws for which a request has no seed. */
  readonly seed: number;
  /** Most log-probs beside a token's own; -1: as many as are asked for. */
  readonly mostLogProbs: number;
  /**
   * Most bytes that programs may take beside the weights, as they are predicted. Half of what is free when the policy
   * is opened, when left out.
   */
  readonly memory?: number;
}

/** A policy that answers. */
export interface OpenedPolicy {
  readonly name: string;
  /** Of the engine that runs it. */
  readonly engine: string;
  readonly routes: readonly Route[];
  /** Ends the thread. */
  close(): Promise<void>;
}

const copyOf = (weights: Weights): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, values.slice()]));

/** Opens the thread. `RangeError` for a model without a tokenizer, and for one with an encoder. */
export const openServedPolicy = async (options: OpenPolicyOptions): Promise<OpenedPolicy> => {
  const { policy, weights, tokenizer, name, engine, threads, seed, mostLogProbs, memory } = options;
  if (tokenizer === undefined) throw new RangeError(`${name}: expected a tokenizer.json beside the weights, got none`);
  if (policy.config["is_encoder_decoder"] === true)
    throw new RangeError(`${name}: expected a decoder, got an encoder and a decoder`);
  const thread = policyThread({
    engine,
    threads,
    config: policy.config,
    weights: typeof weights === "function" ? weights : () => Promise.resolve(copyOf(weights)),
    tokenizer: tokenizer.toJSON(),
    seed,
    ...defined({ memory }),
  });
  try {
    await thread.ready();
  } catch (error) {
    await thread.close();
    throw error;
  }
  const created = Math.floor(Date.now() / 1000);
  const { contextLength, vocabularySize } = policy;
  const routes = policyRoutes({ thread, name, mostLogProbs, contextLength, vocabularySize, created });
  return { name, engine: thread.engine(), routes, close: () => thread.close() };
};
