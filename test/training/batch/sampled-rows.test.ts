/** A step's sequences as settings shape them: groups whose prompt is read once, shaping, stop strings. */
import { expect, test } from "vitest";
import { shapedAdvantages } from "../../../src/objectives/advantages/shaped.ts";
import { leaveOneOut } from "../../../src/objectives/baselines/leave-one-out.ts";
import { remembering } from "../../../src/rollouts/batches/replay.ts";
import type { GroupAssignment } from "../../../src/rollouts/batches/group-assignment.ts";
import type { StepRows } from "../../../src/training/batch/assign-advantages.ts";
import { inOneThread } from "../../fixtures/one-thread.ts";
import { recipe, smallTask } from "../../fixtures/recipes.ts";
import { stepRows, type RowsRequest } from "../../fixtures/step-rows.ts";

const task = smallTask();
const [a, b, c, d] = task.train as [Prompt, Prompt, Prompt, Prompt];
type Prompt = (typeof task.train)[number];

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

const values = recipe({ rollouts: { group: 2, temperature: 1, behavior: { type: "student" }, maxNewTokens: 8, chunk: 4 } });

const rowsOf = async (changes: Partial<RowsRequest> = {}): Promise<StepRows> =>
  stepRows(await inOneThread(values, task), task, { ...request, ...changes }, new AbortController().signal);

test("chunks of whole groups, which read each prompt once, change nothing", async () => {
  const together = (await rowsOf({ chunk: 4 })).rows;
  const apart = (await rowsOf({ chunk: 3 })).rows;
  const tokens = (rows: StepRows["rows"]) => rows.map(({ rollout, advantage }) => [...rollout.tokens, rollout.order, advantage]);
  expect(tokens(together)).toEqual(tokens(apart));
  expect(new Set(together.map(({ rollout }) => rollout.text)).size).toBeGreaterThan(3);
  // Another row of a batch may round the last bit otherwise.
  together.forEach(({ rollout }, i) =>
    rollout.behaviorLogProbs.forEach((logProb, t) => expect(logProb).toBeCloseTo(apart[i]!.rollout.behaviorLogProbs[t]!, 5)),
  );
});

test("what shapes the student's tokens shapes them in training, and in no one else's", async () => {
  const first = await rowsOf({ topK: 1, minNewTokens: 3 });
  const [one, other] = [first.rows[0]!.rollout, first.rows[1]!.rollout];
  expect(Array.from(one.tokens)).toEqual(Array.from(other.tokens));
  expect(one.tokens.length).toBeGreaterThan(3);
  expect(Math.max(...one.behaviorLogProbs.map(Math.abs))).toBeLessThan(1e-6);
  expect(Math.max(...one.rawLogProbs!)).toBeLessThan(-1e-3);
  expect(first.rows[2]!.rollout.tokens).toEqual((await rowsOf()).rows[2]!.rollout.tokens);
});

test("a stop string cuts a completion after the token that completes it; its text is without it, when it is replayed too", async () => {
  const assignments: GroupAssignment[] = [
    { source: "student", prompt: a },
    { source: "student", prompt: d },
  ];
  const long = { assignments, minNewTokens: 8 };
  const whole = (await rowsOf(long)).rows[1]!.rollout;
  const stop = whole.text.slice(2, 4);
  const { rows } = await rowsOf({ ...long, stop: [stop] });
  const cut = rows[1]!.rollout;
  const length = whole.text.indexOf(stop) + stop.length;
  expect(cut).toMatchObject({ finish: "stop", text: whole.text.slice(0, whole.text.indexOf(stop)) });
  expect(cut.tokens).toEqual(whole.tokens.slice(0, length));
  expect([cut.behaviorLogProbs, cut.rawLogProbs].map((values) => values!.length)).toEqual([length, length]);
  const drawn = rows.map(({ rollout }) => rollout);
  const buffer = remembering([], assignments, drawn, 2);
  const again = await rowsOf({ assignments: [{ source: "replay", prompt: a, group: buffer[0]! }], step: 9, stop: [stop] });
  const { rawLogProbs: _raw, ...known } = cut;
  expect(again.rows[1]!.rollout).toEqual(known);
});
