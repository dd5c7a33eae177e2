/** Tests of the router: every rollout to every scorer, one answer each. */
import fc from "fast-check";
import { firstValueFrom, lastValueFrom, tap, toArray } from "rxjs";
import { describe, expect, test } from "vitest";
import { ordered, coordinatesText } from "../../../src/rollouts/batches/order.ts";
import { route, type Chunk } from "../../../src/rollouts/scoring/router.ts";
import type { Scorer } from "../../../src/rollouts/scoring/scorer.ts";
import type { Span } from "../../../src/rollouts/scoring/timeline.ts";
import type { Rollout } from "../../../src/rollouts/batches/rollout.ts";
import { scorer, silent, turn } from "../../fixtures/scorers.ts";
import { chunksOf, rolloutAt, rolloutGrid } from "../../fixtures/rollouts.ts";

const total = ({ tokens }: Rollout): number => tokens.reduce((sum, token) => sum + token, 0);
const sums = scorer(1, 4, async (rollouts) => rollouts.map(total));
const texts = scorer(3, 2, async (rollouts) => rollouts.map(({ text }) => ({ text })));
const expected = (rollouts: readonly Rollout[]) =>
  rollouts.map((rollout) => ({ rollout, answers: { reward: total(rollout), teacher: { text: rollout.text } }, dropped: false }));

describe("exactly one answer of each scorer", () => {
  test("for any finishing order", async () => {
    const rollouts = rolloutGrid(5, 3);
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), async (s, size, width) => {
        const delayed = <A>(inner: Scorer<A>, batch: number): Scorer<A> =>
          scorer(batch, width, (given, signal) => s.schedule(inner.score(given, signal)));
        const chunks = chunksOf(rollouts, size).map(
          (chunk): Chunk =>
            (signal) =>
              s.schedule(chunk(signal)),
        );
        const emitted: string[] = [];
        const scored = route(chunks, { reward: delayed(sums, 2), teacher: delayed(texts, width) }, { inFlight: width }).pipe(
          tap(({ rollout }) => emitted.push(coordinatesText(rollout))),
          ordered(),
        );
        expect(await s.waitFor(lastValueFrom(scored))).toEqual(expected(rollouts));
        expect(emitted.toSorted()).toEqual(rollouts.map(coordinatesText).toSorted());
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  test("reversing the finishing order changes the order of emission, and not one byte of the ordered result", async () => {
    const rollouts = rolloutGrid(4, 3);
    const run = async (arrange: <T>(calls: readonly T[]) => readonly T[]) => {
      const held: (() => void)[] = [];
      const hold = <A>(inner: Scorer<A>, batch: number): Scorer<A> =>
        scorer(batch, rollouts.length, async (given, signal) => {
          await new Promise<void>((resolve) => held.push(resolve));
          return inner.score(given, signal);
        });
      const emitted: string[] = [];
      const result = lastValueFrom(
        route(chunksOf(rollouts, 4), { reward: hold(sums, 1), teacher: hold(texts, 2) }, { inFlight: 3 }).pipe(
          tap(({ rollout }) => emitted.push(coordinatesText(rollout))),
          ordered(),
        ),
      );
      await turn();
      expect(held).toHaveLength(18);
      for (const release of arrange(held)) {
        release();
        await turn();
      }
      return { emitted, text: JSON.stringify(await result) };
    };
    const forward = await run((calls) => calls);
    const backward = await run((calls) => calls.toReversed());
    expect(backward.emitted).not.toEqual(forward.emitted);
    expect(backward.text).toBe(forward.text);
  });

  test("10,000 rollouts in one chunk", async () => {
    const rollouts = rolloutGrid(1250, 8);
    const scorers = { reward: sums, teacher: { ...texts, batch: 64 } };
    expect(await lastValueFrom(route(chunksOf(rollouts, 10_000), scorers, { inFlight: 1 }).pipe(ordered()))).toEqual(expected(rollouts));
  });

  test("nothing to draw, an empty chunk, and no scorers", async () => {
    expect(await lastValueFrom(route([], { sums }, { inFlight: 1 }).pipe(ordered()))).toEqual([]);
    expect(await lastValueFrom(route([async () => []], { sums }, { inFlight: 1 }).pipe(ordered()))).toEqual([]);
    const rollouts = rolloutGrid(2, 2);
    const bare = await lastValueFrom(route(chunksOf(rollouts, 2), {}, { inFlight: 1 }).pipe(ordered()));
    expect(bare).toEqual(rollouts.map((rollout) => ({ rollout, answers: {}, dropped: false })));
  });

  test("each subscription does the work anew", async () => {
    const scored = route(chunksOf(rolloutGrid(2, 2), 2), { sums }, { inFlight: 2 }).pipe(toArray());
    expect(await lastValueFrom(scored)).toHaveLength(4);
    expect(await lastValueFrom(scored)).toHaveLength(4);
  });
});

describe("bounded work", () => {
  test("never more chunks, calls and rollouts of a call than asked for, and as many as asked for", async () => {
    let chunksNow = 0;
    let chunksMost = 0;
    let callsNow = 0;
    let callsMost = 0;
    const sizes: number[] = [];
    const left = new Map<string, number>();
    const chunks = chunksOf(rolloutGrid(6, 5), 5).map((chunk, k): Chunk => async (signal) => {
      chunksNow += 1;
      chunksMost = Math.max(chunksMost, chunksNow);
      const rollouts = await chunk(signal);
      left.set(String(k), rollouts.length);
      return rollouts;
    });
    const slow = scorer(2, 3, async (rollouts) => {
      callsNow += 1;
      callsMost = Math.max(callsMost, callsNow);
      sizes.push(rollouts.length);
      await turn();
      callsNow -= 1;
      return rollouts.map(total);
    });
    const finished = tap(({ rollout }: { readonly rollout: Rollout }) => {
      const chunk = String(rollout.order.prompt);
      left.set(chunk, left.get(chunk)! - 1);
      if (left.get(chunk) === 0) chunksNow -= 1;
    });
    await lastValueFrom(route(chunks, { slow }, { inFlight: 2 }).pipe(finished));
    expect({ chunksMost, callsMost }).toEqual({ chunksMost: 2, callsMost: 3 });
    expect(sizes.toSorted((a, b) => a - b)).toEqual([...Array<number>(6).fill(1), ...Array<number>(12).fill(2)]);
  });

  test("who meets whom in a batch does not depend on time", async () => {
    const meetings = async (slowest: number): Promise<string[]> => {
      const seen: string[] = [];
      const chunks = chunksOf(rolloutGrid(4, 3), 3).map((chunk, k): Chunk => async (signal) => {
        if (k === slowest) await turn();
        return chunk(signal);
      });
      const noting = scorer(2, 1, async (rollouts) => {
        seen.push(rollouts.map(coordinatesText).join());
        return rollouts.map(total);
      });
      await lastValueFrom(route(chunks, { noting }, { inFlight: 4 }));
      return seen;
    };
    const [first, last] = [await meetings(0), await meetings(3)];
    expect(first).not.toEqual(last);
    expect(first.toSorted()).toEqual(last.toSorted());
  });

  test("a rollout is emitted while others are still being scored", async () => {
    const stuck = scorer(1, 2, (rollouts) =>
      rollouts[0]!.order.sample === 0 ? new Promise<number[]>(() => {}) : sums.score(rollouts, new AbortController().signal),
    );
    const { rollout } = await firstValueFrom(route(chunksOf(rolloutGrid(1, 2), 2), { stuck }, { inFlight: 1 }));
    expect(coordinatesText(rollout)).toBe("prompt 0 sample 1");
  });

  test("refuses counts that are not whole numbers from 1", () => {
    expect(() => route([], { sums }, { inFlight: 0 })).toThrow(
      new RangeError("route: expected inFlight to be a whole number from 1, got 0"),
    );
    expect(() => route([], { sums: { ...sums, batch: 1.5 } }, { inFlight: 1 })).toThrow(/batch of scorer "sums".*got 1.5/);
    expect(() => route([], { sums: { ...sums, concurrency: NaN } }, { inFlight: 1 })).toThrow(/concurrency of scorer "sums".*got NaN/);
  });
});

describe("failure", () => {
  const fail = async (broken: Scorer<number>, chunks = chunksOf(rolloutGrid(2, 2), 4)): Promise<Error> => {
    const other = silent();
    const failure: unknown = await lastValueFrom(route(chunks, { other: other.scorer, broken }, { inFlight: 2 })).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(failure instanceof Error)) throw new Error("expected a failure");
    expect((await other.signal).aborted).toBe(true);
    expect((await other.signal).reason).toBe(failure);
    return failure;
  };

  test("a scorer that throws is named with its rollout, the cause is kept, and the other scorers are aborted", async () => {
    const cause = new RangeError("no such token");
    const thrower = scorer(1, 1, async (rollouts) => {
      if (rollouts[0]!.order.sample === 1) throw cause;
      return rollouts.map(total);
    });
    const failure = await fail(thrower);
    expect(failure.message).toBe('scorer "broken" failed on prompt 0 sample 1: no such token');
    expect(failure.cause).toBe(cause);
  });

  test("a scorer that throws at once, or throws what is no error", async () => {
    const atOnce = scorer<number>(4, 1, () => {
      throw new TypeError("not ready");
    });
    expect((await fail(atOnce)).message).toBe('scorer "broken" failed on 4 rollouts, prompt 0 sample 0 to prompt 1 sample 1: not ready');
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what is no error is tested
    expect((await fail(scorer<number>(1, 1, () => Promise.reject("plain text")))).message).toMatch(/broken.*plain text/);
  });

  test("too few, too many, undefined, and no list of answers", async () => {
    expect((await fail(scorer(4, 1, async () => [1, 2, 3]))).message).toMatch(/"broken".*expected 4 answers, got 3/);
    expect((await fail(scorer(4, 1, async () => [1, 2, 3, 4, 5]))).message).toMatch(/"broken".*expected 4 answers, got 5/);
    const holes = scorer(4, 1, async () => [1, undefined, 3, 4] as number[]);
    expect((await fail(holes)).message).toMatch(/"broken".*expected an answer for prompt 0 sample 1, got undefined/);
    const none = scorer(4, 1, async () => 4 as unknown as number[]);
    expect((await fail(none)).message).toMatch(/"broken".*expected a list of answers, got number/);
  });

  test("a chunk that cannot be drawn passes its error on and aborts what is in flight", async () => {
    const error = new Error("the sampler broke");
    const other = silent();
    const chunks: Chunk[] = [async () => [rolloutAt(0, 0)], () => turn().then(() => Promise.reject(error))];
    await expect(lastValueFrom(route(chunks, { other: other.scorer }, { inFlight: 2 }))).rejects.toBe(error);
    expect((await other.signal).reason).toBe(error);
  });

  test("two rollouts with the same coordinates", async () => {
    const twice = [...chunksOf(rolloutGrid(1, 2), 2), ...chunksOf([rolloutAt(0, 1)], 1)];
    await expect(lastValueFrom(route(twice, { sums }, { inFlight: 2 }))).rejects.toThrow(
      /one rollout for each prompt and sample, got two for prompt 0 sample 1/,
    );
  });

  test("nothing is called any more after a failure", async () => {
    let calls = 0;
    let drawn = 0;
    const chunks = chunksOf(rolloutGrid(8, 2), 2).map((chunk): Chunk => (signal) => {
      drawn += 1;
      return chunk(signal);
    });
    const broken = scorer<number>(1, 1, async () => {
      calls += 1;
      throw new Error("broken");
    });
    await expect(lastValueFrom(route(chunks, { broken }, { inFlight: 2 }))).rejects.toThrow("broken");
    for (let k = 0; k < 5; k += 1) await turn();
    expect({ calls, drawn }).toEqual({ calls: 1, drawn: 2 });
  });
});

describe("unsubscribing", () => {
  test("aborts the scorers and the drawing, with no late emission", async () => {
    const never = silent();
    let drawing: AbortSignal | undefined;
    const chunks: Chunk[] = [
      async () => [rolloutAt(0, 0)],
      (signal) => {
        drawing = signal;
        return new Promise(() => {});
      },
    ];
    const events: unknown[] = [];
    const subscription = route(chunks, { never: never.scorer }, { inFlight: 2 }).subscribe({
      next: (item) => events.push(item),
      error: (error: unknown) => events.push(error),
      complete: () => events.push("complete"),
    });
    const signal = await never.signal;
    expect([signal.aborted, drawing?.aborted]).toEqual([false, false]);
    subscription.unsubscribe();
    expect([signal.aborted, drawing?.aborted]).toEqual([true, true]);
    await turn();
    expect(events).toEqual([]);
  });

  test("a stream that completes aborts nothing", async () => {
    const signals: AbortSignal[] = [];
    const noting = scorer(1, 1, async (rollouts, signal) => {
      signals.push(signal);
      return rollouts.map(total);
    });
    await lastValueFrom(route(chunksOf(rolloutGrid(1, 2), 2), { noting }, { inFlight: 1 }));
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });
});

describe("observe", () => {
  test("tells each call once; calls of one slot do not overlap, scorers do", async () => {
    const spans: Span[] = [];
    const waiting = <A>(inner: Scorer<A>): Scorer<A> =>
      scorer(inner.batch, inner.concurrency, async (rollouts, signal) => {
        await turn();
        return inner.score(rollouts, signal);
      });
    const scorers = { reward: waiting(sums), teacher: waiting(texts) };
    await lastValueFrom(route(chunksOf(rolloutGrid(4, 3), 6), scorers, { inFlight: 2, observe: (span) => spans.push(span) }));
    const of = (name: string): Span[] => spans.filter(({ lane: which }) => which === name);
    expect(of("reward").map(({ count }) => count)).toEqual(Array(12).fill(1));
    expect(of("teacher").map(({ count }) => count)).toEqual(Array(4).fill(3));
    for (const a of spans) {
      expect(a.end).toBeGreaterThanOrEqual(a.start);
      for (const b of spans.filter((other) => other !== a && other.lane === a.lane && other.slot === a.slot)) {
        expect(a.end <= b.start || b.end <= a.start).toBe(true);
      }
    }
    expect(new Set(of("reward").map(({ slot }) => slot))).toEqual(new Set([0, 1, 2, 3]));
    const [reward, teacher] = [of("reward")[0]!, of("teacher")[0]!];
    expect(reward.start < teacher.end && teacher.start < reward.end).toBe(true);
  });
});
