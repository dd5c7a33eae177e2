/** Steps ahead of the learner: their order, their versions, and how they end. */
import { expect, test } from "vitest";
import type { Weights } from "../../../src/policies/policy.ts";
import { Timeline } from "../../../src/rollouts/scoring/timeline.ts";
import { Lookahead, versionsAhead, type DrawingContext, type LookaheadSizes } from "../../../src/training/sequences/lookahead.ts";

const weights = (version: number): Weights => ({ table: Float32Array.of(version) });

/** Lets everything run that can. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Begins steps and notes what happens; each step is drawn, and scored, when the test says so. */
const watched = (sizes: Partial<LookaheadSizes>, signal = new AbortController().signal) => {
  const log: string[] = [];
  const contexts = new Map<number, DrawingContext & { scored: (value: string) => void; failed: (error: Error) => void }>();
  const publish = ({ table }: Weights): Promise<void> => {
    log.push(`publish ${table![0]}`);
    return turn();
  };
  const ahead = new Lookahead<string>({ maxStaleness: 1, steps: 100, studentDraws: true, publish, signal, ...sizes });
  const begin = (step: number): void =>
    ahead.begin(step, (context) => {
      log.push(`draw ${step} with ${context.version}`);
      return new Promise((scored, failed) => {
        context.signal.addEventListener("abort", () => failed(context.signal.reason));
        contexts.set(step, { ...context, scored, failed });
      });
    });
  return { ahead, begin, log, at: (step: number) => contexts.get(step)! };
};

test("a step begins when the step before is drawn, scored or not, with the weights of its own version", async () => {
  const { ahead, begin, log, at } = watched({ maxStaleness: 1 });
  ahead.shows(0, weights(0));
  for (const step of [1, 2]) begin(step);
  await turn();
  expect(log).toEqual(["draw 1 with 0"]);
  at(1).drawn();
  await turn();
  at(1).scored("one");
  expect((await ahead.take(1)).sequences).toBe("one");
  ahead.offer(1, weights(1));
  begin(3);
  await turn();
  await turn();
  // The newer weights are there, and step 2 is still drawn with the older.
  expect(log).toEqual(["draw 1 with 0", "draw 2 with 0"]);
  at(2).drawn();
  for (let k = 0; k < 3; k += 1) await turn();
  expect(log.slice(2)).toEqual(["publish 1", "draw 3 with 1"]);
  expect(
    at(3)
      .timeline.take()
      .map(({ lane }) => lane),
  ).toEqual(["publish"]);
  at(3).drawn();
  at(2).scored("two");
  at(3).scored("three");
  expect((await ahead.take(2)).sequences).toBe("two");
  expect((await ahead.take(3)).timeline).toBe(at(3).timeline);
  await ahead.close();
});

test("an evaluation sees its own version, after what has begun is drawn, and the next step does not publish it again", async () => {
  const { ahead, begin, log, at } = watched({ maxStaleness: 1 });
  ahead.shows(0, weights(0));
  for (const step of [1, 2]) begin(step);
  await turn();
  at(1).drawn();
  at(1).scored("");
  await ahead.take(1);
  ahead.offer(1, weights(1));
  const timeline = new Timeline();
  const shown = ahead.show(1, timeline).then(() => log.push("evaluate"));
  await turn();
  expect(log.at(-1)).toBe("draw 2 with 0");
  at(2).drawn();
  await shown;
  begin(3);
  for (let k = 0; k < 3; k += 1) await turn();
  expect(log.slice(2)).toEqual(["publish 1", "evaluate", "draw 3 with 1"]);
  expect(timeline.take()).toHaveLength(1);
  await ahead.close();
});

test.each([
  [0, 3, 10, []],
  [1, 0, 10, []],
  [1, 3, 10, [2]],
  [3, 1, 10, [0]],
  [3, 2, 10, [0, 1]],
  [3, 5, 10, [2, 3, 4]],
  [3, 8, 10, [5, 6]],
  [3, 10, 10, []],
])("at a lag of %d, %d of %d steps done, a resumed run needs versions %j besides the newest", async (maxStaleness, step, _, versions) => {
  const steps = 10;
  expect(versionsAhead(step, { maxStaleness, steps, studentDraws: true })).toEqual(versions);
  expect(versionsAhead(step, { maxStaleness, steps, studentDraws: false })).toEqual([]);
  const { ahead } = watched({ maxStaleness, steps });
  for (let version = 0; version <= step; version += 1) if (ahead.needs(version)) ahead.offer(version, weights(version));
  expect([...ahead.earlier(step)]).toEqual(versions.map((version) => [version, weights(version)]));
});

test("weights are kept only as long as a step is drawn with them", async () => {
  const { ahead } = watched({ maxStaleness: 2 });
  for (let version = 0; version <= 7; version += 1) ahead.offer(version, weights(version));
  await expect(ahead.show(4, new Timeline())).rejects.toThrow("lookahead: expected the weights of version 4, got 5, 6, 7");
  expect([ahead.needs(97), ahead.needs(98)]).toEqual([true, false]);
  expect(watched({ studentDraws: false }).ahead.needs(1)).toBe(false);
});

test("nothing begins beyond the run, and a step that has not begun is not waited for", async () => {
  const { ahead, begin, log } = watched({ steps: 2 });
  begin(3);
  await turn();
  expect(log).toEqual([]);
  await expect(ahead.take(3)).rejects.toThrow("lookahead: expected step 3 to have begun, got none");
});

test("what goes wrong in a step is told when it is taken, and not before", async () => {
  const { ahead, begin, at } = watched({ maxStaleness: 1 });
  ahead.shows(0, weights(0));
  for (const step of [1, 2]) begin(step);
  await turn();
  at(1).drawn();
  await turn();
  at(2).failed(new Error("ill"));
  await turn();
  at(1).scored("one");
  expect((await ahead.take(1)).sequences).toBe("one");
  await expect(ahead.take(2)).rejects.toThrow("ill");
  await ahead.close();
});

test("closing ends what has begun, and begins nothing that waits", async () => {
  const { ahead, begin, log } = watched({ maxStaleness: 2 });
  ahead.shows(0, weights(0));
  for (const step of [1, 2, 3]) begin(step);
  await turn();
  const taken = [1, 2, 3].map((step) => ahead.take(step));
  const ends = Promise.allSettled(taken);
  await ahead.close();
  for (const end of await ends) expect(end).toMatchObject({ status: "rejected", reason: { message: "the run has ended" } });
  expect(log).toEqual(["draw 1 with 0"]);
});

type Shared = [Weights, SharedArrayBuffer];

const shared = (version: number): Shared => {
  const memory = new SharedArrayBuffer(4);
  return [{ table: new Float32Array(memory).fill(version) }, memory];
};

test("memory of shared weights is spare when neither a sampler nor a later step reads it, and is given once", async () => {
  const [one, two, three] = [1, 2, 3].map(shared) as [Shared, Shared, Shared];
  const { ahead } = watched({ maxStaleness: 0 });
  ahead.offer(1, ...one);
  await ahead.show(1, new Timeline());
  // The samplers read it.
  expect(ahead.spare()).toBeUndefined();
  ahead.offer(2, ...two);
  expect(ahead.spare()).toBeUndefined();
  await ahead.show(2, new Timeline());
  expect(ahead.spare()).toBe(one[1]);
  expect(ahead.spare()).toBeUndefined();
  ahead.offer(3, ...three);
  await ahead.show(3, new Timeline());
  expect(ahead.spare()).toBe(two[1]);
  await ahead.close();
});

test("weights that a later step is drawn with keep their memory; memory that was not offered is never spare", async () => {
  const later = [1, 2, 3].map(shared);
  const { ahead } = watched({ maxStaleness: 1 });
  // As of a checkpoint: its arrays lie beside others.
  ahead.shows(0, shared(0)[0]);
  ahead.offer(1, ...later[0]!);
  await ahead.show(1, new Timeline());
  expect(ahead.spare()).toBeUndefined();
  ahead.offer(2, ...later[1]!);
  await ahead.show(2, new Timeline());
  // Version 1 is read by nobody any more, but step 3 may still be drawn with it.
  expect(ahead.spare()).toBeUndefined();
  ahead.offer(3, ...later[2]!);
  expect(ahead.spare()).toBe(later[0]![1]);
  await ahead.close();
});
