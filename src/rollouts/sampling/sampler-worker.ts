/** The thread that samples: a `Sampler` behind calls. */
import { openEngine } from "../../engine/choose.ts";
import type { EngineName } from "../../engine/names.ts";
import type { Engine } from "../../engine/engine.ts";
import { policyOf } from "../../policies/checkpoints/huggingface.ts";
import { programThreads } from "../../policies/program-threads.ts";
import type { Weights } from "../../policies/policy.ts";
import { behaviors, type BehaviorValues } from "../behaviors/index.ts";
import { Sampler, type DrawingTeacher, type DrawRequest, type SamplerOptions, type SearchRequest } from "./sampler.ts";
import type { Completion } from "../batches/rollout.ts";
import { serve } from "../../workers/serve.ts";
import { defined } from "../../optional/defined.ts";

/** What the thread is started for. */
export type OpenSampler = Omit<SamplerOptions, "policy" | "behavior" | "teacher"> & {
  readonly engine: EngineName;
  /** That a program of a large policy may use. */
  readonly threads: number;
  /** The policy's `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly behavior: BehaviorValues;
  /** Needed when the behavior mixes with it, or when it draws alone. */
  readonly teacher?: Omit<DrawingTeacher, "policy"> & { readonly config: Readonly<Record<string, unknown>> };
};

let engine: Engine | undefined;
let sampler: Sampler | undefined;

const opened = (): Sampler => {
  if (sampler === undefined) throw new Error("sampler: expected a call of open before any other");
  return sampler;
};

const handlers = {
  open: async (request: OpenSampler): Promise<{ value: string }> => {
    const { engine: name, threads, config, behavior, teacher, ...sizes } = request;
    const policy = policyOf(config);
    const drawing = teacher && { ...teacher, policy: policyOf(teacher.config) };
    const used = programThreads(drawing === undefined ? [policy] : [policy, drawing.policy], threads);
    // The teacher may be at work at the same time: no thread waits without sleeping.
    engine = await openEngine(name, { threads: used, spinning: false });
    sampler = new Sampler(engine, {
      ...sizes,
      policy,
      behavior: behaviors.create(behavior, undefined),
      ...defined({ teacher: drawing }),
    });
    return { value: engine.name };
  },
  load: (weights: Weights): Promise<{ value: undefined }> => {
    opened().load(weights);
    return Promise.resolve({ value: undefined });
  },
  draw: async (request: DrawRequest): Promise<{ value: readonly Completion[]; transfer: ArrayBufferView[] }> => {
    const value = await opened().draw(request);
    return {
      value,
      transfer: value.flatMap(({ tokens, behaviorLogProbs: logProbs, rawLogProbs }) => [tokens, logProbs, rawLogProbs]),
    };
  },
  search: async (request: SearchRequest): Promise<{ value: readonly Int32Array[]; transfer: ArrayBufferView[] }> => {
    const value = await opened().search(request);
    return { value, transfer: [...value] };
  },
};

/** The calls that the thread answers. */
export type SamplerHandlers = typeof handlers;

serve(handlers, {
  close: async () => {
    await engine?.dispose();
    [engine, sampler] = [undefined, undefined];
  },
});
