/** Evaluates the student: it completes test prompts, and the task checks the completions. */
import type { Prompt, Task } from "../../tasks/task.ts";
import { measures } from "../../evaluation/measures/index.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import { shapingIn } from "../../rollouts/decoding/shaping.ts";
import type { Span } from "../../rollouts/scoring/timeline.ts";
import { divergences } from "../../objectives/divergences/index.ts";
import type { AgreementMeans } from "../threads/agreement.ts";
import type { RunThreads } from "../threads/run-threads.ts";
import type { Evaluated } from "../recipe/step-report.ts";
import { heldOutRewards } from "./held-out-rewards.ts";
import { drawRollouts, referenceRollout, searchRollouts } from "./drawing.ts";
import type { PlacedPrompt } from "../../rollouts/batches/rollout.ts";
import type { AgreementValues, EvaluationSettings, EvaluationMode } from "../recipe/evaluation-settings.ts";
import { defined } from "../../optional/defined.ts";

/** What an evaluation depends on. */
export interface EvaluationRequest {
  readonly seed: number;
  /** Steps done. */
  readonly step: number;
  readonly settings: EvaluationSettings;
  /** Whether the other modes (`settings.also`) are evaluated too. */
  readonly full: boolean;
  /** Most tokens of a reference that is read. */
  readonly maxNewTokens: number;
  /** Completions of one draw. */
  readonly chunk: number;
  /** Share of the completions that may be dropped because a reward gives no answer, in [0, 1]. */
  readonly mostDropped: number;
  /** Texts that end a completion. */
  readonly stops?: readonly string[];
  /** Told of each call of a sampler, and of the rewards. */
  readonly observe?: (span: Span) => void;
}

/**
 * The validation loss: mean negative log-likelihood per token, in nats, of the prompts' references under the weights
 * that were last published. `RangeError` when no thread scores them.
 */
export const referenceLoss = async (
  { validation }: Pick<RunThreads, "validation">,
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

/** The student's completions of the first test prompts, by prompt. */
const completionsOf = async (
  threads: Pick<RunThreads, "draw" | "search">,
  task: Task,
  mode: EvaluationMode,
  { seed, step, chunk, stops = [], observe }: EvaluationRequest,
  signal: AbortSignal,
): Promise<readonly Rollout[][]> => {
  const { samples = 1, beams, lengthPenalty = 1, repetitionPenalty, minNewTokens } = mode;
  const prompts = task.test
    .slice(0, mode.prompts)
    .flatMap((prompt, index) =>
      Array.from({ length: samples }, (_, sample) => ({ prompt, order: { prompt: index, sample } })),
    );
  // A chunk of whole groups reads each prompt once.
  const group = chunk % samples === 0 ? samples : 1;
  const writer = { by: "student", ...shapingIn(mode) } as const;
  const constraints = {
    ...defined({ repetitionPenalty, minNewTokens }),
  };
  const drawing = {
    seed,
    step: "evaluation",
    version: step,
    stops,
    writer,
    group,
    ...defined({ observe }),
  } as const;
  const complete = (some: readonly PlacedPrompt[]): Promise<Rollout[]> =>
    beams === undefined
      ? drawRollouts(threads, task, some, drawing, signal)
      : searchRollouts(
          threads,
          task,
          some,
          { ...drawing, searching: { beams, lengthPenalty, ...constraints } },
          signal,
        );
  const draws: Promise<Rollout[]>[] = [];
  for (let start = 0; start < prompts.length; start += chunk) draws.push(complete(prompts.slice(start, start + chunk)));
  const rollouts = (await Promise.all(draws)).flat();
  return Array.from({ length: rollouts.length / samples }, (_, index) =>
    rollouts.slice(index * samples, (index + 1) * samples),
  );
};

const share = (flags: readonly boolean[]): number => flags.filter(Boolean).length / flags.length;

/**
 * What is read beside the student's own completions: one sequence for each prompt, from the task or drawn by the
 * teacher.
 */
const othersOf = async (
  threads: Pick<RunThreads, "draw">,
  task: Task,
  prompts: readonly PlacedPrompt[],
  prefixes: AgreementValues["prefixes"],
  { seed, step, maxNewTokens, chunk, stops = [] }: EvaluationRequest,
  signal: AbortSignal,
): Promise<readonly Rollout[]> => {
  if (prefixes === "references") return prompts.map((one) => referenceRollout(task, one, maxNewTokens, step));
  const drawing = { seed, step: "evaluation", version: step, stops, writer: { by: "teacher" } } as const;
  const draws: Promise<Rollout[]>[] = [];
  for (let start = 0; start < prompts.length; start += chunk)
    draws.push(drawRollouts(threads, task, prompts.slice(start, start + chunk), drawing, signal));
  return (await Promise.all(draws)).flat();
};

/**
 * How near the student is to its teacher on its own completions and on others of their prompts, and by how much less on
 * its own.
 */
const agreementOf = async (
  threads: Pick<RunThreads, "agreement" | "draw">,
  task: Task,
  groups: readonly (readonly Rollout[])[],
  { prefixes, ...values }: AgreementValues,
  request: EvaluationRequest,
  signal: AbortSignal,
): Promise<Record<string, number>> => {
  const { agreement } = threads;
  if (agreement === undefined)
    throw new RangeError("evaluation.agreement: expected someone who compares with the teacher, got none");
  const prompts = groups.map((group): PlacedPrompt => ({ prompt: group[0]!.prompt, order: group[0]!.order }));
  const own = await agreement.measure(groups.flat(), values, signal);
  const others = await agreement.measure(
    await othersOf(threads, task, prompts, prefixes, request, signal),
    values,
    signal,
  );
  const named = (prefix: string, means: AgreementMeans): [string, number][] =>
    Object.entries(means).map(([name, value]) => [`${prefix}/${name}`, value]);
  const gaps = values.divergences.map((divergence): [string, number] => {
    const { name } = divergences.create(divergence, undefined);
    return [`exposure-gap/${name}`, own[name]! - others[name]!];
  });
  const otherPrefix = prefixes === "teacher" ? "teacher-prefixes" : "reference-prefixes";
  return Object.fromEntries([...named("own-prefixes", own), ...named(otherPrefix, others), ...gaps]);
};

/** The threads that an evaluation asks. */
type EvaluationThreads = Pick<RunThreads, "draw" | "search" | "agreement" | "rewards" | "limits">;

/** What one mode of evaluation measures. */
interface Measured {
  readonly metrics: Evaluated["metrics"];
  /** Of the rewards: steps have metrics of these names too. */
  readonly rewards: Readonly<Record<string, number>>;
}

/** What the checker, the measures and the teacher say of completions, by prompt. */
const metricsOf = async (
  threads: EvaluationThreads,
  task: Task,
  mode: EvaluationMode,
  groups: readonly (readonly Rollout[])[],
  request: EvaluationRequest,
  signal: AbortSignal,
): Promise<Evaluated["metrics"]> => {
  const { agreement } = mode;
  const rollouts = groups.flat();
  const checks = new Map(rollouts.map((rollout) => [rollout, task.check(rollout.prompt, rollout.text)]));
  const isRight = (rollout: Rollout): boolean => rollout.finish === "stop" && checks.get(rollout)!.correct;
  const completed = groups.map((group) => ({
    prompt: group[0]!.prompt,
    completions: group.map((rollout) => {
      const { entailed } = checks.get(rollout)!;
      return {
        text: rollout.text,
        tokens: rollout.tokens,
        correct: isRight(rollout),
        ...defined({ entailed }),
      };
    }),
  }));
  const measured = (mode.metrics ?? []).map((values) => {
    const measure = measures.create(values);
    return [measure.name, measure.of(completed)] as const;
  });
  return {
    ...(task.answered === false ? {} : { accuracy: share(rollouts.map(isRight)) }),
    "well-formed": share([...checks.values()].map(({ wellFormed }) => wellFormed)),
    truncated: share(rollouts.map(({ finish }) => finish === "length")),
    length: rollouts.reduce((sum, { tokens }) => sum + tokens.length, 0) / rollouts.length,
    ...Object.fromEntries(measured),
    ...(agreement === undefined ? {} : await agreementOf(threads, task, groups, agreement, request, signal)),
  };
};

/** One mode of evaluation. */
const evaluateMode = async (
  threads: EvaluationThreads,
  task: Task,
  mode: EvaluationMode,
  request: EvaluationRequest,
  signal: AbortSignal,
): Promise<Measured> => {
  const groups = await completionsOf(threads, task, mode, request, signal);
  const { rewards: scorer, limits } = threads;
  const rewards =
    scorer === undefined || mode.rewards === false
      ? {}
      : await heldOutRewards(groups.flat(), { ...request, scorer, limits }, signal);
  return { metrics: await metricsOf(threads, task, mode, groups, request, signal), rewards };
};

/**
 * Has the student alone, whatever the run's behavior, complete the first test prompts with the weights that were last
 * published. Metrics: `accuracy`, the share of right answers, if there are references; `well-formed` and `truncated` as
 * shares; `length` in tokens; the measures of the settings; how near the student is to its teacher
 * (`settings.agreement`); and of every reward of the recipe `evaluation/reward/<name>` (`heldOutRewards`). A full
 * evaluation adds those of the other modes (`settings.also`), as `mode/metric` and `mode/reward/<name>`.
 * The draws do not depend on the step, so evaluations differ by the student alone.
 */
export const evaluate = async (
  threads: EvaluationThreads,
  task: Task,
  request: EvaluationRequest,
  signal: AbortSignal,
): Promise<Evaluated> => {
  const { step, settings, full } = request;
  const own = await evaluateMode(threads, task, settings, request, signal);
  const metrics: Record<string, number> = { ...own.metrics };
  const add = (name: string, measured: Readonly<Record<string, number>>): void => {
    for (const [metric, value] of Object.entries(measured)) metrics[`${name}/${metric}`] = value;
  };
  add("evaluation", own.rewards);
  for (const [name, mode] of Object.entries(full ? (settings.also ?? {}) : {})) {
    const other = await evaluateMode(threads, task, mode, request, signal);
    add(name, { ...other.metrics, ...other.rewards });
  }
  return { kind: "evaluation", step, metrics };
};
