/**
 * Retries of a scorer: a time-out for each call, retries with backoff and jitter, a circuit breaker, and then what the
 * experiment says of a rollout without an answer.
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

/** Time-out, retries and circuit breaker of a scorer, and what happens when it fails. Times in ms. */
export interface ScoringPolicy {
  /** Of one call. */
  readonly timeout: number;
  /** Calls after the first that failed. */
  readonly retries: number;
  /** Mean wait before the first retry; it doubles from one to the next. */
  readonly wait: number;
  /** No wait is longer, whatever a server asks for. */
  readonly longestWait: number;
  /** After so many failed calls in a row no call is made for `rest` ms. */
  readonly breaker?: { readonly failures: number; readonly rest: number };
  /** What happens to a rollout that got no answer. */
  readonly onFailure: "stop" | "drop" | "default";
}

/** What a scorer may say of its failure. */
export interface ScoringFailure extends Error {
  /** False: a retry is no use. */
  readonly retryable?: boolean;
  /** Wait before a retry that a server asks for, in ms. */
  readonly retryAfter?: number;
}

/** A scorer that may fail for some rollouts and answer for others. */
export interface FallibleScorer<Answer> extends Scorer<Answer | Error> {
  /** Awaited before each call, outside of its time-out: what must run before the scorer can be called. */
  ready?(signal: AbortSignal): Promise<void>;
}

/** The calls made for one rollout so far. */
interface Attempted<Answer> {
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

const failed = (attempted: Attempted<unknown>): boolean => attempted.error !== undefined;

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
   * Calls with all rollouts together, then alone with each that may have failed because of another, unless a failure
   * stops the run anyway.
   */
  async answers(rollouts: readonly Rollout[], signal: AbortSignal): Promise<readonly Attempted<Answer>[]> {
    const attempted = rollouts.map((): Attempted<Answer> => ({ attempts: 0, shared: false }));
    await this.#lock.run(false, signal, () => this.#retry(rollouts, attempted, signal));
    if (this.#policy.onFailure === "stop") return attempted;
    for (const [k, rollout] of rollouts.entries()) {
      const one = attempted[k]!;
      if (!one.shared || one.error?.retryable === false || one.error instanceof BrokenCircuitError) continue;
      await this.#lock.run(true, signal, () => this.#attempt([rollout], [one], signal));
    }
    return attempted;
  }

  /**
   * Calls until all have an answer, the retries are used up, or a retry is no use; a retry has only the rollouts
   * without an answer.
   */
  async #retry(
    rollouts: readonly Rollout[],
    attempted: readonly Attempted<Answer>[],
    signal: AbortSignal,
  ): Promise<void> {
    const { retries, wait, longestWait } = this.#policy;
    let open = rollouts.map((rollout, k) => ({ rollout, attempted: attempted[k]! }));
    let backoff = new ExponentialBackoff<unknown>({ initialDelay: wait, maxDelay: longestWait }).next();
    for (let attempt = 0; ; attempt += 1) {
      await this.#attempt(
        open.map(({ rollout }) => rollout),
        open.map((one) => one.attempted),
        signal,
      );
      open = open.filter((one) => failed(one.attempted) && one.attempted.error?.retryable !== false);
      if (open.length === 0 || attempt === retries) return;
      const errors = open.map((one) => one.attempted.error!);
      await sleep(this.#pause(errors, backoff.duration), undefined, { signal });
      backoff = backoff.next(undefined);
    }
  }

  #pause(errors: readonly ScoringFailure[], backoff: number): number {
    const { longestWait, breaker } = this.#policy;
    const wanted = Math.max(backoff, ...errors.map(({ retryAfter = 0 }) => retryAfter));
    const rest = errors.some((error) => error instanceof BrokenCircuitError) ? (breaker?.rest ?? 0) : 0;
    return Math.max(rest, Math.min(longestWait, wanted));
  }

  /** One call, recorded for each of its rollouts. Rejects only with the signal's reason. */
  async #attempt(
    rollouts: readonly Rollout[],
    attempted: readonly Attempted<Answer>[],
    signal: AbortSignal,
  ): Promise<void> {
    const note = (one: Attempted<Answer>, answer: Answer | Error, shared: boolean): void => {
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
      for (const [k, one] of attempted.entries()) note(one, answers[k]!, false);
    } catch (thrown) {
      signal.throwIfAborted();
      const error =
        thrown instanceof TaskCancelledError
          ? new Error(`no answer within ${this.#policy.timeout} ms`, { cause: thrown })
          : asError(thrown);
      for (const one of attempted) note(one, error, true);
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
 * Calls `scorer` as `policy` says, with the same limits on batch and concurrency. Each rollout gets exactly one answer:
 * its own; under `default` the substitute; under `drop` a `FailedAnswer` without one. What failed on the way makes it a
 * `FailedAnswer` too. A call fails as a whole when it rejects, takes too long, or gives a wrong number of answers; an
 * answer that is an `Error`, or undefined, fails alone. Only failed rollouts are tried again, none whose error says
 * `retryable: false`; before a rollout of a failed call is given up it is tried once more with nothing else in
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
  const answerOf = (attempted: Attempted<Answer>): Answer | FailedAnswer<Answer> => {
    const { attempts, lastError } = attempted;
    if (lastError === undefined) return attempted.answer as Answer;
    const failure = (outcome: Failure["outcome"]): Failure => ({ attempts, outcome, error: lastError });
    if (!failed(attempted)) return new FailedAnswer(failure("answered"), attempted.answer);
    return onFailure === "drop"
      ? new FailedAnswer<Answer>(failure("dropped"))
      : new FailedAnswer(failure("default"), substitute);
  };
  return {
    batch: scorer.batch,
    concurrency: scorer.concurrency,
    async score(rollouts, signal) {
      const attempted = await retries.answers(rollouts, signal);
      const first = attempted.findIndex(failed);
      if (onFailure === "stop" && first !== -1) {
        const { attempts, error } = attempted[first]!;
        const where = coordinatesText(rollouts[first]!);
        throw new Error(`expected an answer for ${where}, asked ${times(attempts)}, got an error: ${error!.message}`, {
          cause: error,
        });
      }
      return attempted.map(answerOf);
    },
  };
};
