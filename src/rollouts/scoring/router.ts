/**
 * The router: every rollout goes to every scorer at the same time and comes out once, with exactly one answer of each.
 */
import { setMaxListeners } from "node:events";
import { from, mergeMap, Observable, type ObservableInput } from "rxjs";
import { CallLimits } from "./call-limits.ts";
import { coordinatesText } from "../batches/order.ts";
import type { Rollout } from "../batches/rollout.ts";
import {
  checkAnswerCount,
  FailedAnswer,
  type Failure,
  type Scorer,
  type ScoredRollout,
  type Scorers,
} from "./scorer.ts";
import type { Span } from "./timeline.ts";

/** Draws a chunk of rollouts when called. The signal aborts when the stream ends early. */
export type Chunk = (signal: AbortSignal) => Promise<readonly Rollout[]>;

/** Limits of a stream, and who observes it. */
export interface RouteOptions {
  /** Most chunks at once, from the call that draws one to its last answer: the next is not drawn before. */
  readonly inFlight: number;
  /**
   * Limits of concurrent calls, shared with the other streams that go to the same scorers. The stream's own when left
   * out.
   */
  readonly limits?: CallLimits;
  /** Told of each call that ended while the stream was running; its lane is the scorer's name. */
  readonly observe?: (span: Span) => void;
}

/** A scorer with its queue. `score` gives as many answers as rollouts, or fails with an error that names the scorer. */
interface Lane extends Pick<Scorer<unknown>, "batch"> {
  readonly name: string;
  readonly score: (rollouts: readonly Rollout[]) => Promise<readonly unknown[]>;
}

const describe = (rollouts: readonly Rollout[]): string => {
  const [first] = rollouts;
  const last = rollouts.at(-1);
  if (first === undefined || last === undefined) return "no rollouts";
  return first === last
    ? coordinatesText(first)
    : `${rollouts.length} rollouts, ${coordinatesText(first)} to ${coordinatesText(last)}`;
};

const checkAnswers = (rollouts: readonly Rollout[], answers: readonly unknown[]): void => {
  checkAnswerCount(rollouts, answers);
  const missing = rollouts.find((_, k) => answers[k] === undefined);
  if (missing !== undefined) throw new TypeError(`expected an answer for ${coordinatesText(missing)}, got undefined`);
};

/** Runs `work` when the signal has aborted and all of its listeners have run. */
const afterAbort = (signal: AbortSignal, work: () => void): void => {
  if (signal.aborted) work();
  else signal.addEventListener("abort", () => queueMicrotask(work), { once: true });
};

const makeLane = (
  name: string,
  scorer: Scorer<unknown>,
  limits: CallLimits,
  signal: AbortSignal,
  observe: RouteOptions["observe"],
): Lane => {
  const score = async (rollouts: readonly Rollout[]): Promise<readonly unknown[]> => {
    const pass = await limits.enter(name, rollouts.length, signal);
    const start = performance.now();
    try {
      const answers = await scorer.score(rollouts, signal);
      checkAnswers(rollouts, answers);
      pass.leave();
      return answers;
    } catch (cause) {
      // A failure ends the stream: none of its queued calls may start after it, but other streams continue.
      afterAbort(signal, () => pass.leave());
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`scorer "${name}" failed on ${describe(rollouts)}: ${reason}`, { cause });
    } finally {
      if (!signal.aborted)
        observe?.({ lane: name, slot: pass.slot, start, end: performance.now(), count: rollouts.length });
    }
  };
  return { name, batch: scorer.batch, score };
};

const batches = (
  rollouts: readonly Rollout[],
  size: number,
): { readonly first: number; readonly batch: readonly Rollout[] }[] =>
  Array.from({ length: Math.ceil(rollouts.length / size) }, (_, k) => ({
    first: k * size,
    batch: rollouts.slice(k * size, (k + 1) * size),
  }));

const checkOptions = (scorers: readonly [string, Scorer<unknown>][], { inFlight }: RouteOptions): void => {
  const counts = scorers.flatMap(([name, { batch, concurrency }]) => [
    [`batch of scorer "${name}"`, batch] as const,
    [`concurrency of scorer "${name}"`, concurrency] as const,
  ]);
  for (const [what, count] of [["inFlight", inFlight] as const, ...counts]) {
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`route: expected ${what} to be a whole number from 1, got ${count}`);
  }
};

/** The record of a rollout with one answer of each lane, in the order of the lanes. */
const scoredRollout = <Answers>(
  rollout: Rollout,
  lanes: readonly Lane[],
  given: ReadonlyMap<string, unknown>,
): ScoredRollout<Answers> => {
  const answers: Record<string, unknown> = {};
  const failures: Record<string, Failure> = {};
  for (const { name } of lanes) {
    const answer = given.get(name);
    const failed = answer instanceof FailedAnswer;
    if (failed) failures[name] = answer.failure;
    if (!failed || answer.answer !== undefined) answers[name] = failed ? answer.answer : answer;
  }
  const all = Object.values(failures);
  return {
    rollout,
    answers: answers as Answers,
    ...(all.length === 0 ? {} : { failures }),
    dropped: all.some(({ outcome }) => outcome === "dropped"),
  };
};

/** Sends a chunk through all lanes at once; emits each rollout when its last answer is in. */
const join = <Answers>(rollouts: readonly Rollout[], lanes: readonly Lane[]): Observable<ScoredRollout<Answers>> => {
  if (lanes.length === 0) return from(rollouts.map((rollout) => scoredRollout<Answers>(rollout, lanes, new Map())));
  const given = rollouts.map(() => new Map<string, unknown>());
  const calls = lanes.flatMap((lane) => batches(rollouts, lane.batch).map((call) => ({ ...call, lane })));
  return from(calls).pipe(
    mergeMap(async ({ lane, first, batch }) => ({ lane, first, answers: await lane.score(batch) })),
    mergeMap(({ lane, first, answers }) =>
      answers.flatMap((answer, k) => {
        const answered = given[first + k]!.set(lane.name, answer);
        return answered.size === lanes.length ? [scoredRollout<Answers>(rollouts[first + k]!, lanes, answered)] : [];
      }),
    ),
  );
};

/** Draws a chunk and checks that no two rollouts of the stream have the same coordinates. */
const draw = async (chunk: Chunk, taken: Set<string>, signal: AbortSignal): Promise<readonly Rollout[]> => {
  const rollouts = await chunk(signal);
  for (const rollout of rollouts) {
    if (taken.has(coordinatesText(rollout)))
      throw new RangeError(
        `route: expected one rollout for each prompt and sample, got two for ${coordinatesText(rollout)}`,
      );
    taken.add(coordinatesText(rollout));
  }
  return rollouts;
};

/**
 * Draws chunks and routes their rollouts. Each scorer splits each chunk into batches for itself, in the chunk's order,
 * so which rollouts share a batch never depends on time, and no batch waits for another chunk. A rollout is emitted
 * when its last answer is in: in finishing order, so put `ordered()` before anything stateful. Cold: each subscription
 * does the work anew.
 *
 * The stream fails at the first failure and aborts all the rest: what a chunk throws passes as it is; a scorer that
 * throws, or gives too few, too many or undefined answers, gives an `Error` that names the scorer and the rollouts,
 * with its `cause`; two rollouts with the same coordinates give a `RangeError`. Unsubscribing aborts everything in
 * flight. `RangeError` at once for counts that are not whole numbers from 1.
 */
export const route = <Answers extends object>(
  chunks: ObservableInput<Chunk>,
  scorers: Scorers<Answers>,
  options: RouteOptions,
): Observable<ScoredRollout<Answers>> => {
  const { inFlight, observe } = options;
  const named = Object.entries(scorers) as [string, Scorer<unknown>][];
  checkOptions(named, options);

  return new Observable<ScoredRollout<Answers>>((subscriber) => {
    const controller = new AbortController();
    const { signal } = controller;
    setMaxListeners(0, signal);
    const limits = options.limits ?? new CallLimits(scorers);
    const lanes = named.map(([name, scorer]) => makeLane(name, scorer, limits, signal, observe));
    const taken = new Set<string>();
    const scored = from(chunks).pipe(
      mergeMap(
        (chunk) => from(draw(chunk, taken, signal)).pipe(mergeMap((rollouts) => join<Answers>(rollouts, lanes))),
        inFlight,
      ),
    );
    let ended = false;
    const subscription = scored.subscribe({
      next: (item) => subscriber.next(item),
      error: (error: unknown) => {
        ended = true;
        controller.abort(error);
        subscriber.error(error);
      },
      complete: () => {
        ended = true;
        subscriber.complete();
      },
    });
    return () => {
      subscription.unsubscribe();
      if (!ended) controller.abort();
    };
  });
};
