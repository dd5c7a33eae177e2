/** The sequences of one step: drawn, or taken from the data, and scored by all scorers that apply. */
import { lastValueFrom, merge, Observable, takeUntil } from "rxjs";
import type { BehaviorValues } from "../../rollouts/behaviors/index.ts";
import { ordered } from "../../rollouts/batches/order.ts";
import { route, type Chunk } from "../../rollouts/scoring/router.ts";
import type { Writer } from "../../rollouts/sampling/sampler.ts";
import { shapingIn, type Shaping } from "../../rollouts/decoding/shaping.ts";
import type { GroupAssignment } from "../../rollouts/batches/group-assignment.ts";
import type { Span } from "../../rollouts/scoring/timeline.ts";
import type { Task } from "../../tasks/task.ts";
import type { RunThreads } from "../threads/run-threads.ts";
import { drawRollouts, referenceRollout, replayedRollouts } from "./drawing.ts";
import type { PlacedPrompt } from "../../rollouts/batches/rollout.ts";
import type { ScoredRollout } from "../../rollouts/scoring/scorer.ts";
import { withinDropLimits } from "../batch/drop-limits.ts";
import type { Answers } from "../batch/row.ts";
import { defined } from "../../optional/defined.ts";

/** What a step's sequences depend on. */
export interface StepRequest extends Shaping {
  readonly seed: number;
  readonly step: number;
  /** Of the student's weights that draw. */
  readonly version: number;
  readonly assignments: readonly GroupAssignment[];
  readonly group: number;
  readonly chunk: number;
  readonly behavior: BehaviorValues;
  readonly maxNewTokens: number;
  /** Texts that end a completion. */
  readonly stop?: readonly string[];
  /** Most chunks in flight. */
  readonly inFlight: number;
  /** Whether a group without one of its rollouts is no use. */
  readonly wholeGroups: boolean;
  /** Share of the rollouts that may be dropped, in [0, 1]. */
  readonly mostDropped: number;
  /** Told of each call of a sampler and of a scorer. */
  readonly observe?: (span: Span) => void;
  /** Called when the last of the sequences has been drawn; some are scored after that. */
  readonly drawn?: () => void;
}

/** The items in pieces of at most `size`, in their order. */
export const inChunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, k) => items.slice(k * size, (k + 1) * size));

const studentPrompts = (assignments: readonly GroupAssignment[], group: number): PlacedPrompt[] =>
  assignments.flatMap((assignment, prompt) =>
    assignment.source === "student"
      ? Array.from({ length: group }, (_, sample) => ({ prompt: assignment.prompt, order: { prompt, sample } }))
      : [],
  );

const otherPrompts = (assignments: readonly GroupAssignment[], source: "data" | "teacher"): PlacedPrompt[] =>
  assignments.flatMap((assignment, prompt) =>
    assignment.source === source
      ? assignment.prompts.map((text, sample) => ({ prompt: text, order: { prompt, sample } }))
      : [],
  );

/** Fails with the signal's reason when it aborts. */
export const abortion = (signal: AbortSignal): Observable<never> =>
  new Observable((subscriber) => {
    const fail = (): void => subscriber.error(signal.reason);
    if (signal.aborted) fail();
    signal.addEventListener("abort", fail);
    return () => signal.removeEventListener("abort", fail);
  });

/** Calls `drawn` when the last of the chunks is there. */
const counted = (chunks: readonly (readonly Chunk[])[], drawn: () => void): Chunk[][] => {
  let left = chunks.flat().length;
  return chunks.map((some) =>
    some.map((chunk) => async (signal) => {
      const rollouts = await chunk(signal);
      left -= 1;
      if (left === 0) drawn();
      return rollouts;
    }),
  );
};

/** The chunks of the student's sequences, replayed ones included, and of those that others wrote. */
const chunksOf = (threads: Pick<RunThreads, "draw">, task: Task, request: StepRequest): [Chunk[], Chunk[]] => {
  const { seed, step, version, assignments, group, chunk, maxNewTokens, stop, observe } = request;
  const options = {
    seed,
    step,
    version,
    ...defined({ stops: stop, observe }),
  };
  const drawnBy =
    (writer: Writer, together: number) =>
    (prompts: readonly PlacedPrompt[]): Chunk =>
    (stopped) =>
      drawRollouts(threads, task, prompts, { ...options, writer, group: together }, stopped);
  // Chunks of whole groups read each prompt once.
  const together = chunk % group === 0 ? group : 1;
  return [
    [
      ...inChunks(studentPrompts(assignments, group), chunk).map(
        drawnBy({ by: "behavior", ...shapingIn(request) }, together),
      ),
      ...inChunks(replayedRollouts(task, assignments, stop), chunk).map((some) => () => Promise.resolve(some)),
    ],
    [
      ...inChunks(otherPrompts(assignments, "teacher"), chunk).map(drawnBy({ by: "teacher" }, 1)),
      ...inChunks(otherPrompts(assignments, "data"), chunk).map(
        (prompts) => () => Promise.resolve(prompts.map((at) => referenceRollout(task, at, maxNewTokens, version))),
      ),
    ],
  ];
};

/**
 * Draws and scores a step's sequences. Every rollout of the student goes to the rewards, to the teacher and to the
 * reference policy at the same time, what others wrote goes to the teacher; while one chunk is scored the next is
 * drawn. They come in order of prompt and sample.
 */
export const stepRollouts = async (
  threads: Pick<RunThreads, "draw" | "scorers" | "limits">,
  task: Task,
  request: StepRequest,
  signal: AbortSignal,
): Promise<readonly ScoredRollout<Answers>[]> => {
  const { step, inFlight, wholeGroups, mostDropped, observe, drawn = () => undefined } = request;
  const [ofStudent, ofOthers] = counted(chunksOf(threads, task, request), drawn) as [Chunk[], Chunk[]];
  const options = { inFlight, limits: threads.limits, ...defined({ observe }) };
  const { teacher } = threads.scorers;
  const routed = merge(
    route<Answers>(ofStudent, threads.scorers, options),
    route<Answers>(ofOthers, defined({ teacher }), options),
  ).pipe(ordered(), takeUntil(abortion(signal)));
  return withinDropLimits(await lastValueFrom(routed), { step, wholeGroups, mostDropped });
};
