/** The thread that scores as the teacher: a teacher behind calls. */
import { openEngine } from "../engine/choose.ts";
import type { EngineName } from "../engine/names.ts";
import type { Engine } from "../engine/engine.ts";
import { policyOf } from "../policies/checkpoints/huggingface.ts";
import type { Weights } from "../policies/policy.ts";
import { programThreads } from "../policies/program-threads.ts";
import type { Rollout } from "../rollouts/batches/rollout.ts";
import { encodeError, type ErrorData } from "../workers/error-data.ts";
import { serve } from "../workers/serve.ts";
import { openTeacher, type OpenedTeacher, type TeacherSetting } from "./open.ts";
import { policySources, type TeacherSource } from "./teacher-source.ts";
import type { TeacherScore } from "./teacher.ts";

/** What the thread is started for. */
export type OpenTeacher = Omit<TeacherSetting, "engine"> & {
  readonly engine: EngineName;
  /** That a program of a large policy may use. */
  readonly threads: number;
  readonly source: TeacherSource;
};

/** A rollout's score, or why it has none. */
export type TeacherAnswer = TeacherScore | { readonly failure: ErrorData };

let engine: Promise<Engine> | undefined;
let opened: OpenedTeacher | undefined;

const open = (): OpenedTeacher => {
  if (opened === undefined) throw new Error("teacher: expected a call of open before any other");
  return opened;
};

const handlers = {
  open: async ({ engine: name, threads, source, ...setting }: OpenTeacher): Promise<{ value: undefined }> => {
    const openOnce = (): Promise<Engine> => {
      const policies = policySources(source).map(({ config }) => policyOf(config));
      // A sampler may be at work at the same time: no thread waits without sleeping.
      return (engine ??= openEngine(name, { threads: programThreads(policies, threads), spinning: false }));
    };
    opened = await openTeacher(source, { ...setting, engine: openOnce });
    return { value: undefined };
  },
  load: (weights: Weights): Promise<{ value: undefined }> => {
    const teacher = open();
    if (teacher.load === undefined)
      throw new Error("teacher: expected weights for a policy here, got them for another teacher");
    teacher.load(weights);
    return Promise.resolve({ value: undefined });
  },
  score: async (
    rollouts: readonly Rollout[],
    signal: AbortSignal,
  ): Promise<{ value: readonly TeacherAnswer[]; transfer: ArrayBufferView[] }> => {
    const answers = await open().score(rollouts, signal);
    return {
      value: answers.map((answer) => (answer instanceof Error ? { failure: encodeError(answer) } : answer)),
      transfer: answers.flatMap((answer) =>
        answer instanceof Error
          ? []
          : [answer.logProbs, answer.ids, answer.aligned].filter((array) => array !== undefined),
      ),
    };
  },
};

/** The calls that the thread answers. */
export type TeacherHandlers = typeof handlers;

serve(handlers, {
  close: async () => {
    await opened?.close?.();
    await (await engine)?.dispose();
    [engine, opened] = [undefined, undefined];
  },
});
