/** Tests of a step's sequences before anything is learned from them. */
import { expect, test } from "vitest";
import type { Scorer } from "../../../src/rollouts/scoring/scorer.ts";
import type { Span } from "../../../src/rollouts/scoring/timeline.ts";
import { stepRollouts, type StepRequest } from "../../../src/training/step/step-rollouts.ts";
import { inOneThread } from "../../fixtures/one-thread.ts";
import { recipe, smallTask } from "../../fixtures/recipes.ts";

const task = smallTask();
const never = new AbortController().signal;
const [a, b] = task.train as [(typeof task.train)[number], (typeof task.train)[number]];

const request: StepRequest = {
  seed: 1,
  step: 4,
  version: 2,
  assignments: [a, b].map((prompt) => ({ source: "student", prompt })),
  group: 2,
  chunk: 2,
  temperature: 1,
  behavior: { type: "student" },
  maxNewTokens: 6,
  inFlight: 2,
  wholeGroups: true,
  mostDropped: 0,
};

test("they know the version that drew them, and drawing is over before scoring is", async () => {
  const threads = await inOneThread(recipe(), task);
  const reward = threads.scorers.reward!;
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const held: typeof reward = { ...reward, score: (rollouts, signal) => opened.then(() => reward.score(rollouts, signal)) };
  const drawn: number[] = [];
  const observed: Span[] = [];
  const holding = { ...threads, scorers: { ...threads.scorers, reward: held } };
  const options = {
    drawn: () => drawn.push(observed.filter(({ lane }) => lane === "reward").length),
    observe: (span: Span) => observed.push(span),
  };
  const step = stepRollouts(holding, task, { ...request, ...options }, never);
  await expect.poll(() => drawn).toEqual([0]);
  open();
  const scored = await step;
  expect(drawn).toEqual([0]);
  expect(scored.map(({ rollout: { version, order } }) => [version, order.prompt, order.sample])).toEqual([
    [2, 0, 0],
    [2, 0, 1],
    [2, 1, 0],
    [2, 1, 1],
  ]);
  expect(observed.map(({ lane }) => lane).toSorted()).toEqual(["reward", "reward", "teacher", "teacher"]);
});

test("steps at the same time never call a scorer more often at once than it takes, in slots that do not overlap", async () => {
  const threads = await inOneThread(recipe(), task);
  const reward = threads.scorers.reward!;
  let [now, most] = [0, 0];
  const counting = async (...[rollouts, signal]: Parameters<typeof reward.score>): ReturnType<typeof reward.score> => {
    now += 1;
    most = Math.max(most, now);
    const answers = await reward.score(rollouts, signal);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now -= 1;
    return answers;
  };
  const counted: Scorer<Awaited<ReturnType<typeof reward.score>>[number]> = { ...reward, batch: 1, score: counting };
  const observed: Span[] = [];
  const both = [4, 5].map((step) =>
    stepRollouts({ ...threads, scorers: { reward: counted } }, task, { ...request, step, observe: (span) => observed.push(span) }, never),
  );
  await Promise.all(both);
  expect(most).toBe(reward.concurrency);
  for (const one of observed) {
    for (const other of observed) {
      if (other === one || other.lane !== one.lane || other.slot !== one.slot) continue;
      expect(one.end <= other.start || other.end <= one.start).toBe(true);
    }
  }
});

test("they end with the signal's reason", async () => {
  const threads = await inOneThread(recipe(), task);
  const reason = new Error("enough");
  await expect(stepRollouts(threads, task, request, AbortSignal.abort(reason))).rejects.toBe(reason);
});
