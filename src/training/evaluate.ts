/** Examines the student: completes test prompts and has the task check the answers. */
import type { Prompt, Task } from "../tasks/task.ts";
import { shapingIn } from "../rollouts/shaping.ts";
import type { Span } from "../rollouts/timeline.ts";
import type { Crew } from "./crew.ts";
import type { Evaluated } from "./report.ts";
import { drawRollouts, referenceRollout } from "./drawing.ts";
import type { EvaluationSettings } from "./settings.ts";

/** What an evaluation depends on. */
export interface EvaluationRequest {
  readonly seed: number;
  /** Steps done. */
  readonly step: number;
  readonly settings: EvaluationSettings;
  /** Prompts of one draw. */
  readonly chunk: number;
  /** Texts that end a completion. */
  readonly stops?: readonly string[];
  /** Told of each call of a sampler. */
  readonly observe?: (span: Span) => void;
}

/**
 * The validation loss: mean negative log-likelihood per token, in nats, of the prompts' references under the weights that were last published.
 * `RangeError` when there is no one who scores.
 */
export const referenceLoss = async (
  { validation }: Pick<Crew, "validation">,
  task: Task,
  prompts: readonly Prompt[],
  { step, maxNewTokens }: { step: number; maxNewTokens: number },
  signal: AbortSignal,
): Promise<number> => {
  if (validation === undefined) throw new RangeError("validation: expected a scorer of the student, got none");
  const rollouts = prompts.map((prompt, index) =>
    referenceRollout(task, { prompt, order: { prompt: index, sample: 0 } }, maxNewTokens, step),
  );
  const scores = await validation.score(rollouts, signal);
  const all = scores.flatMap(({ logProbs }) => [...logProbs]);
  return all.reduce((sum, logProb) => sum - logProb, 0) / all.length;
};

/**
 * Has the student alone, whatever the run's behavior, complete the first test prompts with the weights that were last published. `accuracy` is the share of right answers, if there are references; metrics: `well-formed` and
 * `truncated` as shares, `length` in tokens. The draws do not depend on the step, so evaluations differ by the student alone.
 */
export const evaluate = async (
  crew: Pick<Crew, "draw">,
  task: Task,
  { seed, step, settings, chunk, stops = [], observe }: EvaluationRequest,
  signal: AbortSignal,
): Promise<Evaluated> => {
  const places = task.test.slice(0, settings.prompts).map((prompt, index) => ({ prompt, order: { prompt: index, sample: 0 } }));
  const options = { seed, step: "evaluation", version: step, stops, ...(observe === undefined ? {} : { observe }) } as const;
  const draws: ReturnType<typeof drawRollouts>[] = [];
  for (let start = 0; start < places.length; start += chunk) {
    const drawing = { ...options, writer: { by: "student", ...shapingIn(settings) } } as const;
    draws.push(drawRollouts(crew, task, places.slice(start, start + chunk), drawing, signal));
  }
  const rollouts = (await Promise.all(draws)).flat();
  const verdicts = rollouts.map(({ prompt, text }) => task.check(prompt, text));
  const share = (flags: readonly boolean[]): number => flags.filter(Boolean).length / flags.length;
  return {
    kind: "evaluation",
    step,
    ...(task.answered === false ? {} : { accuracy: share(rollouts.map(({ finish }, i) => finish === "stop" && verdicts[i]!.correct)) }),
    metrics: {
      "well-formed": share(verdicts.map(({ wellFormed }) => wellFormed)),
      truncated: share(rollouts.map(({ finish }) => finish === "length")),
      length: rollouts.reduce((sum, { tokens }) => sum + tokens.length, 0) / rollouts.length,
    },
  };
};
