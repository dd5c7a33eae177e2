/** A teacher that remembers: references are asked for once, all else each time, and new weights make it forget. */
import { beforeEach, expect, test } from "vitest";
import type { Rollout } from "../../../src/rollouts/rollout.ts";
import { remembering } from "../../../src/teachers/scores/memory.ts";
import type { Teacher, TeacherScore } from "../../../src/teachers/teacher.ts";
import { rolloutGrid } from "../../fixtures/rollouts.ts";

const { signal } = new AbortController();
const drawn = rolloutGrid(4, 1).map((rollout, i): Rollout => ({ ...rollout, promptTokens: Int32Array.of(i), source: "student" }));
const data = drawn.map((rollout): Rollout => ({ ...rollout, source: "data" }));

let asked: Rollout[] = [];
beforeEach(() => {
  asked = [];
});

const scoreOf = ({ promptTokens }: Rollout): TeacherScore => ({
  logProbs: Float32Array.of(-promptTokens[0]!, -1),
  ids: Int32Array.of(promptTokens[0]!, 7),
  aligned: Float32Array.of(1, 0),
});

/** Counts, and has no score of the last sequence. */
const counting: Teacher & { load(): void } = {
  vocabularySize: 8,
  score: (given) => {
    asked.push(...given);
    return Promise.resolve(given.map((rollout) => (rollout.promptTokens[0] === 3 ? new Error("none of this one") : scoreOf(rollout))));
  },
  load: () => undefined,
};

test("references are asked for once, and in any order and company they have their scores", async () => {
  const teacher = remembering(counting);
  expect(await teacher.score([data[1]!, data[0]!], signal)).toEqual([scoreOf(data[1]!), scoreOf(data[0]!)]);
  expect(await teacher.score([data[2]!, data[1]!, drawn[0]!, data[0]!], signal)).toEqual([2, 1, 0, 0].map((i) => scoreOf(data[i]!)));
  expect(asked).toEqual([data[1], data[0], data[2], drawn[0]]);
  await teacher.score([data[0]!, data[1]!, data[2]!], signal);
  expect(asked).toHaveLength(4);
});

test("what others draw is asked for each time, and so is what had an error", async () => {
  const teacher = remembering(counting);
  for (let k = 0; k < 2; k += 1) {
    const [, error] = await teacher.score([drawn[1]!, data[3]!], signal);
    expect(error).toMatchObject({ message: "none of this one" });
  }
  expect(asked).toEqual([drawn[1], data[3], drawn[1], data[3]]);
});

test("who gets a score may do with it as he likes", async () => {
  const teacher = remembering(counting);
  for (let k = 0; k < 3; k += 1) {
    const [score] = (await teacher.score([data[1]!], signal)) as TeacherScore[];
    expect(score).toEqual(scoreOf(data[1]!));
    for (const array of [score!.logProbs, score!.ids!, score!.aligned!]) array.fill(9);
  }
  expect(asked).toHaveLength(1);
});

test("new weights make it forget, and it remembers no more than fits", async () => {
  const teacher = remembering(counting, 30);
  await teacher.score([data[0]!, data[1]!], signal);
  await teacher.score([data[0]!, data[1]!], signal);
  expect(asked).toEqual([data[0], data[1], data[1]]);
  teacher.load();
  await teacher.score([data[1]!], signal);
  await teacher.score([data[1]!, data[0]!], signal);
  expect(asked.slice(3)).toEqual([data[1], data[0]]);
});
