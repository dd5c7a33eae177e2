/** The mixture of teachers against sums of probabilities, position by position. */
import { describe, expect, test } from "vitest";
import { normal, stream } from "../../src/random/stream.ts";
import { memberDetail, mixtureTeacher, type MixtureMember } from "../../src/teachers/mixture.ts";
import type { Teacher, TeacherScore } from "../../src/teachers/teacher.ts";
import { rolloutGrid } from "../fixtures/rollouts.ts";

const V = 6;
const rollouts = rolloutGrid(2, 2);
const { signal } = new AbortController();

/** Log-probs [L, V] of one seed's teacher for a rollout. */
const logProbsOf = (seed: number, rollout: number): Float32Array => {
  const uniforms = stream(seed, "test", rollout);
  return Float32Array.from(
    Array.from(rollouts[rollout]!.tokens).flatMap(() => {
      const logits = Array.from({ length: V }, () => 3 * normal(uniforms));
      const total = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
      return logits.map((x) => x - total);
    }),
  );
};

const tokenLogProbs = (all: Float32Array, tokens: Int32Array): Float32Array =>
  Float32Array.from(tokens, (token, t) => all[t * V + (token % V)]!);

/** A teacher of known log-probs, in the detail that a mixture asks for. */
const known = (seed: number, detail: "all" | "tokens" = "all"): Teacher<TeacherScore> => ({
  vocabularySize: V,
  score: (asked) =>
    Promise.resolve(
      asked.map((rollout) => {
        const all = logProbsOf(seed, rollouts.indexOf(rollout));
        return { logProbs: detail === "all" ? all : tokenLogProbs(all, rollout.tokens) };
      }),
    ),
});

const weights = [1, 2.5, 0.5];
const members = (detail: "all" | "tokens" = "all"): MixtureMember[] =>
  weights.map((weight, i) => ({ weight, teacher: known(i + 1, detail) }));

/** [L, V] probabilities of the mixture, in float64. */
const expected = (rollout: number): number[] => {
  const each = weights.map((_, i) => logProbsOf(i + 1, rollout));
  return Array.from(each[0]!, (_, k) => each.reduce((sum, logProbs, i) => sum + (weights[i]! / 4) * Math.exp(logProbs[k]!), 0));
};

const scores = async (teacher: Teacher): Promise<TeacherScore[]> => {
  const answers = await teacher.score(rollouts, signal);
  return answers.map((answer) => {
    if (answer instanceof Error) throw answer;
    return answer;
  });
};

test("all log-probs are those of the weighted mean of probabilities", async () => {
  for (const [i, { logProbs, ids }] of (await scores(mixtureTeacher(members(), "all"))).entries()) {
    expect(ids).toBeUndefined();
    expect(logProbs).toEqual(Float32Array.from(expected(i), Math.log));
  }
});

test("the likeliest K are those of the mixture, which may be the likeliest of no teacher", async () => {
  for (const [i, { logProbs, ids }] of (await scores(mixtureTeacher(members(), { topK: 2 }))).entries()) {
    const all = expected(i);
    for (let t = 0; t < rollouts[i]!.tokens.length; t += 1) {
      const row = all.slice(t * V, (t + 1) * V);
      const order = [...row.keys()].toSorted((a, b) => row[b]! - row[a]!).slice(0, 2);
      expect([...ids!.subarray(t * 2, t * 2 + 2)]).toEqual(order);
      expect(logProbs.subarray(t * 2, t * 2 + 2)).toEqual(Float32Array.from(order, (id) => Math.log(row[id]!)));
    }
  }
  const first = (sure: number): Teacher => ({
    vocabularySize: 3,
    score: (asked) =>
      Promise.resolve(
        asked.map(() => ({ logProbs: Float32Array.from([0, 1, 2], (id) => Math.log(id === sure ? 0.51 : id === 2 ? 0.48 : 0.01)) })),
      ),
  });
  const pair = mixtureTeacher(
    [0, 1].map((sure) => ({ weight: 1, teacher: first(sure) })),
    { topK: 1 },
  );
  expect((await scores(pair)).map(({ ids }) => ids)).toEqual(rollouts.map(() => Int32Array.of(2)));
});

test("where probabilities are the same, lower ids come first", async () => {
  const even: Teacher = {
    vocabularySize: 4,
    score: (asked) => Promise.resolve(asked.map(() => ({ logProbs: new Float32Array(4).fill(Math.log(0.25)) }))),
  };
  const [score] = await scores(mixtureTeacher([{ teacher: even, weight: 3 }], { topK: 3 }));
  expect(score!.ids).toEqual(Int32Array.of(0, 1, 2));
});

test("the rollout's own tokens need no other log-probs", async () => {
  for (const [i, { logProbs }] of (await scores(mixtureTeacher(members("tokens"), "tokens"))).entries()) {
    expect(logProbs).toEqual(tokenLogProbs(Float32Array.from(expected(i), Math.log), rollouts[i]!.tokens));
  }
});

test("one teacher alone is itself to the last bit, whatever it weighs", async () => {
  for (const [i, { logProbs }] of (await scores(mixtureTeacher([{ teacher: known(1), weight: 7 }], "all"))).entries()) {
    expect(logProbs).toEqual(logProbsOf(1, i));
  }
});

test("what no teacher thinks possible stays impossible, and what one does is finite", async () => {
  const sure = (...logProbs: number[]): Teacher => ({
    vocabularySize: 2,
    score: (asked) => Promise.resolve(asked.map(() => ({ logProbs: Float32Array.from(logProbs) }))),
  });
  const [score] = await scores(
    mixtureTeacher(
      [0, 0].map(() => ({ teacher: sure(0, -Infinity), weight: 1 })),
      "all",
    ),
  );
  expect(score!.logProbs).toEqual(Float32Array.of(0, -Infinity));
  const [half] = await scores(
    mixtureTeacher(
      [
        { teacher: sure(0, -9999), weight: 1 },
        { teacher: sure(-9999, 0), weight: 1 },
      ],
      "all",
    ),
  );
  expect(half!.logProbs).toEqual(Float32Array.of(Math.log(0.5), Math.log(0.5)));
});

test("it was read where all stored ones were", async () => {
  const storing = (stored: boolean): Teacher<TeacherScore> => ({
    vocabularySize: V,
    score: async (asked) => (await known(1).score(asked, signal)).map((score) => ({ ...score, stored })),
  });
  const told = async (...teachers: Teacher[]) => {
    const [score] = await mixtureTeacher(
      teachers.map((teacher) => ({ teacher, weight: 1 })),
      "all",
    ).score(rollouts, signal);
    return (score as TeacherScore).stored;
  };
  expect(await told(storing(true), storing(true), known(2))).toBe(true);
  expect(await told(storing(true), storing(false))).toBe(false);
  expect(await told(known(1), known(2))).toBeUndefined();
});

test("a rollout that one teacher cannot score has no score", async () => {
  const failing: Teacher = {
    vocabularySize: V,
    score: (asked) => Promise.resolve(asked.map((_, i) => (i === 1 ? new Error("gone") : { logProbs: logProbsOf(1, i) }))),
  };
  const answers = await mixtureTeacher(
    [
      { teacher: known(1), weight: 1 },
      { teacher: failing, weight: 1 },
    ],
    "all",
  ).score(rollouts, signal);
  expect(answers.map((answer) => answer instanceof Error)).toEqual([false, true, false, false]);
});

describe("refuses", () => {
  const other: Teacher = { vocabularySize: V + 1, score: () => Promise.resolve([]) };
  test.each<[string, MixtureMember[], Parameters<typeof mixtureTeacher>[1], string]>([
    ["no teachers", [], "all", "expected at least one teacher in the mixture, got none"],
    ["a weight of 0", [{ teacher: known(1), weight: 0 }], "all", "expected weights above 0 in the mixture, got 0"],
    ["an infinite weight", [{ teacher: known(1), weight: Infinity }], "all", "expected weights above 0 in the mixture, got Infinity"],
    [
      "unlike vocabularies",
      [
        { teacher: known(1), weight: 1 },
        { teacher: other, weight: 1 },
      ],
      "all",
      "expected one vocabulary in the mixture, of 6 tokens as its first teacher has, got one of 7",
    ],
    [
      "as many of the likeliest as there are",
      [{ teacher: known(1), weight: 1 }],
      { topK: V },
      "expected topK from 1 to 5, below its vocabulary, got 6",
    ],
  ])("%s", (_what, some, detail, message) => {
    expect(() => mixtureTeacher(some, detail)).toThrow(message);
  });

  test("to be made of the likeliest tokens of each", () => {
    expect(memberDetail({ topK: 2 })).toBe("all");
    expect(memberDetail("tokens")).toBe("tokens");
  });
});
