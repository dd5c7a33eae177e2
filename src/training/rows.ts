/** The sequences of one step: drawn by the student or taken from the data, scored by everyone who needs to, in their place. */
import { lastValueFrom, merge, Observable, takeUntil } from "rxjs";
import type { AdvantageEstimator } from "../objectives/advantages/advantage.ts";
import { ordered, place } from "../rollouts/order.ts";
import type { Rollout } from "../rollouts/rollout.ts";
import { route, type CallSpan, type Chunk, type Scored } from "../rollouts/router.ts";
import type { Slot } from "../rollouts/source.ts";
import type { Prompt, Task } from "../tasks/task.ts";
import type { Row } from "./collate.ts";
import type { Answers, Crew } from "./crew.ts";
import type { LoggedRollout } from "./report.ts";

/** What the rows of a step depend on. */
export interface RowsRequest {
  readonly seed: number;
  readonly step: number;
  readonly slots: readonly Slot[];
  readonly group: number;
  readonly chunk: number;
  readonly temperature: number;
  readonly maxNewTokens: number;
  /** Most chunks in flight. */
  readonly inFlight: number;
  readonly advantages: AdvantageEstimator<unknown> | undefined;
  readonly advantagesState: unknown;
  /** Told of each scorer's call. */
  readonly observe?: (span: CallSpan) => void;
}

/** A step's rows, in order of prompt and sample. */
export interface StepRows {
  readonly rows: readonly Row[];
  readonly advantagesState: unknown;
  readonly logged: readonly LoggedRollout[];
}

type Place = { readonly prompt: Prompt; readonly order: Rollout["order"] };

const inChunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, k) => items.slice(k * size, (k + 1) * size));

const studentPlaces = (slots: readonly Slot[], group: number): Place[] =>
  slots.flatMap((slot, prompt) =>
    slot.source === "student" ? Array.from({ length: group }, (_, sample) => ({ prompt: slot.prompt, order: { prompt, sample } })) : [],
  );

const dataPlaces = (slots: readonly Slot[]): Place[] =>
  slots.flatMap((slot, prompt) =>
    slot.source === "data" ? slot.prompts.map((text, sample) => ({ prompt: text, order: { prompt, sample } })) : [],
  );

/** Draws completions for prompts and makes rollouts of them. */
export const drawRollouts = async (
  crew: Pick<Crew, "draw">,
  task: Task,
  places: readonly Place[],
  { seed, step, temperature, version }: { seed: number; step: number | string; temperature: number; version: number },
  signal: AbortSignal,
): Promise<Rollout[]> => {
  const { tokenizer } = task;
  const prompts = places.map(({ prompt }) => Int32Array.from(tokenizer.encode(prompt.text)));
  const coordinates = places.map(({ order }) => [seed, step, order.prompt, order.sample] as const);
  const completions = await crew.draw({ prompts, coordinates, temperature }, signal);
  return completions.map(({ tokens, logProbs }, index) => ({
    ...places[index]!,
    promptTokens: prompts[index]!,
    tokens,
    behaviorLogProbs: logProbs,
    finish: tokens.at(-1) === tokenizer.endId ? "stop" : "length",
    text: tokenizer.decode(tokens),
    version,
    source: "student",
  }));
};

const referenceRollout = ({ tokenizer }: Task, { prompt, order }: Place, maxNewTokens: number, version: number): Rollout => {
  const whole = [...tokenizer.encode(prompt.reference), tokenizer.endId];
  const tokens = Int32Array.from(whole.slice(0, maxNewTokens));
  return {
    prompt,
    order,
    promptTokens: Int32Array.from(tokenizer.encode(prompt.text)),
    tokens,
    behaviorLogProbs: new Float32Array(tokens.length),
    finish: whole.length > maxNewTokens ? "length" : "stop",
    text: tokenizer.decode(tokens),
    version,
    source: "data",
  };
};

/** A rollout's reward after shaping, and its advantage. */
type Judged = Pick<Row, "reward" | "advantage">;

const judge = (
  scored: readonly Scored<Partial<Answers>>[],
  { group, advantages, advantagesState }: RowsRequest,
): { judged: Map<Rollout, Judged>; state: unknown } => {
  const student = scored.filter(({ rollout }) => rollout.source === "student");
  if (advantages === undefined || student.length === 0) return { judged: new Map(), state: advantagesState };
  const raw = Float32Array.from(student, ({ rollout, answers }) => {
    if (answers.reward === undefined) throw new RangeError(`rows: expected a reward for ${place(rollout)}, got none`);
    return answers.reward.value;
  });
  const { rewards, advantages: estimated, state } = advantages.estimate(raw, group, advantagesState);
  return { judged: new Map(student.map(({ rollout }, i) => [rollout, { reward: rewards[i]!, advantage: estimated[i]! }])), state };
};

const log = ({ rollout, answers }: Scored<Partial<Answers>>, advantage: number | undefined): LoggedRollout => ({
  prompt: rollout.prompt.text,
  reference: rollout.prompt.reference,
  completion: rollout.text,
  source: rollout.source,
  finish: rollout.finish,
  tokens: rollout.tokens.length,
  version: rollout.version,
  ...(answers.reward === undefined ? {} : { reward: answers.reward.value, parts: answers.reward.parts }),
  ...(advantage === undefined ? {} : { advantage }),
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
 * Draws and scores the step's sequences. Every rollout of the student goes to the rewards and to the teacher at the same time, references go to the
 * teacher; while one chunk is scored the next is drawn. Order is restored before baselines and rows see anything.
 */
export const stepRows = async (
  crew: Pick<Crew, "draw" | "scorers">,
  task: Task,
  request: RowsRequest,
  signal: AbortSignal,
): Promise<StepRows> => {
  const { slots, group, chunk, maxNewTokens, inFlight, observe } = request;
  const version = request.step - 1;
  const draws = inChunks(studentPlaces(slots, group), chunk).map(
    (places): Chunk =>
      (stopped) =>
        drawRollouts(crew, task, places, { ...request, version }, stopped),
  );
  const references = inChunks(dataPlaces(slots), chunk).map(
    (places): Chunk =>
      () =>
        Promise.resolve(places.map((place) => referenceRollout(task, place, maxNewTokens, version))),
  );
  const options = { inFlight, ...(observe === undefined ? {} : { observe }) };
  const { teacher } = crew.scorers;
  const routed = merge(
    route<Partial<Answers>>(draws, crew.scorers, options),
    route<Partial<Answers>>(references, teacher === undefined ? {} : { teacher }, options),
  ).pipe(ordered(), takeUntil(abortion(signal)));
  const scored = await lastValueFrom(routed);
  const { judged, state } = judge(scored, request);
  return {
    rows: scored.map(({ rollout, answers }) => ({
      rollout,
      ...(judged.get(rollout) ?? { reward: 0, advantage: 0 }),
      ...(answers.teacher === undefined ? {} : { teacher: answers.teacher }),
      ...(answers.reference === undefined ? {} : { referenceLogProbs: answers.reference.logProbs }),
    })),
    advantagesState: state,
    logged: scored.map((item) => log(item, judged.get(item.rollout)?.advantage)),
  };
};
