/** The thread of a served policy: a `ServedPolicy` behind calls. */
import { openEngine } from "../engine/choose.ts";
import type { EngineName } from "../engine/names.ts";
import type { Engine } from "../engine/engine.ts";
import { policyOf } from "../policies/checkpoints/huggingface.ts";
import type { Weights } from "../policies/policy.ts";
import type { Answer } from "../workers/messages.ts";
import { serve } from "../workers/serve.ts";
import { promptIds } from "../tokenizers/prompt-ids.ts";
import { tokenizerFromJSON } from "../tokenizers/read.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { PolicyRequest } from "./policy-request.ts";
import { ServedPolicy, type PolicyAnswer } from "./served-policy.ts";

/** What the thread is started for. */
export interface OpenPolicy {
  readonly engine: EngineName;
  /** Of the engine's programs. */
  readonly threads: number;
  /** The policy's `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: Weights;
  /** What `toJSON` of its tokenizer gave. */
  readonly tokenizer: unknown;
  readonly seed: number;
  /** Most bytes that programs may take beside the weights; half of what is free then, when left out. */
  readonly memory?: number;
}

let engine: Engine | undefined;
let opened: { readonly policy: ServedPolicy; readonly tokenizer: Tokenizer } | undefined;

const open = (): NonNullable<typeof opened> => {
  if (opened === undefined) throw new Error("server: expected a call of open before any other");
  return opened;
};

const handlers = {
  open: async ({
    engine: name,
    threads,
    config,
    weights,
    tokenizer: document,
    seed,
    memory = Math.floor(process.availableMemory() / 2),
  }: OpenPolicy): Promise<{ value: string }> => {
    engine = await openEngine(name, { threads, spinning: false });
    const tokenizer = tokenizerFromJSON(document);
    const policy = new ServedPolicy(engine, { policy: policyOf(config), weights, tokenizer, seed, memory });
    opened = { tokenizer, policy };
    return { value: engine.name };
  },
  answer: async (request: PolicyRequest, signal: AbortSignal): Promise<Answer<readonly PolicyAnswer[]>> => {
    const value = await open().policy.answer(request, signal);
    return { value, transfer: value.flatMap(({ promptLogProbs = [] }) => promptLogProbs) };
  },
  tokenize: ({
    text,
    whole,
  }: {
    readonly text: string;
    readonly whole: boolean;
  }): Promise<{ value: readonly number[] }> => {
    const { tokenizer } = open();
    return Promise.resolve({ value: whole ? promptIds(tokenizer, text) : tokenizer.encode(text) });
  },
  detokenize: (ids: readonly number[]): Promise<{ value: string }> =>
    Promise.resolve({ value: open().tokenizer.decode(ids) }),
};

/** The calls that the thread answers. */
export type PolicyHandlers = typeof handlers;

serve(handlers, { close: async () => engine?.dispose() });
