/** Tests of real reward threads that fail: each of hundreds of rollouts comes out exactly once, with its score or as dropped. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { afterEach, describe, expect, test } from "vitest";
import { ordered } from "../../../src/rollouts/batches/order.ts";
import { route } from "../../../src/rollouts/scoring/router.ts";
import { withinDropLimits } from "../../../src/training/batch/drop-limits.ts";
import type { Recipe } from "../../../src/training/recipe/recipe.ts";
import { openRewards } from "../../../src/training/threads/scorers.ts";
import type { ScoringSettings } from "../../../src/training/recipe/scoring-settings.ts";
import { ThreadGroup } from "../../../src/training/threads/thread-group.ts";
import { recipe } from "../../fixtures/recipes.ts";
import { chunksOf, rolloutGrid } from "../../fixtures/rollouts.ts";
import { openThreads, threadsEnded } from "../../fixtures/threads.ts";

const rollouts = rolloutGrid(125, 8);
/** For faults that end a thread each time: a new one takes a second. */
const fewer = rolloutGrid(50, 8);
const valuesOf = (some: typeof rollouts): number[] => some.map((rollout, index) => rollout.tokens.length + index / 7);
/** Where the fixture goes wrong. */
const faulty = [50, 381, 712];

const scoring = (changes: Partial<ScoringSettings["reward"]>): Recipe["scoring"] => {
  const standard = recipe().scoring;
  return { ...standard, reward: { ...standard.reward, wait: 1, timeout: 3000, heap: 96, ...changes } };
};

const scored = async (
  parameters: Readonly<Record<string, unknown>>,
  changes: Partial<ScoringSettings["reward"]>,
  given: typeof rollouts = rollouts,
) => {
  const { signal } = new AbortController();
  const threads = opened();
  const values = recipe({
    rewards: [{ module: "rewards/faulty.ts", ...parameters }],
    rollouts: { ...recipe().rollouts, chunk: 50 },
    scoring: scoring(changes),
  });
  const reward = await openRewards(threads, values, signal);
  return lastValueFrom(route(chunksOf(given, 50), { reward }, { inFlight: 3 }).pipe(ordered()));
};

const started: ThreadGroup[] = [];
const opened = (): ThreadGroup => {
  const threads = new ThreadGroup();
  started.push(threads);
  return threads;
};

const marks = (): string => mkdtempSync(join(tmpdir(), "retort-marks-"));

afterEach(async () => {
  await Promise.all(started.splice(0).map((threads) => threads.close()));
  await threadsEnded();
  expect(openThreads()).toBe(0);
});

const kinds = ["throw", "nan", "infinity", "text", "never", "spin", "exit", "exhaust"];

describe.each(kinds)("a reward with the fault %s", (fault) => {
  const given = ["spin", "exit", "exhaust"].includes(fault) ? fewer : rollouts;

  test("once: the scores are those of the undisturbed run, and the failure is told", async () => {
    const result = await scored({ fault, marks: marks() }, fault === "never" || fault === "spin" ? { timeout: 400 } : {}, given);
    expect(result.map(({ rollout }) => rollout)).toEqual(given);
    expect(result.map(({ answers }) => answers.reward?.value)).toEqual(valuesOf(given));
    const failed = result.flatMap(({ failures }, index) => (failures === undefined ? [] : [index]));
    expect(faulty.filter((index) => index < given.length).every((index) => failed.includes(index))).toBe(true);
    expect(result.every(({ failures }) => (failures?.["reward"]?.outcome ?? "answered") === "answered")).toBe(true);
  });
});

// One that kills its thread, one that hangs in it, one that fails politely.
describe.each(["exit", "spin", "nan"])("a reward that always has the fault %s", (fault) => {
  test("drops these rollouts with their groups, and no others", async () => {
    const result = await scored({ fault }, { onFailure: "drop", retries: 1, timeout: fault === "spin" ? 400 : 3000 }, fewer);
    const outcomes = withinDropLimits(result, { step: 1, wholeGroups: true, mostDropped: 0.5 });
    expect(outcomes.map(({ rollout }) => rollout)).toEqual(fewer);
    const lost = outcomes.flatMap(({ failures }, index) => (failures?.["reward"]?.outcome === "dropped" ? [index] : []));
    expect(lost).toEqual(faulty.slice(0, 2));
    const groups = new Set(lost.map((index) => Math.floor(index / 8)));
    expect(outcomes.map(({ dropped }) => dropped)).toEqual(fewer.map(({ order }) => groups.has(order.prompt)));
    const answers = outcomes.map((outcome) => outcome.answers.reward?.value);
    expect(answers).toEqual(valuesOf(fewer).map((value, index) => (faulty.includes(index) ? undefined : value)));
  });
});

test("stop: the run ends with an error that names scorer, rollout and cause", async () => {
  await expect(scored({ fault: "nan" }, { retries: 1 })).rejects.toThrow(
    /scorer "reward" failed on .*: expected an answer for prompt 6 sample 2, asked 2 times, got an error: .*got NaN/u,
  );
});

test("default: the rollouts get the value that the experiment says", async () => {
  const result = await scored({ fault: "throw" }, { onFailure: "default", default: -1, retries: 0 });
  const answers = result.map(({ answers: { reward } }) => reward?.value);
  expect(answers).toEqual(valuesOf(rollouts).map((value, index) => (faulty.includes(index) ? -1 : value)));
});

test("several threads give the same scores, also when one of them ends", async () => {
  const result = await scored({ fault: "exit", marks: marks() }, { workers: 3 });
  expect(result.map(({ answers }) => answers.reward?.value)).toEqual(valuesOf(rollouts));
});

test("Ctrl-C while a thread hangs ends the stream at once", async () => {
  const threads = opened();
  const stop = new AbortController();
  const hanging = recipe({ rewards: [{ module: "rewards/faulty.ts", fault: "spin" }], scoring: scoring({}) });
  const reward = await openRewards(threads, hanging, stop.signal);
  const seen: number[] = [];
  const routed = route(chunksOf(rollouts, 4), { reward }, { inFlight: 3 }).pipe(toArray());
  await new Promise<void>((resolve) => {
    const subscription = routed.subscribe({ next: ({ length }) => seen.push(length) });
    setTimeout(() => {
      subscription.unsubscribe();
      resolve();
    }, 500);
  });
  expect(seen).toEqual([]);
});
