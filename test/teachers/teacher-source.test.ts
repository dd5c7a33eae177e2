/** Tests of teachers as plain data. */
import { expect, test } from "vitest";
import { decayOf, otherThanDrawing, policySources, singleSources, sourceIdentity } from "../../src/teachers/teacher-source.ts";
import { bigram, model } from "../fixtures/recipes.ts";
import { serverAt } from "../fixtures/served-task.ts";

const here = { ...model(bigram(), 2), temperature: 1 };
const served = { server: serverAt("http://127.0.0.1:1"), temperature: 0.5 };
const mixture = {
  mixture: [
    { teacher: served, weight: 2 },
    { teacher: here, weight: 1 },
  ],
};

test("a mixture is made of single teachers, some of them policies here", () => {
  expect(singleSources(here)).toEqual([here]);
  expect(singleSources(mixture)).toEqual([served, here]);
  expect(policySources(mixture)).toEqual([here]);
  expect(policySources(served)).toEqual([]);
});

const routed = { by: "subject", routes: { sums: here, code: mixture } };

test("routes are made of the teachers of each", () => {
  expect(singleSources(routed)).toEqual([here, served, here]);
});

test("a policy here alone could draw", () => {
  const context = { template: "{prompt}", promptTokens: 6 };
  expect([here, { ...here, decay: 0.5 }, { ...here, context }, served, mixture, routed].map(otherThanDrawing)).toEqual([
    undefined,
    "an average of the student",
    "one with a context of its own",
    "one on a server",
    "a mixture",
    "several of which each prompt names one",
  ]);
});

test("one average of the student is kept, whoever has it", () => {
  const following = (decay: number) => ({ teacher: { ...here, decay }, weight: 1 });
  expect([here, served, mixture, following(0.5).teacher, { mixture: [following(0.9), following(0.9)] }].map(decayOf)).toEqual([
    undefined,
    undefined,
    undefined,
    0.5,
    0.9,
  ]);
  expect(() => decayOf({ mixture: [following(0.9), following(0.5)] })).toThrow(
    "teacher: expected one decay of all averages of the student, got 0.9 and 0.5",
  );
});

test("weights and how a server is asked are no part of the identity; all else is", () => {
  expect(sourceIdentity({ ...here, weights: {} })).toEqual(sourceIdentity(here));
  expect(sourceIdentity({ ...served, server: { ...served.server, timeout: 1 } })).toEqual(sourceIdentity(served));
  const identities = [
    { ...here, context: { template: "{prompt}", promptTokens: 6 } },
    routed,
    { ...routed, by: "topic" },
    { ...here, decay: 0.5 },
    { ...here, decay: 0.9 },
    here,
    { ...here, temperature: 2 },
    served,
    mixture,
    { mixture: [...mixture.mixture].toReversed() },
    { mixture: [{ teacher: here, weight: 1 }] },
  ];
  expect(new Set(identities.map((source) => JSON.stringify(sourceIdentity(source)))).size).toBe(identities.length);
});
