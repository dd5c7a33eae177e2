/** The thread that scores as the teacher: a local teacher behind calls. */
import { openEngine, type EngineName } from "../engine/choose.ts";
import type { Engine } from "../engine/engine.ts";
import { policyOf } from "../policies/checkpoints/huggingface.ts";
import type { Weights } from "../policies/policy.ts";
import type { Rollout } from "../rollouts/rollout.ts";
import { serve } from "../rollouts/workers/serve.ts";
import { localTeacher, type LocalTeacher, type LocalTeacherOptions } from "./local.ts";
import type { TeacherScore } from "./teacher.ts";

/** What the thread is started for. */
export type OpenTeacher = Omit<LocalTeacherOptions, "policy"> & {
  readonly engine: EngineName;
  /** The policy's `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
};

let engine: Engine | undefined;
let teacher: LocalTeacher | undefined;

const opened = (): LocalTeacher => {
  if (teacher === undefined) throw new Error("teacher: expected a call of open before any other");
  return teacher;
};

const handlers = {
  open: async ({ engine: name, config, ...options }: OpenTeacher): Promise<{ value: string }> => {
    engine = await openEngine(name, { threads: 1 });
    teacher = await localTeacher(engine, { ...options, policy: policyOf(config) });
    return { value: engine.name };
  },
  load: (weights: Weights): Promise<{ value: undefined }> => {
    opened().load(weights);
    return Promise.resolve({ value: undefined });
  },
  score: async (
    rollouts: readonly Rollout[],
    signal: AbortSignal,
  ): Promise<{ value: readonly TeacherScore[]; transfer: ArrayBufferView[] }> => {
    const value = await opened().score(rollouts, signal);
    return { value, transfer: value.flatMap(({ logProbs, ids }) => (ids === undefined ? [logProbs] : [logProbs, ids])) };
  },
};

/** The calls that the thread answers. */
export type TeacherHandlers = typeof handlers;

serve(handlers, { close: async () => engine?.dispose() });
