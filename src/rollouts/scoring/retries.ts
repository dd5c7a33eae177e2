/**
 * A scorer that persists: a time-out for each call, retries with backoff and jitter, a circuit breaker, and then what
 * the experiment says.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  BrokenCircuitError,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  noop,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from "cockatiel";
import { coordinatesText } from "../batches/order.ts";
import type { Rollout } from "../batches/rollout.ts";
import { checkAnswerCount, FailedAnswer, type Failure, type Scorer } from "./scorer.ts";
import { SharedExclusiveLock } from "./shared-exclusive-lock.ts";

/** How long to ask a scorer, how often, and what then. Times in ms. */
export interface ScoringPolicy {
  /** Of one call. */
  readonly timeout: number;
  /** Calls after the first that failed. */
  readonly retries: number;
  /** Mean wait before the first retry; it doubles from one to the next. */
  readonly wait: number;
  /** No wait is longer, whatever a server asks for. */
  readonly longestWait: number;
  /** After so many failed calls in a row nobody asks for `rest` ms. */
  readonly breaker?: { readonly failures: number; readonly rest: number };
  /** What happens to a rollout that got no answer. */
  readonly onFailure: "stop" | "drop" | "default";
}

/** What a scorer may say of its failure. */
export interface ScoringFailure extends Error {
  /** False: asking again is no use. */
  readonly retryable?: boolean;
  /** Asked for by a server, in ms. */
  readonly retryAfter?: number;
}

/** A scorer that may fail for some rollouts and answer for others. */
export interface FallibleScorer<Answer> extends Scorer<Answer | Error> {
  /** Awaited before each call, outside of its time-out: what must run before anything can be asked. */
  ready?(signal: AbortSignal): Promise<void>;
}

/** What came of asking for one rollout so far. */
interface Asked<Answer> {
  attempts: number;
  answer?: Answer;
  /** Why the last call gave no answer. */
  error?: ScoringFailure;
  /** Message of the last error, also after an answer. */
  lastError?: string;
  /** The error was the whole call's, so that another rollout may have caused it. */
  shared: boolean;
}

const asError = (thrown: unknown): ScoringFailure => (thrown instanceof Error ? thrown : new Error(String(thrown)));

const failed = (asked: Asked<unknown>): boolean => asked.error !== undefined;

class Retries<Answer> {
  readonly #scorer: FallibleScorer<Answer>;
  readonly #policy: ScoringPolicy;
  readonly #guard;
  readonly #lock = new SharedExclusiveLock();

  constructor(scorer: FallibleScorer<Answer>, policy: ScoringPolicy) {
    this.#scorer = scorer;
    this.#policy = policy;
    const { breaker } = policy;
    const broken =
      breaker === undefined
        ? noop
        : circuitBreaker(handleAll, { halfOpenAfter: breaker.rest, breaker: new ConsecutiveBreaker(breaker.failures) });
    this.#guard = wrap(broken, timeout(policy.timeout, TimeoutStrategy.Aggressive));
  }

  /**
   * Asks for all together, then alone for each that may have suffered from another, unless a failure stops the run
   * anyway.
   */
  async ask(rollouts: readonly Rollout[], signal: AbortSignal): Promise<readonly Asked<Answer>[]> {
    const asked = rollouts.map((): Asked<Answer> => ({ attempts: 0, shared: false }));
    await this.#lock.run(false, signal, () => this.#insist(rollouts, asked, signal));
    if (this.#policy.onFailure === "stop") return asked;
    for (const [k, rollout] of rollouts.entries()) {
      const one = asked[k]!;
      if (!one.shared || one.error?.retryable === false || one.error instanceof BrokenCircuitError) continue;
      await this.#lock.run(true, signal, () => this.#attempt([rollout], [one], signal));
    }
    return asked;
  }

  /**
   * Asks until all have an answer, the retries are used up, or asking is no use; only those without an answer are asked
   * for again.
   */
  async #insist(rollouts: readonly Rollout[], asked: readonly Asked<Answer>[], signal: AbortSignal): Promise<void> {
    const { retries, wait, longestWait } = this.#policy;
    let open = rollouts.map((rollout, k) => ({ rollout, asked: asked[k]! }));
    let backoff = new ExponentialBackoff<unknown>({ initialDelay: wait, maxDelay: longestWait }).next();
    for (let attempt = 0; ; attempt += 1) {
      await this.#attempt(
        open.map(({ rollout }) => rollout),
        open.map((one) => one.asked),
        signal,
      );
      open = open.filter((one) => failed(one.asked) && one.asked.error?.retryable !== false);
      if (open.length === 0 || attempt === retries) return;
      const errors = open.map((one) => one.asked.error!);
      await sleep(this.#pause(errors, backoff.duration), undefined, { signal });
      backoff = backoff.next(undefined);
    }
  }

  #pause(errors: readonly ScoringFailure[], backoff: number): number {
    const { longestWait, breaker } = this.#policy;
    const asked = Math.max(backoff, ...errors.map(({ retryAfter = 0 }) => retryAfter));
    const rest = errors.some((error) => error instanceof BrokenCircuitError) ? (breaker?.rest ?? 0) : 0;
    return Math.max(rest, Math.min(longestWait, asked));
  }

  /** One call, noted down for each of its rollouts. Rejects only with the signal's reason. */
  async #attempt(rollouts: readonly Rollout[], asked: readonly Asked<Answer>[], signal: AbortSignal): Promise<void> {
    const note = (one: Asked<Answer>, answer: Answer | Error, shared: boolean): void => {
      one.attempts += 1;
      one.shared = shared;
      if (answer instanceof Error) {
        one.error = answer;
        one.lastError = answer.message;
      } else {
        one.answer = answer;
        delete one.error;
      }
    };
    try {
      await this.#scorer.ready?.(signal);
      const answers = await this.#guard.execute(({ signal: until }) => this.#score(rollouts, until), signal);
      for (const [k, one] of asked.entries()) note(one, answers[k]!, false);
    } catch (thrown) {
      signal.throwIfAborted();
      const error =
        thrown instanceof TaskCancelledError
          ? new Error(`no answer within ${this.#policy.timeout} ms`, { cause: thrown })
          : asError(thrown);
      for (const one of asked) note(one, error, true);
    }
  }

  async #score(rollouts: readonly Rollout[], signal: AbortSignal): Promise<readonly (Answer | Error)[]> {
    const answers: unknown = await this.#scorer.score(rollouts, signal);
    checkAnswerCount(rollouts, answers);
    return Array.from(
      answers as (Answer | Error | undefined)[],
      (answer) => answer ?? new TypeError("expected an answer, got undefined"),
    );
  }
}

const times = (attempts: number): string => (attempts === 1 ? "once" : `${attempts} times`);

/**
 * Asks `scorer` as `policy` says, with the same limits on batch and concurrency. Each rollout gets exactly one answer:
 * its own; under `default` the substitute; under `drop` a `FailedAnswer` without one. What failed on the way makes it a
 * `FailedAnswer` too. A call fails as a whole when it rejects, takes too long, or gives a wrong number of answers; an
 * answer that is an `Error`, or undefined, fails alone. Only failed rollouts are asked for again, none whose error says
 * `retryable: false`; before a rollout of a failed call is given up it is asked for once more with nothing else in
 * flight, so that one which crashes the scorer takes no other with it. Under `stop` it rejects with an `Error` that
 * names the first rollout without an answer. Aborting ends waits and calls. `RangeError` when `default` has no
 * substitute.
 */
export const withRetries = <Answer>(
  scorer: FallibleScorer<Answer>,
  policy: ScoringPolicy,
  substitute?: Answer,
): Scorer<Answer | FailedAnswer<Answer>> => {
  const { onFailure } = policy;
  if (onFailure === "default" && substitute === undefined)
    throw new RangeError("retries: expected a substitute for onFailure default, got none");
  const retries = new Retries(scorer, policy);
  const answerOf = (asked: Asked<Answer>): Answer | FailedAnswer<Answer> => {
    const { attempts, lastError } = asked;
    if (lastError === undefined) return asked.answer as Answer;
    const failure = (outcome: Failure["outcome"]): Failure => ({ attempts, outcome, error: lastError });
    if (!failed(asked)) return new FailedAnswer(failure("answered"), asked.answer as Answer);
    return onFailure === "drop"
      ? new FailedAnswer<Answer>(failure("dropped"))
      : new FailedAnswer(failure("default"), substitute as Answer);
  };
  return {
    batch: scorer.batch,
    concurrency: scorer.concurrency,
    async score(rollouts, signal) {
      const asked = await retries.ask(rollouts, signal);
      const first = asked.findIndex(failed);
      if (onFailure === "stop" && first !== -1) {
        const { attempts, error } = asked[first]!;
        const where = coordinatesText(rollouts[first]!);
        throw new Error(`expected an answer for ${where}, asked ${times(attempts)}, got an error: ${error!.message}`, {
          cause: error,
        });
      }
      return asked.map(answerOf);
    },
  };
};
