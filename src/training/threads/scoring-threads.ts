/** Threads that score rollouts: as many as the settings say, called as they say, and started anew when they end. */
import { withRetries } from "../../rollouts/scoring/retries.ts";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { FailedAnswer, Scorer } from "../../rollouts/scoring/scorer.ts";
import type { Connection } from "../../workers/connect.ts";
import type { ArgumentOf, Handlers } from "../../workers/messages.ts";
import { restarting, type Restarting } from "../../workers/restarting.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { scoringPolicy, type ScorerName } from "../recipe/scoring-settings.ts";
import type { ThreadGroup } from "./thread-group.ts";

/** What the threads of a scorer do. */
export interface ScoringThreads<H extends Handlers, Answer> {
  readonly url: URL;
  /** Calls that one thread takes at once. */
  readonly calls: number;
  /** Makes the calls that a new thread needs before it can score. */
  readonly prepare: (connection: Connection<H>) => Promise<unknown>;
  readonly score: (
    thread: Restarting<H>,
    rollouts: readonly Rollout[],
    signal: AbortSignal,
  ) => Promise<readonly (Answer | Error)[]>;
  /** The answer of a rollout that got none, where the settings have one. */
  readonly substitute?: Answer;
}

/** A scorer of threads, and what all of them are told. */
export interface ScoringGroup<H extends Handlers, Answer> {
  readonly scorer: Scorer<Answer | FailedAnswer<Answer>>;
  /** Calls every thread. One that has ended meanwhile is called once more, after it was prepared anew. */
  tell<Name extends keyof H & string>(name: Name, argument: ArgumentOf<H[Name]>): Promise<void>;
}

/**
 * Starts the threads, waits until each is ready, and gives the scorer that calls them and a way to call every
 * thread. Rejects when one of them cannot be prepared.
 */
export const openScoringThreads = async <H extends Handlers, Answer>(
  threads: ThreadGroup,
  name: ScorerName,
  { scoring, rollouts }: Pick<Recipe, "scoring" | "rollouts">,
  { url, calls, prepare, score, substitute }: ScoringThreads<H, Answer>,
): Promise<ScoringGroup<H, Answer>> => {
  const settings = scoring[name];
  const workers = Array.from({ length: settings.workers }, (_, index) =>
    restarting<H>({
      start: () =>
        threads.start<H>(url, settings.workers === 1 ? name : `${name} ${index + 1}`, { heap: settings.heap }),
      prepare: async (connection) => {
        await prepare(connection);
      },
    }),
  );
  const ready = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.ready()));
  };
  await ready();
  // Callers keep to `concurrency`, so the thread with the fewest calls always has one free.
  const running = new Map(workers.map((worker) => [worker, 0]));
  const leastBusy = (): Restarting<H> =>
    workers.reduce((least, worker) => (running.get(worker)! < running.get(least)! ? worker : least));
  const scorer = {
    batch: rollouts.chunk,
    concurrency: calls * workers.length,
    ready,
    async score(batch: readonly Rollout[], signal: AbortSignal): Promise<readonly (Answer | Error)[]> {
      const worker = leastBusy();
      running.set(worker, running.get(worker)! + 1);
      try {
        return await score(worker, batch, signal);
      } finally {
        running.set(worker, running.get(worker)! - 1);
      }
    },
  };
  return {
    scorer: withRetries(scorer, scoringPolicy(settings), substitute),
    async tell(told, argument) {
      await Promise.all(workers.map((worker) => worker.call(told, argument).catch(() => worker.call(told, argument))));
    },
  };
};
