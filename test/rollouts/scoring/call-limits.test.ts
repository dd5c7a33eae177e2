/** Tests of who may call when. */
import { describe, expect, test } from "vitest";
import { CallLimits, type CallPass } from "../../../src/rollouts/scoring/call-limits.ts";
import { turn } from "../../fixtures/scorers.ts";

const { signal } = new AbortController();

/** Asks for permission to call, and logs when it came. */
const entering = (limits: CallLimits, log: string[]) => {
  const passes = new Map<string, CallPass>();
  const enter = (lane: string, name: string, count = 1): void => {
    void limits.enter(lane, count, signal).then((pass) => {
      log.push(name);
      passes.set(name, pass);
    });
  };
  return { enter, leave: (name: string) => passes.get(name)!.leave(), slot: (name: string) => passes.get(name)!.slot };
};

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("one lane", () => {
  test("as many at once as it allows, first come first served, in the slot that is free", async () => {
    const log: string[] = [];
    const { enter, leave, slot } = entering(new CallLimits({ reward: { concurrency: 2 } }), log);
    for (const name of ["a", "b", "c", "d"]) enter("reward", name);
    await turn();
    expect(log).toEqual(["a", "b"]);
    leave("b");
    leave("b");
    await turn();
    expect(log).toEqual(["a", "b", "c"]);
    expect([slot("a"), slot("b"), slot("c")]).toEqual([0, 1, 1]);
    leave("a");
    await turn();
    expect(log).toEqual(["a", "b", "c", "d"]);
    expect(slot("d")).toBe(0);
  });

  test("who gives up while waiting leaves the queue, and blocks no other call", async () => {
    const limits = new CallLimits({ reward: { concurrency: 1 } });
    const first = await limits.enter("reward", 1, signal);
    const stop = new AbortController();
    const given = limits.enter("reward", 1, stop.signal);
    const patient = limits.enter("reward", 1, signal);
    stop.abort(new Error("gave up"));
    await expect(given).rejects.toThrow("gave up");
    first.leave();
    expect((await patient).slot).toBe(0);
    await expect(limits.enter("reward", 1, stop.signal)).rejects.toThrow("gave up");
  });
});

describe("several lanes", () => {
  test("share the calls of all, which no lane's own limit exceeds", async () => {
    const log: string[] = [];
    const { enter, leave } = entering(new CallLimits({ reward: { concurrency: 2 }, teacher: { concurrency: 1 } }, 2), log);
    for (const name of ["r1", "r2", "r3"]) enter("reward", name);
    for (const name of ["t1", "t2"]) enter("teacher", name);
    await turn();
    expect(log).toEqual(["r1", "r2"]);
    leave("r1");
    await turn();
    expect(log).toHaveLength(3);
    for (let k = 2; k < 5; k += 1) {
      leave(log[k - 1]!);
      await turn();
    }
    expect(log.toSorted()).toEqual(["r1", "r2", "r3", "t1", "t2"]);
  });

  test("the lane goes first that has most left to do, by what its calls took", async () => {
    const log: string[] = [];
    const { enter, leave } = entering(new CallLimits({ fast: { concurrency: 1 }, slow: { concurrency: 1 } }, 1), log);
    // Nothing is known of either: the one that is first.
    enter("fast", "fast 1");
    enter("slow", "slow 1");
    await turn();
    leave("fast 1");
    await turn();
    await wait(60);
    leave("slow 1");
    for (const name of ["fast 2", "fast 3", "fast 4"]) enter("fast", name);
    enter("slow", "slow 2");
    await turn();
    expect(log).toEqual(["fast 1", "slow 1", "fast 2"]);
    leave("fast 2");
    await turn();
    // One slow call is more work than two fast ones.
    expect(log.at(-1)).toBe("slow 2");
  });
});
