/** A policy in a thread of its own, with the routes through which others ask it. */
import type { EngineName } from "../engine/names.ts";
import type { Policy, Weights } from "../policies/policy.ts";
import type { Route } from "../remote/server.ts";
import { connect } from "../workers/connect.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { policyRoutes } from "./policy-routes.ts";
import type { PolicyHandlers } from "./policy-worker.ts";

/** What is served, and how. */
export interface OpenPolicyOptions {
  readonly policy: Policy;
  readonly weights: Weights;
  readonly tokenizer: Tokenizer | undefined;
  /** What the model is called. */
  readonly name: string;
  readonly engine: EngineName;
  readonly threads: number;
  /** Of draws for which a request has no seed. */
  readonly seed: number;
  /** Most log-probs beside a token's own; -1: as many as are asked for. */
  readonly mostLogProbs: number;
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

const worker = new URL("./policy-worker.ts", import.meta.url);

/** Opens the thread. `RangeError` for a model without a tokenizer, and for one with an encoder. */
export const openServedPolicy = async (options: OpenPolicyOptions): Promise<OpenedPolicy> => {
  const { policy, weights, tokenizer, name, engine, threads, seed, mostLogProbs } = options;
  if (tokenizer === undefined) throw new RangeError(`${name}: expected a tokenizer.json beside the weights, got none`);
  if (policy.config["is_encoder_decoder"] === true)
    throw new RangeError(`${name}: expected a decoder, got an encoder and a decoder`);
  const thread = connect<PolicyHandlers>(worker, { name: "policy" });
  const close = async (): Promise<void> => {
    await thread.close();
  };
  try {
    const used = await thread.call("open", {
      engine,
      threads,
      config: policy.config,
      weights,
      tokenizer: tokenizer.toJSON(),
      seed,
    });
    const created = Math.floor(Date.now() / 1000);
    const routes = policyRoutes({ thread, name, mostLogProbs, contextLength: policy.contextLength, created });
    return { name, engine: used, routes, close };
  } catch (error) {
    await close();
    throw error;
  }
};
