/** The thread that scores as the teacher: a local teacher behind calls. */
import { openEngine, type EngineName } from "../engine/choose.ts";
import type { Engine } from "../engine/engine.ts";
import { policyOf } from "../policies/checkpoints/huggingface.ts";
import type { Weights } from "../policies/policy.ts";
import type { Rollout } from "../rollouts/rollout.ts";
import { serve } from "../rollouts/workers/serve.ts";
import { tokenizerFromJSON } from "../tokenizers/read.ts";
import { foreignTeacher } from "./foreign.ts";
import { localTeacher, type LocalTeacher, type LocalTeacherOptions } from "./local.ts";
import type { Teacher, TeacherScore } from "./teacher.ts";

/** What the thread is started for. */
export type OpenTeacher = Omit<LocalTeacherOptions, "policy" | "shortens"> & {
  readonly engine: EngineName;
  /** The policy's `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `tokenizer.json` documents, for a teacher that reads rollouts in tokens of its own. */
  readonly tokenizers?: { readonly student: unknown; readonly teacher: unknown };
};

let engine: Engine | undefined;
let opened: { readonly local: LocalTeacher; readonly teacher: Teacher } | undefined;

const open = (): NonNullable<typeof opened> => {
  if (opened === undefined) throw new Error("teacher: expected a call of open before any other");
  return opened;
};

/** The teacher as rollouts see it: itself, or through its own tokenizer. */
const translated = (local: LocalTeacher, { tokenizers, length }: OpenTeacher): Teacher => {
  if (tokenizers === undefined) return local;
  const [student, teacher] = [tokenizerFromJSON(tokenizers.student), tokenizerFromJSON(tokenizers.teacher)];
  return foreignTeacher(local, { student, teacher, length });
};

const handlers = {
  open: async (options: OpenTeacher): Promise<{ value: string }> => {
    engine = await openEngine(options.engine, { threads: 1 });
    // A teacher with tokens of its own is made for its whole context, which few rollouts fill.
    const shortens = options.tokenizers !== undefined;
    const local = await localTeacher(engine, { ...options, policy: policyOf(options.config), shortens });
    opened = { local, teacher: translated(local, options) };
    return { value: engine.name };
  },
  load: (weights: Weights): Promise<{ value: undefined }> => {
    open().local.load(weights);
    return Promise.resolve({ value: undefined });
  },
  score: async (
    rollouts: readonly Rollout[],
    signal: AbortSignal,
  ): Promise<{ value: readonly TeacherScore[]; transfer: ArrayBufferView[] }> => {
    const value = await open().teacher.score(rollouts, signal);
    return {
      value,
      transfer: value.flatMap(({ logProbs, ids, aligned }) => [logProbs, ids, aligned].filter((array) => array !== undefined)),
    };
  },
};

/** The calls that the thread answers. */
export type TeacherHandlers = typeof handlers;

serve(handlers, { close: async () => engine?.dispose() });
