/** Tests of retries: which rollouts are tried again, how long, and what happens when no answer comes. */
import { describe, expect, test } from "vitest";
import { coordinatesText } from "../../../src/rollouts/batches/order.ts";
import { withRetries, type FallibleScorer, type ScoringPolicy } from "../../../src/rollouts/scoring/retries.ts";
import { FailedAnswer, type Failure } from "../../../src/rollouts/scoring/scorer.ts";
import type { Rollout } from "../../../src/rollouts/batches/rollout.ts";
import { rolloutGrid } from "../../fixtures/rollouts.ts";

const policy: ScoringPolicy = { timeout: 5000, retries: 2, wait: 1, longestWait: 20, onFailure: "stop" };
const { signal } = new AbortController();
const total = ({ tokens }: Rollout): number => tokens.reduce((sum, token) => sum + token, 0);
const rollouts = rolloutGrid(2, 2);
const answers = rollouts.map((rollout) => ({ answer: total(rollout) }));

/** Answers and failures by name. */
const said = (all: readonly (number | FailedAnswer<number>)[]): { answer?: number; failure?: Failure }[] =>
  all.map((one) => {
    if (!(one instanceof FailedAnswer)) return { answer: one };
    return one.answer === undefined ? { failure: one.failure } : { answer: one.answer, failure: one.failure };
  });

/** A scorer that notes which rollouts each call had. */
const noting = (score: (batch: readonly Rollout[], call: number, signal: AbortSignal) => Promise<readonly (number | Error)[]>) => {
  const calls: string[][] = [];
  const scorer: FallibleScorer<number> = {
    batch: 4,
    concurrency: 2,
    score: (batch, until) => {
      calls.push(batch.map((rollout) => `${rollout.order.prompt}.${rollout.order.sample}`));
      return score(batch, calls.length, until);
    },
  };
  return { calls, scorer };
};
const all = ["0.0", "0.1", "1.0", "1.1"];
const is = (rollout: Rollout, prompt: number, sample: number): boolean =>
  rollout.order.prompt === prompt && rollout.order.sample === sample;

describe("retries", () => {
  test("no call is made twice when all is well, and no failure is reported", async () => {
    const { calls, scorer } = noting(async (batch) => batch.map(total));
    expect(said(await withRetries(scorer, policy).score(rollouts, signal))).toEqual(answers);
    expect(calls).toEqual([all]);
  });

  test("a call that fails as a whole is tried again as a whole", async () => {
    const { calls, scorer } = noting(async (batch, call) => {
      if (call === 1) throw new Error("connection reset");
      return batch.map(total);
    });
    const failure = { attempts: 2, outcome: "answered", error: "connection reset" };
    expect(said(await withRetries(scorer, policy).score(rollouts, signal))).toEqual(answers.map((answer) => ({ ...answer, failure })));
    expect(calls).toEqual([all, all]);
  });

  test("of a call that fails in part only that part is tried again", async () => {
    const { calls, scorer } = noting(async (batch, call) =>
      batch.map((one) => (call === 1 && is(one, 1, 0) ? new Error("odd") : total(one))),
    );
    const outcomes = said(await withRetries(scorer, policy).score(rollouts, signal));
    expect(outcomes).toEqual(
      answers.map((one, k) => (k === 2 ? { ...one, failure: { attempts: 2, outcome: "answered", error: "odd" } } : one)),
    );
    expect(calls).toEqual([all, ["1.0"]]);
  });

  test.each([
    ["too few", async () => [1, 2, 3], "expected 4 answers, got 3"],
    ["too many", async () => [1, 2, 3, 4, 5], "expected 4 answers, got 5"],
    ["no list", async () => "abc" as unknown as number[], "expected a list of answers, got string"],
    ["a hole", async () => [1, undefined, 3, 4] as number[], "expected an answer, got undefined"],
    ["a sparse list", async () => Object.assign(Array<number>(4), { 0: 1 }), "expected an answer, got undefined"],
    ["what is no error", () => Promise.reject<number[]>("plainly"), "plainly"],
  ])("%s is a failure", async (_, score, message) => {
    const { scorer } = noting(score);
    await expect(withRetries(scorer, { ...policy, retries: 0 }).score(rollouts, signal)).rejects.toThrow(message);
  });

  test("an error that says so is not retried", async () => {
    const { calls, scorer } = noting(() => Promise.reject(Object.assign(new Error("401"), { retryable: false })));
    await expect(withRetries(scorer, policy).score(rollouts, signal)).rejects.toThrow("prompt 0 sample 0, asked once, got an error: 401");
    expect(calls).toHaveLength(1);
  });

  test("waits as long as a server asks for, and no longer than the longest wait", async () => {
    const waited = async (retryAfter: number): Promise<number> => {
      let first = 0;
      let second = 0;
      const { scorer } = noting(async (batch, call) => {
        if (call > 1) {
          second = performance.now();
          return batch.map(total);
        }
        first = performance.now();
        throw Object.assign(new Error("429"), { retryAfter });
      });
      said(await withRetries(scorer, { ...policy, longestWait: 120 }).score(rollouts, signal));
      return second - first;
    };
    expect(await waited(60)).toBeGreaterThan(58);
    const capped = await waited(60_000_000);
    expect(capped).toBeGreaterThan(118);
  });

  test("is ready before each call, outside of the time-out", async () => {
    const log: string[] = [];
    const { scorer } = noting(async (batch, call) => {
      log.push("score");
      if (call === 1) throw new Error("died");
      return batch.map(total);
    });
    const ready = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      log.push("ready");
    };
    said(await withRetries({ ...scorer, ready }, { ...policy, timeout: 40 }).score(rollouts, signal));
    expect(log).toEqual(["ready", "score", "ready", "score"]);
  });
});

describe("time-outs", () => {
  test("a call that never settles fails after its time, and is told to stop", async () => {
    const signals: AbortSignal[] = [];
    const aborted: boolean[] = [];
    const { scorer } = noting((batch, call, until) => {
      signals.push(until);
      aborted.push(...signals.map((one) => one.aborted));
      return call === 1 ? new Promise(() => {}) : Promise.resolve(batch.map(total));
    });
    const outcomes = said(await withRetries(scorer, { ...policy, timeout: 30 }).score(rollouts, signal));
    expect(outcomes[0]).toEqual({ ...answers[0], failure: { attempts: 2, outcome: "answered", error: "no answer within 30 ms" } });
    expect(aborted).toEqual([false, true, false]);
  });

  test("aborting ends a call at once, and it is not tried again", async () => {
    const stop = new AbortController();
    const { calls, scorer } = noting(() => {
      setImmediate(() => stop.abort(new Error("Ctrl-C")));
      return new Promise(() => {});
    });
    await expect(withRetries(scorer, policy).score(rollouts, stop.signal)).rejects.toThrow("Ctrl-C");
    expect(calls).toHaveLength(1);
  });

  test("aborting ends a wait at once", async () => {
    const stop = new AbortController();
    const { scorer } = noting(() => {
      setTimeout(() => stop.abort(new Error("Ctrl-C")), 10);
      return Promise.reject(Object.assign(new Error("503"), { retryAfter: 3_600_000 }));
    });
    const retried = withRetries(scorer, { ...policy, longestWait: 3_600_000 }).score(rollouts, stop.signal);
    await expect(retried).rejects.toMatchObject({ name: "AbortError", cause: { message: "Ctrl-C" } });
  });
});

describe("after the last retry", () => {
  const poison = (batch: readonly Rollout[]): Promise<number[]> =>
    batch.some((one) => is(one, 0, 1)) ? Promise.reject(new Error("thread died")) : Promise.resolve(batch.map(total));

  test("stop: the error names the first rollout, how often, and why", async () => {
    const { calls, scorer } = noting(poison);
    await expect(withRetries(scorer, policy).score(rollouts, signal)).rejects.toThrow(
      `expected an answer for ${coordinatesText(rollouts[0]!)}, asked 3 times, got an error: thread died`,
    );
    expect(calls).toHaveLength(3);
  });

  test("drop: a rollout that brings the scorer down takes no other with it", async () => {
    const { calls, scorer } = noting(poison);
    const outcomes = said(await withRetries(scorer, { ...policy, onFailure: "drop" }).score(rollouts, signal));
    expect(calls).toEqual([all, all, all, ["0.0"], ["0.1"], ["1.0"], ["1.1"]]);
    expect(outcomes.map(({ answer }) => answer)).toEqual([answers[0]!.answer, undefined, answers[2]!.answer, answers[3]!.answer]);
    expect(outcomes[1]).toEqual({ failure: { attempts: 4, outcome: "dropped", error: "thread died" } });
    expect(outcomes[0]!.failure).toEqual({ attempts: 4, outcome: "answered", error: "thread died" });
  });

  test("default: the substitute, and the failure that it replaces", async () => {
    const { scorer } = noting(async (batch) => batch.map((one) => (is(one, 1, 1) ? new Error("NaN") : total(one))));
    const outcomes = said(await withRetries(scorer, { ...policy, onFailure: "default" }, -7).score(rollouts, signal));
    expect(outcomes).toEqual([...answers.slice(0, 3), { answer: -7, failure: { attempts: 3, outcome: "default", error: "NaN" } }]);
    expect(() => withRetries(scorer, { ...policy, onFailure: "default" })).toThrow("expected a substitute");
  });

  test("while one is tried alone, no other call is in flight", async () => {
    let now = 0;
    const together: number[] = [];
    const { scorer } = noting(async (batch) => {
      now += 1;
      if (batch.length === 1) together.push(now);
      await new Promise((resolve) => setTimeout(resolve, 2));
      now -= 1;
      return poison(batch);
    });
    const retrying = withRetries(scorer, { ...policy, onFailure: "drop" });
    await Promise.all([retrying.score(rollouts, signal), retrying.score(rollouts, signal)]);
    expect(together).toEqual(Array(8).fill(1));
  });
});

describe("circuit breaker", () => {
  test("after so many failures in a row no call is made until the rest is over", async () => {
    const at: number[] = [];
    const { calls, scorer } = noting(async (batch, call) => {
      at.push(performance.now());
      if (call <= 2) throw new Error("down");
      return batch.map(total);
    });
    const breaker = { failures: 2, rest: 100 };
    expect(said(await withRetries(scorer, { ...policy, retries: 5, breaker }).score(rollouts, signal))).toMatchObject(answers);
    expect(calls).toHaveLength(3);
    expect(at[2]! - at[1]!).toBeGreaterThan(98);
  });

  test("once open, calls that come are refused without being made, and dropped ones are not tried alone", async () => {
    const { calls, scorer } = noting(() => Promise.reject(new Error("down")));
    const breaker = { failures: 2, rest: 60_000 };
    const retried = withRetries(scorer, { ...policy, retries: 0, onFailure: "drop", breaker });
    const [one, two] = [rollouts.slice(0, 1), rollouts.slice(1)];
    expect(said(await retried.score(one, signal))).toMatchObject([{ failure: { outcome: "dropped", error: "down" } }]);
    expect(calls).toEqual([["0.0"], ["0.0"]]);
    const refused = said(await retried.score(two, signal));
    expect(refused.map(({ failure }) => failure?.outcome)).toEqual(["dropped", "dropped", "dropped"]);
    expect(calls).toHaveLength(2);
  });
});
