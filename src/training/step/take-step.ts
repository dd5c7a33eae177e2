/**
 * One step of a run: its sequences are drawn and scored, rewards become advantages, the learner learns, and it is
 * reported.
 */
import { progressAt } from "../../objectives/schedules/schedule.ts";
import { type CheckError, watch } from "../checks/watch.ts";
import { type HostState } from "../checkpoints/checkpoint.ts";
import { rolloutMetrics } from "../batch/rollout-metrics.ts";
import { assignAdvantages, shares, type StepRows } from "../batch/assign-advantages.ts";
import { learningRateFactor } from "../recipe/learning-rate.ts";
import { learn } from "./learn.ts";
import { stepRollouts } from "./step-rollouts.ts";
import { withTokens } from "../batch/token-log.ts";
import { releaseMemory } from "../../workers/release-memory.ts";
import type { Answers } from "../batch/row.ts";
import { defined } from "../../optional/defined.ts";
import type { OpenRun, StepSequences } from "./open-run.ts";

/** What a step leaves to the next one, and why there must be none. */
export interface StepResult {
  readonly host: HostState;
  readonly failure: CheckError | undefined;
}

/** Begins a step, which may be learned from later: its sequences are drawn and scored. */
export const beginStep = (run: OpenRun, step: number, host: HostState): void => {
  const { recipe, objective, task, shape, threads, sequences, ahead } = run;
  const { seed, rollouts, scoring } = recipe;
  const wholeGroups = objective.advantages !== undefined;
  ahead.begin(step, async ({ version, timeline, drawn, signal }) => {
    const { fraction, assignments } = sequences.at(step, host.sequences);
    const bounds = {
      inFlight: threads.samplers + 1,
      mostDropped: scoring.mostDropped,
      wholeGroups,
      maxNewTokens: shape.maxNewTokens,
    };
    const request = { seed, step, version, assignments, ...rollouts, ...bounds, observe: timeline.add, drawn };
    return { fraction, assignments, scored: await stepRollouts(threads, task, request, signal) };
  });
};

/** The rows of a step, given what was carried from the step before. */
const rowsOf = (
  { recipe, objective, normalizer }: OpenRun,
  scored: StepSequences["scored"],
  host: HostState,
): StepRows => {
  const { group, behavior } = recipe.rollouts;
  const { advantages } = objective;
  const rewards = normalizer === undefined ? {} : { rewards: normalizer, rewardsState: host.rewards };
  return assignAdvantages(scored, { group, behavior, ...rewards, advantages, advantagesState: host.advantages });
};

/** The arrays that teacher and reference gave for a rollout. */
const scoresOf = ({ teacher, reference }: Answers): ArrayBufferView[] =>
  [teacher, reference].flatMap((score) =>
    score === undefined ? [] : Object.values(score).filter((part) => ArrayBuffer.isView(part)),
  );

/** Takes one step: waits for its sequences, learns from them, and reports. */
export const takeStep = async (run: OpenRun, step: number, host: HostState): Promise<StepResult> => {
  const { recipe, objective, task, shape, sequences, emit } = run;
  const { training } = recipe;
  const started = performance.now();
  const { controller } = objective;
  const progress = progressAt(step, training.steps);
  const { sequences: taken, timeline } = await run.ahead.take(step);
  const drawn = rowsOf(run, taken.scored, host);
  const scored = performance.now();
  const controlled = controller?.value(host.controller) ?? 0;
  const { metrics, inspected } = await timeline.during("update", drawn.rows.length, () =>
    learn(run, step, drawn.rows, { progress, controlled }),
  );
  const ended = performance.now();
  const kept = drawn.logged.filter(({ dropped }) => dropped !== true);
  const logProbs = inspected?.logProbs.subarray(0, drawn.rows.length * shape.batch.completion);
  const shared = shares(drawn);
  const watched = watch(
    run.checks,
    { step, metrics: { ...metrics, ...shared }, rows: drawn.rows, logged: kept, ...defined({ logProbs }) },
    host.checks,
  );
  emit({ kind: "rollouts", step, rollouts: withTokens(drawn, inspected?.tokens, shape.batch, task.tokenizer) });
  emit({
    kind: "step",
    step,
    steps: training.steps,
    metrics: {
      ...metrics,
      ...watched.metrics,
      ...shared,
      ...rolloutMetrics(kept, step, recipe),
      "rollouts/dropped": 1 - kept.length / drawn.logged.length,
      "on-policy-fraction": taken.fraction,
      ...defined({ controlled: controller && controlled }),
      "learning-rate": training.optimizer.learningRate * learningRateFactor(training.schedule, step, training.steps),
      // Many, and not of every step: what shows the first metrics alone does not show these.
      ...inspected?.metrics,
    },
    times: { rollouts: scored - started, update: ended - scored },
    tokens: kept.reduce((sum, { tokens }) => sum + tokens, 0),
    milliseconds: ended - started,
  });
  emit({ kind: "timeline", step, spans: timeline.take() });
  // Nobody reads them any more: what is kept of a step is its rollouts.
  releaseMemory(taken.scored.flatMap(({ answers }) => scoresOf(answers)));
  for (const warning of watched.warnings) emit({ kind: "warning", step, ...warning });
  return {
    host: {
      advantages: drawn.advantagesState,
      rewards: drawn.rewardsState,
      controller: controller?.observe(host.controller, metrics, progress) ?? null,
      checks: watched.state,
      sequences: sequences.learned(host.sequences, taken.assignments, drawn.drawn),
      best: host.best,
    },
    failure: watched.failure,
  };
};
