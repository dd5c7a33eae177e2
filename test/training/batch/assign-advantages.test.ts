/** A step's sequences: every scorer that must score does, references get no reward, and coordinates decide the order. */
import { describe, expect, test } from "vitest";
import { shapedAdvantages } from "../../../src/objectives/advantages/shaped.ts";
import { leaveOneOut } from "../../../src/objectives/baselines/leave-one-out.ts";
import { movingAverage } from "../../../src/objectives/baselines/moving-average.ts";
import { remembering } from "../../../src/rollouts/batches/replay.ts";
import type { GroupAssignment } from "../../../src/rollouts/batches/group-assignment.ts";
import { source } from "../../../src/rollouts/batches/assign-groups.ts";
import type { TeacherScore } from "../../../src/teachers/teacher.ts";
import type { StepRows } from "../../../src/training/batch/assign-advantages.ts";
import { inOneThread } from "../../fixtures/one-thread.ts";
import { recipe, smallTask } from "../../fixtures/recipes.ts";
import { stepRows, type RowsRequest } from "../../fixtures/step-rows.ts";

const task = smallTask();
const { tokenizer } = task;
const [a, b, c, d] = task.train as [Prompt, Prompt, Prompt, Prompt];
type Prompt = (typeof task.train)[number];
const averaging = shapedAdvantages({ baseline: movingAverage(0.5) });
const never = new AbortController().signal;

/** Student, references, student. */
const mixed: readonly GroupAssignment[] = [
  { source: "student", prompt: a },
  { source: "data", prompts: [b, c] },
  { source: "student", prompt: d },
];

const request: RowsRequest = {
  seed: 1,
  step: 4,
  assignments: mixed,
  group: 2,
  chunk: 3,
  temperature: 1,
  behavior: { type: "student" },
  maxNewTokens: 8,
  inFlight: 2,
  advantages: shapedAdvantages({ baseline: leaveOneOut }),
  advantagesState: null,
  mostDropped: 0.5,
};

const slow = (direction: number, more: Record<string, unknown> = {}) =>
  recipe({
    rewards: [{ module: "rewards/slow.ts", direction, ...more }],
    rollouts: { group: 2, temperature: 1, behavior: { type: "student" }, maxNewTokens: 8, chunk: 3 },
  });

const rowsOf = async (values = slow(0), changes: Partial<RowsRequest> = {}, signal = never): Promise<StepRows> =>
  stepRows(await inOneThread(values, task), task, { ...request, ...changes }, signal);

const coordinates = ({ rows }: StepRows): string[] =>
  rows.map(({ rollout: { order, source: from } }) => `${order.prompt}.${order.sample} ${from}`);

describe("a mixed step", () => {
  test("has its rows in order of prompt and sample, with the student's at weights that are one step old", async () => {
    const step = await rowsOf();
    expect(coordinates(step)).toEqual(["0.0 student", "0.1 student", "1.0 data", "1.1 data", "2.0 student", "2.1 student"]);
    expect(step.rows.map(({ rollout }) => rollout.prompt)).toEqual([a, a, b, c, d, d]);
    expect(step.rows.every(({ rollout }) => rollout.version === 3)).toBe(true);
  });

  test("gives references the task's answer with its end, no reward, and advantage 0", async () => {
    const { rows, logged } = await rowsOf();
    for (const index of [2, 3]) {
      const { rollout, advantage } = rows[index]!;
      expect(Array.from(rollout.tokens)).toEqual([...tokenizer.encode(rollout.prompt.reference), tokenizer.endId]);
      expect(rollout).toMatchObject({ text: rollout.prompt.reference, finish: "stop" });
      expect(advantage).toBe(0);
      expect(logged[index]).not.toHaveProperty("reward");
      expect(logged[index]).not.toHaveProperty("advantage");
    }
  });

  test("gives the student's the reward minus the rest of the group's, and logs it", async () => {
    const { rows, logged } = await rowsOf();
    const digits = (text: string): number => text.replaceAll(/\D/gu, "").length;
    for (const first of [0, 4]) {
      const rewards = [0, 1].map((sample) => digits(rows[first + sample]!.rollout.text));
      for (const sample of [0, 1]) {
        const expected = rewards[sample]! - rewards[1 - sample]!;
        expect(rows[first + sample]!.advantage).toBe(expected);
        expect(logged[first + sample]).toMatchObject({ reward: rewards[sample], parts: { slow: rewards[sample] }, advantage: expected });
      }
    }
    expect(rows.some(({ advantage }) => advantage !== 0)).toBe(true);
  });

  test("gives every row the teacher's [L, V] scores of its own tokens", async () => {
    const values = slow(0);
    const threads = await inOneThread(values, task);
    const { rows } = await stepRows(threads, task, request, never);
    for (const { rollout, answers } of rows) {
      const [alone] = await threads.scorers.teacher!.score([rollout], never);
      expect(answers.teacher!.logProbs).toHaveLength(rollout.tokens.length * tokenizer.vocabularySize);
      answers.teacher!.logProbs.forEach((value, i) => expect(value).toBeCloseTo((alone as TeacherScore).logProbs[i]!, 5));
    }
  });
});

describe("a teacher that writes", () => {
  const written = (changes: Partial<RowsRequest> = {}): Promise<StepRows> =>
    rowsOf(slow(0), {
      assignments: [
        { source: "student", prompt: a },
        { source: "teacher", prompts: [b, c] },
      ],
      ...changes,
    });

  test("draws its completions at its own temperature, and gets no reward and no advantage for them", async () => {
    const drawn = await written();
    const { rows, logged } = drawn;
    expect(coordinates(drawn)).toEqual(["0.0 student", "0.1 student", "1.0 teacher", "1.1 teacher"]);
    for (const { rollout, answers, reward, advantage } of rows.slice(2)) {
      expect({ reward, advantage }).toEqual({ reward: 0, advantage: 0 });
      const { vocabularySize } = tokenizer;
      rollout.tokens.forEach((token, t) => {
        expect(rollout.behaviorLogProbs[t]).toBeCloseTo(answers.teacher!.logProbs[t * vocabularySize + token]!, 5);
      });
      expect(rollout.text).toBe(tokenizer.decode(rollout.tokens));
    }
    expect(logged.map(({ source: from }) => from)).toEqual(["student", "student", "teacher", "teacher"]);
    expect(logged[2]).not.toHaveProperty("reward");
  });

  test("writes the same for a prompt in every step and at every index, and something else with another seed", async () => {
    const tokens = async (changes: Partial<RowsRequest>, index: number): Promise<number[]> =>
      Array.from((await written(changes)).rows[index]!.rollout.tokens);
    const first = await tokens({}, 2);
    const others = [
      await tokens({ step: 9 }, 2),
      await tokens({ assignments: [{ source: "teacher", prompts: [d, b] }] }, 1),
      await tokens({ chunk: 1 }, 2),
    ];
    expect(others).toEqual([first, first, first]);
    const seeds = await Promise.all([2, 3, 4].map((seed) => tokens({ seed }, 2)));
    expect(new Set(seeds.map((row) => row.join())).size).toBeGreaterThan(1);
  });
});

describe("replayed completions", () => {
  const remembered = async (): Promise<{ drawn: StepRows; again: StepRows }> => {
    const drawn = await rowsOf();
    const buffer = remembering(
      [],
      mixed,
      drawn.rows.map(({ rollout }) => rollout),
      2,
    );
    const assignments: GroupAssignment[] = [
      { source: "student", prompt: b },
      { source: "replay", prompt: d, group: buffer[1]! },
    ];
    return { drawn, again: await rowsOf(slow(0), { assignments, step: 9, chunk: 2 }) };
  };

  test("are what was drawn, with other coordinates, and are scored anew", async () => {
    const { drawn, again } = await remembered();
    for (const sample of [0, 1]) {
      const [before, now] = [drawn.rows[4 + sample]!, again.rows[2 + sample]!];
      const { rawLogProbs, ...known } = before.rollout;
      expect(rawLogProbs).toHaveLength(known.tokens.length);
      expect(now.rollout).toEqual({ ...known, order: { prompt: 1, sample } });
      expect(now.rollout.version).toBe(3);
      expect(now).toMatchObject({ reward: before.reward, advantage: before.advantage });
      expect(now.answers.teacher!.logProbs).toHaveLength(before.answers.teacher!.logProbs.length);
      now.answers.teacher!.logProbs.forEach((value, i) => expect(value).toBeCloseTo(before.answers.teacher!.logProbs[i]!, 5));
    }
  });

  test("are logged with the version that drew them", async () => {
    const { again } = await remembered();
    expect(again.logged.map(({ source: from, version }) => [from, version])).toEqual([
      ["student", 8],
      ["student", 8],
      ["student", 3],
      ["student", 3],
    ]);
  });
});

describe("a behavior", () => {
  const drawn = (behavior: RowsRequest["behavior"]): Promise<StepRows> =>
    rowsOf({ ...slow(0), rollouts: { ...slow(0).rollouts, behavior } }, { behavior });

  test("is that of the student's rows, and the log says so", async () => {
    const own = await drawn({ type: "student" });
    const mixed = await drawn({ type: "teacher-mixed", share: 0.9 });
    expect(mixed.rows[0]!.rollout.behaviorLogProbs[0]).not.toBe(own.rows[0]!.rollout.behaviorLogProbs[0]);
    expect(mixed.logged.map(({ source: from, behavior }) => [from, behavior])).toEqual(
      mixed.rows.map(({ rollout }) => [rollout.source, rollout.source === "student" ? "teacher-mixed" : undefined]),
    );
    expect(mixed.rows.map(({ rollout }) => rollout.source)).toEqual(own.rows.map(({ rollout }) => rollout.source));
    expect(mixed.rows[0]!.rollout.source).toBe("student");
    expect(own.logged[0]).not.toHaveProperty("behavior");
  });

  test("that is the student's own distribution gives the student's own step, bit for bit", async () => {
    const { rows } = await drawn({ type: "student" });
    expect((await drawn({ type: "speculative", topK: tokenizer.vocabularySize })).rows).toEqual(rows);
    expect((await drawn({ type: "teacher-mixed", share: 0 })).rows).toEqual(rows);
  });
});

test("who finishes first changes nothing", async () => {
  const [first, last] = [await rowsOf(slow(1)), await rowsOf(slow(-1))];
  expect(last.rows).toEqual(first.rows);
  expect(last.logged).toEqual(first.logged);
  const state = { value: 0.5, count: 3 };
  const averaged = [1, -1].map((direction) => rowsOf(slow(direction), { advantages: averaging, advantagesState: state }));
  const [one, other] = await Promise.all(averaged);
  expect(one!.advantagesState).toEqual(other!.advantagesState);
  expect(one!.advantagesState).toMatchObject({ count: 4 });
});

test("how the work is cut changes nothing", async () => {
  const whole = await rowsOf();
  const cut = await rowsOf(slow(0), { chunk: 1, inFlight: 1 });
  expect(cut.logged).toEqual(whole.logged);
});

test("a step of references alone leaves the baseline's state as it was", async () => {
  const advantagesState = { value: 0.5, count: 3 };
  const assignments: GroupAssignment[] = [{ source: "data", prompts: [a, b] }];
  const { rows, advantagesState: after } = await rowsOf(slow(0), { assignments, advantages: averaging, advantagesState });
  expect(after).toEqual(advantagesState);
  expect(rows.map(({ advantage }) => advantage)).toEqual([0, 0]);
});

test("a reference that is longer than a completion may be is cut", async () => {
  const { rows } = await rowsOf(slow(0), { assignments: [{ source: "data", prompts: [a, b] }], maxNewTokens: 3 });
  expect(rows[0]!.rollout).toMatchObject({ finish: "length", text: a.reference.slice(0, 3) });
  expect(Array.from(rows[0]!.rollout.tokens)).toEqual(tokenizer.encode(a.reference.slice(0, 3)));
});

test("without a teacher and rewards nothing is scored", async () => {
  const { teacher: _teacher, ...values } = recipe({ objective: { type: "sft", average: "sequence" } });
  const assignments = source({ seed: 1, prompts: task.train, batch: 4, group: 2, offPolicy: "references", mixing: "step" })(1, 0);
  const { rows, logged } = await rowsOf(values, { assignments, advantages: undefined, advantagesState: undefined });
  expect(rows[0]).toMatchObject({ answers: {}, reward: 0, advantage: 0 });
  expect(logged).toHaveLength(4);
});

test("a failing reward ends the step with an error that names it", async () => {
  await expect(rowsOf(slow(0, { at: 3, what: "nan" }))).rejects.toThrow(
    /scorer "reward" failed on .*: reward slow: expected a finite number for prompt \d+ "\d\+\d=", sample \d, got NaN/u,
  );
});

test("an abort ends the step at once with its reason", async () => {
  const controller = new AbortController();
  const step = rowsOf(slow(-1), {}, controller.signal);
  setTimeout(() => controller.abort(new Error("enough")), 5);
  await expect(step).rejects.toThrow("enough");
  await expect(rowsOf(slow(0), {}, AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
});
