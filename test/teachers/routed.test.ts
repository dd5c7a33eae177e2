/** Tests of teachers that prompts name. */
import { describe, expect, test } from "vitest";
import type { Rollout } from "../../src/rollouts/batches/rollout.ts";
import { routedTeacher, routeOf } from "../../src/teachers/routed.ts";
import type { Teacher } from "../../src/teachers/teacher.ts";
import { rolloutGrid } from "../fixtures/rollouts.ts";

const { signal } = new AbortController();
const subjects = ["sums", "code"];
const rollouts: Rollout[] = rolloutGrid(4, 2).map((rollout, i) => ({
  ...rollout,
  prompt: { ...rollout.prompt, fields: { subject: subjects[i % 3 === 0 ? 0 : 1]! } },
}));

/** A teacher that says who it is and what it was asked. */
const saying = (number: number, asked: Rollout[] = [], vocabularySize = 2): Teacher => ({
  vocabularySize,
  score: (some) => {
    asked.push(...some);
    return Promise.resolve(
      some.map(({ order }) => (number === 9 ? new Error("gone") : { logProbs: Float32Array.of(number, order.prompt, order.sample) })),
    );
  },
});

const numberOf = ({ prompt }: Rollout): number => (prompt.fields!["subject"] === "sums" ? 1 : 2);

test("each rollout is scored by the teacher that its prompt names, at its index", async () => {
  const asked: Rollout[] = [];
  const teacher = routedTeacher(
    "subject",
    new Map([
      ["code", saying(2)],
      ["sums", saying(1, asked)],
    ]),
  );
  expect(await teacher.score(rollouts, signal)).toEqual(
    rollouts.map((rollout) => ({ logProbs: Float32Array.of(numberOf(rollout), rollout.order.prompt, rollout.order.sample) })),
  );
  expect(asked).toEqual(rollouts.filter((rollout) => numberOf(rollout) === 1));
});

test("what one teacher cannot score has its error, and the others keep their scores", async () => {
  const answers = await routedTeacher(
    "subject",
    new Map([
      ["code", saying(9)],
      ["sums", saying(1)],
    ]),
  ).score(rollouts, signal);
  expect(answers.map((answer) => answer instanceof Error)).toEqual(rollouts.map((rollout) => numberOf(rollout) === 2));
});

test("a teacher that no rollout names is not asked", async () => {
  const idle: Teacher = { vocabularySize: 2, score: () => Promise.reject(new Error("asked")) };
  const own = rollouts.filter((rollout) => numberOf(rollout) === 1);
  expect(
    await routedTeacher(
      "subject",
      new Map([
        ["code", idle],
        ["sums", saying(1)],
      ]),
    ).score(own, signal),
  ).toHaveLength(own.length);
});

describe("refuses", () => {
  test("a prompt that names no teacher, with what it names", async () => {
    const { prompt } = rollouts[0]!;
    expect(() => routeOf(prompt, "subject", ["code"])).toThrow(
      'teacher: expected the field "subject" of "0+0=" to be one of code, got "sums"',
    );
    expect(() => routeOf(prompt, "topic", ["code"])).toThrow(
      'teacher: expected the field "topic" of "0+0=" to be one of code, got no field "topic"',
    );
    expect(() => routeOf({ ...prompt, fields: { subject: "toString" } }, "subject", ["code"])).toThrow('got "toString"');
    await expect(routedTeacher("subject", new Map([["code", saying(2)]])).score(rollouts, signal)).rejects.toThrow(RangeError);
  });

  test("no routes, and unlike vocabularies", () => {
    expect(() => routedTeacher("subject", new Map())).toThrow("teacher: expected at least one route, got none");
    expect(() =>
      routedTeacher(
        "subject",
        new Map([
          ["a", saying(1)],
          ["b", saying(2, [], 3)],
        ]),
      ),
    ).toThrow("teacher: expected one vocabulary of all routes, got 2 and 3 tokens");
  });
});
