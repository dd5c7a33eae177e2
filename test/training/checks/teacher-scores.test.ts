/** Tests of the check of the teacher's scores. */
import { describe, expect, test } from "vitest";
import { teacherScores } from "../../../src/training/checks/teacher-scores.ts";
import type { TeacherScore } from "../../../src/teachers/teacher.ts";
import { batchShape } from "../../fixtures/batches.ts";
import { healthyFacts } from "../../fixtures/facts.ts";

const check = teacherScores(1e-3);
const V = batchShape.vocabularySize;

/** What is found when row 1's scores are changed. */
const found = (change: (scores: TeacherScore, tokens: number) => TeacherScore) => {
  const facts = healthyFacts();
  const rows = facts.rows.map((row, index) =>
    index === 1 ? { ...row, answers: { teacher: change(row.answers.teacher!, row.rollout.tokens.length) } } : row,
  );
  return check.inspect({ ...facts, rows });
};

const positions = healthyFacts().rows.reduce((sum, { rollout }) => sum + rollout.tokens.length, 0);

test("distributions pass, and so do rows without a teacher", () => {
  expect(check.inspect(healthyFacts())).toBeUndefined();
  const facts = healthyFacts();
  expect(check.inspect({ ...facts, rows: facts.rows.map((row) => ({ ...row, answers: {} })) })).toBeUndefined();
});

describe("found is", () => {
  const at = (position: number, value: number) => (scores: TeacherScore) => {
    const logProbs = scores.logProbs.slice();
    logProbs[position] = value;
    return { ...scores, logProbs };
  };

  test.each([
    ["a log-prob that is no number", at(V + 3, Number.NaN)],
    ["a log-prob above zero", at(V + 3, 0.01)],
    ["infinity", at(V + 3, Number.POSITIVE_INFINITY)],
    ["a position that sums to less than 1", at(V + 3, -200)],
  ])("%s", (_, change) => {
    expect(found(change)).toEqual({ count: 1, seen: `the teacher's scores are no distribution at 1 of ${positions} positions` });
  });

  test("every position of logits that were never normalised", () => {
    expect(found((scores, tokens) => ({ ...scores, logProbs: new Float32Array(tokens * V).fill(-1) }))?.count).toBeGreaterThan(2);
  });
});

describe("top-k scores", () => {
  const topK = (logProb: number) => (_: TeacherScore, tokens: number) => ({
    logProbs: new Float32Array(tokens * 2).fill(logProb),
    ids: new Int32Array(tokens * 2),
  });

  test("may sum to less than 1", () => {
    expect(found(topK(Math.log(0.3)))).toBeUndefined();
  });

  test("may not sum to more", () => {
    expect(found(topK(Math.log(0.6)))).toBeDefined();
  });
});

test("a teacher with another vocabulary is checked where tokens begin together", () => {
  const foreign = (aligned: number) => (_: TeacherScore, tokens: number) => ({
    logProbs: new Float32Array(tokens * 3),
    aligned: new Float32Array(tokens).fill(aligned),
  });
  expect(found(foreign(0))).toBeUndefined();
  expect(found(foreign(1))).toBeDefined();
});

test("of a large vocabulary a sample is checked, from the first position of the step to its last", () => {
  const facts = healthyFacts();
  const wide = 40_000;
  const tokens = 10;
  const scores = (bad: number): Float32Array =>
    new Float32Array(tokens * wide).fill(-Math.log(wide)).fill(0, bad * wide, bad * wide + (bad < 0 ? 0 : 1));
  const rowsWith = (bad: number) =>
    facts.rows.slice(0, 2).map((row, index) => ({
      ...row,
      rollout: { ...row.rollout, tokens: new Int32Array(tokens) },
      answers: { teacher: { logProbs: scores(index === 1 ? bad : 0) } },
    }));
  // Position 0 of the first row is broken: it is always checked. Of 20 positions every 13th is checked: 0 and 13.
  expect(check.inspect({ ...facts, rows: rowsWith(3) })?.seen).toBe("the teacher's scores are no distribution at 2 of 2 positions");
  expect(check.inspect({ ...facts, rows: rowsWith(4) })?.seen).toBe("the teacher's scores are no distribution at 1 of 2 positions");
});
