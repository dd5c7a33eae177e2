/** The sequences of one step: drawn by the student or the teacher, or taken from the data, scored by everyone who needs to, in their place. */
import { lastValueFrom, merge, Observable, takeUntil } from "rxjs";
import type { AdvantageEstimator } from "../objectives/advantages/advantage.ts";
import type { BehaviorValues } from "../rollouts/behaviors/index.ts";
import type { NormalizationState, RewardNormalizer } from "../rewards/normalization.ts";
import { ordered, place } from "../rollouts/order.ts";
import type { Rollout } from "../rollouts/rollout.ts";
import { route, type Chunk } from "../rollouts/router.ts";
import type { Writer } from "../rollouts/sampler.ts";
import { shapingIn, type Shaping } from "../rollouts/shaping.ts";
import type { Slot } from "../rollouts/slot.ts";
import { stopIn } from "../rollouts/stop-strings.ts";
import type { Prompt, Task } from "../tasks/task.ts";
import { promptIds } from "../tokenizers/prompt-ids.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { Row } from "./collate.ts";
import type { Answers, Crew } from "./crew.ts";
import { settled, type Outcomes, type Settled } from "./outcomes.ts";
import type { LoggedRollout } from "./report.ts";

/** What the rows of a step depend on. */
export interface RowsRequest extends Shaping {
  readonly seed: number;
  readonly step: number;
  readonly slots: readonly Slot[];
  readonly group: number;
  readonly chunk: number;
  readonly behavior: BehaviorValues;
  readonly maxNewTokens: number;
  /** Texts that end a completion. */
  readonly stop?: readonly string[];
  /** Most chunks in flight. */
  readonly inFlight: number;
  readonly advantages: AdvantageEstimator<unknown> | undefined;
  readonly advantagesState: unknown;
  /** Sums up rewards of which some are normalised; the sums of the scorer count when left out. */
  readonly rewards?: RewardNormalizer;
  readonly rewardsState?: NormalizationState;
  /** Share of the rollouts that may be dropped, in [0, 1]. */
  readonly mostDropped: number;
  /** Most calls of all scorers together at once. */
  readonly calls?: number;
}

/** A step's sequences, in order of prompt and sample. */
export interface StepRows {
  /** What is learned from: all, but for the dropped ones. */
  readonly rows: readonly Row[];
  /** All, dropped or not. */
  readonly drawn: readonly Rollout[];
  readonly advantagesState: unknown;
  readonly rewardsState: NormalizationState;
  /** Share of the student's rewards in [0, 1] that clipping changed; absent when nothing is clipped. */
  readonly rewardsCut?: number;
  /** All as they are logged. */
  readonly logged: readonly LoggedRollout[];
}

type Place = { readonly prompt: Prompt; readonly order: Rollout["order"] };

const inChunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, k) => items.slice(k * size, (k + 1) * size));

const studentPlaces = (slots: readonly Slot[], group: number): Place[] =>
  slots.flatMap((slot, prompt) =>
    slot.source === "student" ? Array.from({ length: group }, (_, sample) => ({ prompt: slot.prompt, order: { prompt, sample } })) : [],
  );

const otherPlaces = (slots: readonly Slot[], source: "data" | "teacher"): Place[] =>
  slots.flatMap((slot, prompt) =>
    slot.source === source ? slot.prompts.map((text, sample) => ({ prompt: text, order: { prompt, sample } })) : [],
  );

/** Ids beyond the vocabulary, with which some policies fill theirs up, have no text. */
const textOf = (tokenizer: Tokenizer, tokens: ArrayLike<number>): string =>
  tokenizer.decode(Array.from(tokens).filter((token) => token < tokenizer.vocabularySize));

/** Who completes, and when. */
export interface Drawing {
  readonly seed: number;
  /** Of the student's draws; the teacher's do not depend on it. */
  readonly step: number | string;
  readonly writer: Writer;
  /** Of the student's weights. */
  readonly version: number;
  /** Each so many places in a row have one prompt, which is read once. Default 1. */
  readonly group?: number;
  /** Texts that end a completion. Rows are drawn to their end token or limit all the same, and cut afterwards. */
  readonly stops?: readonly string[];
}

/** How a completion ends: its tokens up to a stop string, the one that completes it included, or all; and its text, without the stop string. */
const endingOf = (
  tokens: ArrayLike<number>,
  { tokenizer }: Pick<Task, "tokenizer">,
  stops: readonly string[] = [],
): Pick<Rollout, "text" | "finish"> & { readonly length: number } => {
  const stopped = stopIn(tokens, (ids) => textOf(tokenizer, ids), stops);
  if (stopped !== undefined) return { ...stopped, finish: "stop" };
  const { length } = tokens;
  return { length, text: textOf(tokenizer, tokens), finish: tokenizer.stopIds.includes(tokens[length - 1]!) ? "stop" : "length" };
};

/**
 * Draws completions for prompts and makes rollouts of them. The student's numbers come from the step and the place; the teacher's from the prompt
 * alone, so that each pass over the data finds the same completions.
 */
export const drawRollouts = async (
  crew: Pick<Crew, "draw">,
  task: Task,
  places: readonly Place[],
  { seed, step, writer, version, group = 1, stops }: Drawing,
  signal: AbortSignal,
): Promise<Rollout[]> => {
  const prompts = places.map(({ prompt }) => Int32Array.from(promptIds(task.tokenizer, prompt.text)));
  const byTeacher = writer.by === "teacher";
  const coordinates = places.map(({ prompt, order }) =>
    byTeacher ? ([seed, "teacher", prompt.index, 0] as const) : ([seed, step, order.prompt, order.sample] as const),
  );
  const completions = await crew.draw({ prompts, coordinates, writer, group }, signal);
  return completions.map(({ tokens, logProbs, rawLogProbs }, index) => {
    const { length, text, finish } = endingOf(tokens, task, stops);
    return {
      ...places[index]!,
      promptTokens: prompts[index]!,
      tokens: tokens.slice(0, length),
      behaviorLogProbs: logProbs.slice(0, length),
      rawLogProbs: rawLogProbs.slice(0, length),
      finish,
      text,
      version,
      source: byTeacher ? "teacher" : "student",
    };
  });
};

/** The rollout of a task's own answer, cut at `maxNewTokens` tokens. */
export const referenceRollout = ({ tokenizer }: Task, { prompt, order }: Place, maxNewTokens: number, version: number): Rollout => {
  const whole = [...tokenizer.encode(prompt.reference), tokenizer.endId];
  const tokens = Int32Array.from(whole.slice(0, maxNewTokens));
  return {
    prompt,
    order,
    promptTokens: Int32Array.from(promptIds(tokenizer, prompt.text)),
    tokens,
    behaviorLogProbs: new Float32Array(tokens.length),
    finish: whole.length > maxNewTokens ? "length" : "stop",
    text: tokenizer.decode(tokens),
    version,
    source: "data",
  };
};

const replayedRollouts = (task: Task, slots: readonly Slot[], stops: readonly string[] | undefined): Rollout[] =>
  slots.flatMap((slot, index): Rollout[] => {
    if (slot.source !== "replay") return [];
    const { prompt, group } = slot;
    const promptTokens = Int32Array.from(promptIds(task.tokenizer, prompt.text));
    return group.completions.map(({ tokens, logProbs }, sample) => {
      const { text, finish } = endingOf(tokens, task, stops);
      return {
        prompt,
        order: { prompt: index, sample },
        promptTokens,
        tokens: Int32Array.from(tokens),
        behaviorLogProbs: Float32Array.from(logProbs),
        finish,
        text,
        version: group.version,
        source: "student",
      };
    });
  });

/** A rollout's reward after shaping, and its advantage. */
type Judged = Pick<Row, "reward" | "advantage">;

const judge = (
  kept: readonly Settled<Answers>[],
  { group, advantages, advantagesState, rewards: normalizer, rewardsState = {} }: RowsRequest,
): { judged: Map<Rollout, Judged>; state: unknown; rewardsState: NormalizationState; cut?: number } => {
  const student = kept.filter(({ rollout }) => rollout.source === "student");
  if (advantages === undefined || student.length === 0) return { judged: new Map(), state: advantagesState, rewardsState };
  const scores = student.map(({ rollout, answers }) => {
    if (answers.reward === undefined) throw new RangeError(`rows: expected a reward for ${place(rollout)}, got none`);
    return answers.reward;
  });
  const summed = normalizer?.sums(scores, group, rewardsState) ?? {
    values: Float32Array.from(scores, ({ value }) => value),
    state: rewardsState,
  };
  const { rewards, advantages: estimated, ...rest } = advantages.estimate(summed.values, group, advantagesState);
  const judged = new Map(student.map(({ rollout }, i) => [rollout, { reward: rewards[i]!, advantage: estimated[i]! }]));
  return { judged, rewardsState: summed.state, ...rest };
};

const log = (
  { rollout, answers, troubles, dropped }: Settled<Answers>,
  advantage: number | undefined,
  { behavior }: RowsRequest,
): LoggedRollout => ({
  prompt: rollout.prompt.text,
  reference: rollout.prompt.reference,
  completion: rollout.text,
  source: rollout.source,
  ...(rollout.source === "student" && behavior.type !== "student" ? { behavior: behavior.type } : {}),
  finish: rollout.finish,
  tokens: rollout.tokens.length,
  version: rollout.version,
  ...(answers.reward === undefined ? {} : { reward: answers.reward.value, parts: answers.reward.parts }),
  ...(advantage === undefined ? {} : { advantage }),
  ...(troubles === undefined ? {} : { troubles }),
  ...(dropped ? { dropped } : {}),
});

/** Fails with the signal's reason when it aborts. */
const abortion = (signal: AbortSignal): Observable<never> =>
  new Observable((subscriber) => {
    const fail = (): void => subscriber.error(signal.reason);
    if (signal.aborted) fail();
    signal.addEventListener("abort", fail);
    return () => signal.removeEventListener("abort", fail);
  });

/**
 * Draws and scores the step's sequences. Every rollout of the student goes to the rewards, to the teacher and to the reference policy at the same
 * time, what others wrote goes to the teacher; while one chunk is scored the next is drawn. Order is restored before baselines and rows see
 * anything.
 */
export const stepRows = async (
  crew: Pick<Crew, "draw" | "scorers" | "timeline">,
  task: Task,
  request: RowsRequest,
  signal: AbortSignal,
): Promise<StepRows> => {
  const { seed, step, slots, group, chunk, maxNewTokens, stop, inFlight, calls, advantages, mostDropped } = request;
  const stops = stop === undefined ? {} : { stops: stop };
  const version = step - 1;
  const chunksOf = (
    places: readonly Place[],
    rolloutsOf: (some: readonly Place[], stopped: AbortSignal) => Promise<readonly Rollout[]>,
  ): Chunk[] => inChunks(places, chunk).map((some) => (stopped) => rolloutsOf(some, stopped));
  const drawnBy = (writer: Writer, together: number) => (places: readonly Place[], stopped: AbortSignal) =>
    drawRollouts(crew, task, places, { seed, step, writer, version, group: together, ...stops }, stopped);
  // Chunks of whole groups read each prompt once.
  const together = chunk % group === 0 ? group : 1;
  const ofStudent = [
    ...chunksOf(studentPlaces(slots, group), drawnBy({ by: "behavior", ...shapingIn(request) }, together)),
    ...inChunks(replayedRollouts(task, slots, stop), chunk).map((some) => () => Promise.resolve(some)),
  ];
  const ofOthers = [
    ...chunksOf(otherPlaces(slots, "teacher"), drawnBy({ by: "teacher" }, 1)),
    ...chunksOf(otherPlaces(slots, "data"), (places) =>
      Promise.resolve(places.map((at) => referenceRollout(task, at, maxNewTokens, version))),
    ),
  ];
  const options = { inFlight, observe: crew.timeline.add, ...(calls === undefined ? {} : { calls }) };
  const { teacher } = crew.scorers;
  const routed = merge(
    route<Partial<Outcomes<Answers>>>(ofStudent, crew.scorers, options),
    route<Partial<Outcomes<Answers>>>(ofOthers, teacher === undefined ? {} : { teacher }, options),
  ).pipe(ordered(), takeUntil(abortion(signal)));
  const scored = settled<Answers>(await lastValueFrom(routed), { step, wholeGroups: advantages !== undefined, mostDropped });
  const kept = scored.filter(({ dropped }) => !dropped);
  const { judged, state, rewardsState, cut } = judge(kept, request);
  return {
    drawn: scored.map(({ rollout }) => rollout),
    rows: kept.map(({ rollout, answers }) => ({
      rollout,
      ...(judged.get(rollout) ?? { reward: 0, advantage: 0 }),
      ...(answers.teacher === undefined ? {} : { teacher: answers.teacher }),
      ...(answers.reference === undefined ? {} : { referenceLogProbs: answers.reference.logProbs }),
    })),
    advantagesState: state,
    rewardsState,
    ...(cut === undefined ? {} : { rewardsCut: cut }),
    logged: scored.map((item) => log(item, judged.get(item.rollout)?.advantage, request)),
  };
};
