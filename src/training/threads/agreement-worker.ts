/** The thread that compares the student with its teacher: an `Agreement` behind calls. */
import { openEngine } from "../../engine/choose.ts";
import type { EngineName } from "../../engine/names.ts";
import type { Engine } from "../../engine/engine.ts";
import { policyOf } from "../../policies/checkpoints/huggingface.ts";
import { programThreads } from "../../policies/program-threads.ts";
import type { Weights } from "../../policies/policy.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import { serve } from "../../workers/serve.ts";
import type { PolicySource } from "../../teachers/teacher-source.ts";
import type { SequenceShape } from "../../teachers/sequence-inputs.ts";
import { Agreement, type AgreementMeans, type AgreementMeasures } from "./agreement.ts";

/** What the thread is started for. */
export interface OpenAgreement extends SequenceShape {
  readonly engine: EngineName;
  /** That a program of a large policy may use. */
  readonly threads: number;
  /** The student's `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly teacher: Pick<PolicySource, "config" | "weights" | "temperature">;
}

let engine: Engine | undefined;
let agreement: Agreement | undefined;

const opened = (): Agreement => {
  if (agreement === undefined) throw new Error("agreement: expected a call of open before any other");
  return agreement;
};

const handlers = {
  open: async ({ engine: name, threads, config, teacher, ...shape }: OpenAgreement): Promise<{ value: undefined }> => {
    const policies = { student: policyOf(config), teacher: policyOf(teacher.config), temperature: teacher.temperature };
    engine = await openEngine(name, { threads: programThreads([policies.student, policies.teacher], threads) });
    agreement = new Agreement(engine, { ...policies, ...shape }, teacher.weights);
    return { value: undefined };
  },
  load: (weights: Weights): Promise<{ value: undefined }> => {
    opened().load(weights);
    return Promise.resolve({ value: undefined });
  },
  measure: async ({
    rollouts,
    values,
  }: {
    readonly rollouts: readonly Rollout[];
    readonly values: AgreementMeasures;
  }): Promise<{ value: AgreementMeans }> => ({ value: await opened().measure(rollouts, values) }),
};

/** The calls that the thread answers. */
export type AgreementHandlers = typeof handlers;

serve(handlers, {
  close: async () => {
    await engine?.dispose();
    [engine, agreement] = [undefined, undefined];
  },
});
